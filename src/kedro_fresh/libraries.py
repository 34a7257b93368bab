"""Versions of the libraries that code imports: a change is a warning, never a reason to run."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata


def versions(modules: Iterable[str]) -> dict[str, str]:
    """Version of Python and of each distribution behind these import names."""
    tops = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
    names = sorted({name for top in tops for name in _distributions().get(top, ())})
    return {"Python": platform.python_version(), **{name: metadata.version(name) for name in names}}


def changes(recorded: Mapping[str, str]) -> list[str]:
    """How installed versions differ from recorded ones: `numpy 2.4.5 → 2.4.6`."""
    pairs = ((name, version, _installed(name)) for name, version in recorded.items())
    return [f"{name} {before} → {now}" for name, before, now in pairs if before != now]


@cache
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


@cache
def _installed(name: str) -> str:
    if name == "Python":
        return platform.python_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
