"""What functions, classes and objects are called, hold, and come from."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any


def state_of(value: Any) -> Any:
    """What an object holds in its attributes and slots; a class, to which a method can be bound."""
    if isinstance(value, type):
        return value
    slots = [name for kind in type(value).__mro__ for name in _slots(kind)]
    if not slots and not hasattr(value, "__dict__"):
        return value
    missing = object
    filled = {name: getattr(value, name, missing) for name in slots}
    return {"class": type(value), **filled, **getattr(value, "__dict__", {})}


def _slots(kind: type) -> Iterator[str]:
    slots = vars(kind).get("__slots__", ())
    for name in (slots,) if isinstance(slots, str) else slots:
        if name not in ("__dict__", "__weakref__"):
            private = name.startswith("__") and not name.endswith("__")
            yield f"_{kind.__name__.lstrip('_')}{name}" if private else name


def content_of(cell: Any) -> Any:
    """What a closure's cell holds; None where nothing is in it yet."""
    try:
        return cell.cell_contents
    except ValueError:  # not yet filled
        return None


def looked_up(value: Any) -> Any:
    """What the name of a class or function stands for in its module."""
    found: Any = sys.modules.get(module_of(value))
    for name in value.__qualname__.split("."):
        found = getattr(found, name, None)
    return found


def has_text(value: Any) -> bool:
    """Whether a class or function counts by its text: not Python's own, nor a library's."""
    module = module_of(value)
    if module == "__main__":
        return True
    file = str(getattr(sys.modules.get(module), "__file__", ""))
    is_library = module.partition(".")[0] in sys.stdlib_module_names
    return file.endswith(".py") and not is_library and "site-packages" not in file


def is_in_library(value: Any) -> bool:
    """Whether Python or a library defines this: the library's version then identifies it."""
    is_named = isinstance(getattr(value, "__qualname__", None), str) and module_of(value)
    return bool(is_named) and not has_text(value) and looked_up(value) is value


def code_hash(function: FunctionType) -> str:
    """Hash of the code of a lambda or an inner function; empty where the name is unique."""
    if "<" not in function.__qualname__:
        return ""
    return hashlib.sha256(_code_text(function.__code__, function.__doc__).encode()).hexdigest()


def _code_text(code: CodeType, doc: str | None = None) -> str:
    constants = [_constant(value) for value in code.co_consts if doc is None or value != doc]
    return repr((code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars))


def _constant(value: Any) -> str:
    if isinstance(value, CodeType):
        return _code_text(value)
    ordered = sorted(map(repr, value)) if isinstance(value, frozenset) else value
    return f"{type(value).__name__} {ordered!r}"


def module_of(function: Any) -> str:
    """The name of a function's module; empty where it has none."""
    return str(getattr(function, "__module__", None) or "")


def name_of(function: Any) -> str:
    """Module and name of a function or class."""
    return f"{module_of(function)}.{getattr(function, '__qualname__', repr(function))}"
