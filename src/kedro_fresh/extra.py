"""Code that a node depends on without an import that can be read."""

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
        function: a plain Python function, generator functions among them.
        modules: full names.

    Returns:
        A copy: the function itself stays as it is, for other nodes.
    """
    if not isinstance(function, FunctionType):
        raise TypeError(f"with_code takes a plain function, not {function!r}")
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
    setattr(copy, ATTRIBUTE, (*extra_modules(function), *modules))
    return copy


def extra_modules(function: Callable[..., Any]) -> tuple[str, ...]:
    """The modules that `with_code` added."""
    modules: tuple[str, ...] = getattr(function, ATTRIBUTE, ())
    return modules
