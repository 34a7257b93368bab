"""What a node depends on beside its inputs: code that is imported by name, values of its wiring."""

from collections.abc import Callable
from types import FunctionType
from typing import Any

ATTRIBUTE = "__caching_modules__"


def with_code(function: Callable[..., Any], *modules: str) -> Callable[..., Any]:
    """The same function, whose code is also that of these modules and of all they import.

    For what is imported by a name at run time: wired as
    `Node(with_code(train_model, "project.models.lightgcn"), …)`, a node becomes stale when that
    module changes, and not when another model's does.

    Args:
        function: a Python function, not a class or another callable.
        modules: full names.

    Returns:
        A copy: the function itself stays as it is, for other nodes.
    """
    copy = copied(function)
    setattr(copy, ATTRIBUTE, (*extra_modules(function), *modules))
    return copy


def with_values(function: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """The same function with these values for some of its keyword-only arguments.

    For what the wiring knows and no parameter of the configuration says: a node becomes stale when
    such a value changes. Unlike `functools.partial`, it keeps its name and its type hints.

    Args:
        function: a Python function, not a class or another callable.
        values: by argument.

    Returns:
        A copy: the function itself stays as it is, for other nodes.
    """
    copy = copied(function)
    count = copy.__code__.co_kwonlyargcount
    start = copy.__code__.co_argcount
    known = copy.__code__.co_varnames[start : start + count]
    if unknown := sorted(values.keys() - set(known)):
        raise TypeError(f"{copy.__qualname__} has no keyword-only argument {unknown[0]!r}")
    copy.__kwdefaults__ = {**(copy.__kwdefaults__ or {}), **values}
    return copy


def extra_modules(function: Callable[..., Any]) -> tuple[str, ...]:
    """The modules that `with_code` added."""
    modules: tuple[str, ...] = getattr(function, ATTRIBUTE, ())
    return modules


def copied(function: Callable[..., Any]) -> FunctionType:
    """A copy of a function that can be changed without changing the function."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"with_code and with_values take a Python function, not {function!r}")
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__dict__.update(function.__dict__)
    for name in ("__kwdefaults__", "__annotations__", "__doc__", "__module__", "__qualname__"):
        setattr(copy, name, getattr(function, name))
    return copy
