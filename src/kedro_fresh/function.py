"""What a node's function is made of: functions around functions, and the values they carry."""

from __future__ import annotations

import copyreg
import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import partial
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import Any

from kedro_fresh.callables import (
    code_hash,
    content_of,
    has_text,
    is_in_library,
    looked_up,
    name_of,
    state_of,
)

AS_THEY_ARE = (type(None), bool, int, str)
AS_TEXT = (float, complex, range, slice, PurePath, type(...))
MACHINERY = {"__doc__", "__module__", "__qualname__", "__annotations__", "__wrapped__"}
BUILT_IN = (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    MethodDescriptorType,
    MethodWrapperType,
    WrapperDescriptorType,
)


@dataclass
class Layers:
    """A function taken apart.

    Attributes:
        functions: itself and the functions and classes that it wraps, binds or holds.
        description: all that it carries, as JSON can hold it: equal ones do the same.
        unknown: kinds of values in it that cannot be compared.
    """

    functions: list[Callable[..., Any]] = field(default_factory=list)
    description: Any = None
    unknown: list[str] = field(default_factory=list)


def layers(function: Callable[..., Any]) -> Layers:
    """Take a function apart: partials, decorators, closures, defaults, methods, objects, classes.

    The code itself is no part of the description: it counts by the text of the functions' modules.
    """
    found = Layers()
    found.description = _Description(found).of(function)
    return found


class _Description:
    def __init__(self, found: Layers) -> None:
        self.found = found
        self.seen: dict[int, tuple[int, Any]] = {}
        self.kinds: list[tuple[Any, Callable[[Any], Any]]] = [
            (partial, self._partial),
            (MethodType, self._method),
            (staticmethod | classmethod, self._of_class),
            (property, self._property),
            (type, self._class),
            (FunctionType, self._function),
            (BUILT_IN, self._built_in),
        ]

    def of(self, value: Any) -> Any:
        """A value as JSON can hold it."""
        if type(value) in AS_THEY_ARE:
            return value
        if isinstance(value, AS_TEXT):
            return [type(value).__name__, repr(value)]
        if isinstance(value, bytes | bytearray):
            return [type(value).__name__, hashlib.sha256(value).hexdigest()]
        if id(value) in self.seen:
            return ["seen", self.seen[id(value)][0]]
        self.seen[id(value)] = len(self.seen), value
        for describe in (self._callable, self._collection, self._record):
            if (described := describe(value)) is not None:
                return described
        return self._unknown(value)

    def _callable(self, value: Any) -> Any:
        """A function, a method, a class, or an object that can be called."""
        if callable(value) and is_in_library(value):
            self.found.functions.append(value)
            return ["library", name_of(value)]
        for kind, describe in self.kinds:
            if isinstance(value, kind):
                return describe(value)
        return self._object(value) if callable(value) else None

    def _partial(self, value: partial[Any]) -> Any:
        return self._named("partial", value.func, value.args, value.keywords, vars(value))

    def _method(self, value: MethodType) -> Any:
        return self._named("method", value.__func__, state_of(value.__self__))

    def _of_class(self, value: staticmethod[Any, Any] | classmethod[Any, Any, Any]) -> Any:
        return self._named(type(value).__name__, value.__func__)

    def _property(self, value: property) -> Any:
        return self._named("property", value.fget, value.fset)

    def _function(self, function: FunctionType) -> Any:
        self.found.functions.append(function)
        names, cells = function.__code__.co_freevars, function.__closure__ or ()
        closed = {name: content_of(cell) for name, cell in zip(names, cells, strict=True)}
        extra = {key: value for key, value in vars(function).items() if key not in MACHINERY}
        if {"register", "registry", "dispatch"} <= extra.keys():  # of `functools.singledispatch`
            closed, extra = {}, {"registry": dict(extra["registry"])}
        wrapped = getattr(function, "__wrapped__", None)
        carried = [function.__defaults__, function.__kwdefaults__, closed, extra, wrapped]
        return self._named(name_of(function), code_hash(function), *carried)

    def _built_in(self, function: Any) -> Any:
        """A function without Python code: by its name, and by the object that it is bound to."""
        self.found.functions.append(function)
        bound = getattr(function, "__self__", None)
        is_free = bound is None or inspect.ismodule(bound)
        return self._named(name_of(function), *([] if is_free else [bound]))

    def _class(self, kind: type) -> Any:
        """A class by its text, its bases, and the attributes that were given to it."""
        if not has_text(kind):
            self.found.unknown.append(kind.__name__)  # made by a library, without a text
            return ["class", name_of(kind)]
        self.found.functions.append(kind)
        found = [self.of(base) for base in kind.__bases__]
        is_in_text = looked_up(kind) is kind
        attributes = {}
        for name, value in vars(kind).items():
            if name.startswith("__") and not callable(value):
                continue
            before = len(self.found.unknown)
            attributes[name] = self.of(value)
            if is_in_text and len(self.found.unknown) > before:
                # Made by the text of its class, which counts.
                del self.found.unknown[before:]
                attributes[name] = "by its text"
        return ["class", name_of(kind), found, attributes]

    def _object(self, value: Any) -> Any:
        """An object that can be called: its class, and its state."""
        if has_text(type(value)) or hasattr(value, "__wrapped__"):
            return self._named("object", type(value), state_of(value))
        return self._reduced(value)

    def _reduced(self, value: Any) -> Any:
        """An object of a library, such as an `itemgetter`, as it would be pickled."""
        try:
            reduced = copyreg.dispatch_table.get(type(value), _reduce)(value)
        except Exception:
            return self._unknown(value)
        if isinstance(reduced, str):
            module = sys.modules.get(getattr(value, "__module__", type(value).__module__))
            is_there = getattr(module, reduced, None) is value
            return [name_of(type(value)), reduced] if is_there else self._unknown(value)
        parts = reduced[1:3]
        if not any(part for part in parts if part != (type(value),)):
            return self._unknown(value)  # a pickle of it would not show what it does
        return self._named(name_of(type(value)), *parts)

    def _collection(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [type(value).__name__, *(self.of(inner) for inner in value)]
        if isinstance(value, Mapping) and type(value).__module__ in ("builtins", "collections"):
            pairs = [[self.of(key), self.of(inner)] for key, inner in value.items()]
            return [type(value).__name__, *pairs]
        if isinstance(value, set | frozenset):
            return [type(value).__name__, *sorted((self.of(inner) for inner in value), key=repr)]
        return None

    def _record(self, value: Any) -> Any:
        """An enum, a pydantic model, a dataclass or an array, by its values."""
        if isinstance(value, Enum):
            return self._named("enum", type(value), value.value)
        if hasattr(value, "model_dump") and not isinstance(value, type):
            return self._named("model", type(value), value.model_dump())
        if is_dataclass(value) and not isinstance(value, type):
            values = {part.name: getattr(value, part.name) for part in fields(value)}
            return self._named("dataclass", type(value), values)
        dtype = getattr(value, "dtype", None)
        if type(value).__module__ == "numpy" and dtype is not None and not dtype.hasobject:
            return self._named("numpy", str(dtype), value.shape, value.tobytes())
        return None

    def _named(self, name: str, *parts: Any) -> Any:
        return [name, *(self.of(part) for part in parts)]

    def _unknown(self, value: Any) -> Any:
        self.found.unknown.append(type(value).__name__)
        return ["unknown", type(value).__name__]


def _reduce(value: Any) -> Any:
    return value.__reduce_ex__(2)
