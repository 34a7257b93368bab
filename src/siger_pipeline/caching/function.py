"""What a node's function is made of: functions around functions, and the values they carry."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any


@dataclass
class Layers:
    """A function taken apart.

    Attributes:
        functions: itself and those that it wraps, binds or holds.
        values: plain values that it carries: of a partial, a closure, an object.
        unknown: kinds of values that nobody can compare.
    """

    functions: list[Callable[..., Any]] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def layers(function: Callable[..., Any]) -> Layers:
    """Take a function apart: partials, decorators, closures, methods and callable objects."""
    found = Layers()
    waiting: list[Any] = [function]
    seen: list[Any] = []
    while waiting:
        layer = waiting.pop()
        if any(layer is other for other in seen):
            continue
        seen.append(layer)
        if inspect.isroutine(layer) and not inspect.ismethod(layer):
            found.functions.append(layer)
        for value in _carried(layer):
            if callable(value):
                waiting.append(value)
            elif _is_plain(value):
                found.values.append(value)
            else:
                found.unknown.append(type(value).__name__)
    return found


def _carried(layer: Any) -> Iterator[Any]:
    """What a layer consists of besides its own code."""
    if isinstance(layer, partial):
        yield layer.func
        yield from layer.args
        for name, value in layer.keywords.items():
            yield name
            yield value
    elif inspect.ismethod(layer):
        yield layer.__func__
        yield vars(layer.__self__) if hasattr(layer.__self__, "__dict__") else layer.__self__
    elif inspect.isfunction(layer):
        yield from filter(None, [getattr(layer, "__wrapped__", None)])
        yield from (cell.cell_contents for cell in layer.__closure__ or ())
    elif not inspect.isroutine(layer) and not inspect.isclass(layer):
        yield type(layer).__call__
        yield vars(layer)


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
