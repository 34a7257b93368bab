"""Nodes, datasets and errors as bytes that another process can read."""

from __future__ import annotations

import io
import pickle
import traceback
from collections.abc import Callable
from importlib import import_module
from itertools import pairwise
from types import FunctionType
from typing import Any

from kedro.io import AbstractDataset, DataCatalog
from kedro.pipeline import Node

from kedro_fresh.callables import looked_up, module_of
from kedro_fresh.errors import behind
from kedro_fresh.extra import copied
from kedro_fresh.locations import is_parameter
from kedro_fresh.unfinished import UnfinishedDataset

CHANGED = ("__dict__", "__defaults__", "__kwdefaults__")  # of a copy
STAY = "fresh.stay"  # tag of a node that never leaves the process of the run


class TransportError(Exception):
    """Why something cannot be sent to another process, in words."""


class _Pickler(pickle.Pickler):
    """Sends a copy of a function, as `with_code` makes it, by the function's name and the changes.

    Pickle itself refuses what is not the very function that its module holds.
    """

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, FunctionType):
            return NotImplemented
        original = looked_up(value)
        if original is value or getattr(original, "__code__", None) is not value.__code__:
            return NotImplemented
        if original.__closure__ != value.__closure__:
            return NotImplemented
        changes = {name: getattr(value, name) for name in CHANGED}
        return _copied, (module_of(value), value.__qualname__, changes)


def _copied(module: str, name: str, changes: dict[str, Any]) -> Callable[..., Any]:
    function: Any = import_module(module)
    for part in name.split("."):
        function = getattr(function, part)
    copy = copied(function)
    for attribute, value in changes.items():
        setattr(copy, attribute, value)
    return copy


def packed(value: Any) -> bytes:
    """The value as bytes.

    Raises:
        TransportError: it holds something that exists in this process alone.
    """
    buffer = io.BytesIO()
    try:
        _Pickler(buffer).dump(value)
    except (pickle.PicklingError, AttributeError, TypeError, NotImplementedError) as error:
        raise TransportError(f"it cannot be sent to another process ({error})") from error
    return buffer.getvalue()


def unpacked(data: bytes) -> Any:
    """The value that `packed` took."""
    return pickle.loads(data)


def datasets_of(node: Node, catalog: DataCatalog) -> dict[str, AbstractDataset[Any, Any]]:
    """The datasets that a node loads, saves and confirms, by name."""
    names = dict.fromkeys((*node.inputs, *node.outputs, *node.confirms))
    return {name: dataset for name in names if (dataset := catalog.get(name)) is not None}


def why_it_stays(node: Node, catalog: DataCatalog) -> str:
    """Why a node must run in the process of the run; empty where a worker can run it."""
    if STAY in node.tags:
        return f"it is tagged {STAY}"
    datasets = datasets_of(node, catalog)
    for name, dataset in datasets.items():
        if is_parameter(name) or isinstance(dataset, UnfinishedDataset):
            continue
        if getattr(dataset, "_EPHEMERAL", False) or getattr(dataset, "_SINGLE_PROCESS", False):
            return f"{name} is in the memory of one process"
    if module_of(node.func) == "__main__":
        return "its function is not in a module"
    try:
        packed((node, datasets))
    except TransportError as error:
        return str(error)
    return ""


def packed_error(error: BaseException) -> bytes:
    """An error and those that led to it, with the traceback of this process as a note."""
    error.add_note("In the worker:\n" + "".join(traceback.format_exception(error)))
    chain = list(behind(error))
    return pickle.dumps([(_portable(link), link.__cause__ is not None) for link in chain])


def unpacked_error(data: bytes) -> BaseException:
    """The error that `packed_error` took, with its causes."""
    links: list[tuple[BaseException, bool]] = pickle.loads(data)
    for (error, is_caused), (cause, _) in pairwise(links):
        if is_caused:
            error.__cause__ = cause
        else:
            error.__context__ = cause
    return links[0][0]


def _portable(error: BaseException) -> BaseException:
    """The error, or one with its text where the error itself cannot be sent."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        text = RuntimeError(f"{type(error).__name__}: {error}")
        for note in getattr(error, "__notes__", ()):
            text.add_note(note)
        return text
    return error
