"""Versions of the libraries that code imports: a change is a warning, never a reason to run."""

from __future__ import annotations

import platform
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata


def versions(modules: Iterable[str]) -> dict[str, str]:
    """Version of Python and of each distribution behind these import names."""
    tops = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names)
    found = {name: version for top in tops for name, version in _versions_of(top).items()}
    return {"Python": platform.python_version(), **dict(sorted(found.items()))}


def changes(recorded: Mapping[str, str]) -> list[str]:
    """How installed versions differ from recorded ones: `numpy 2.4.5 → 2.4.6`."""
    pairs = ((name, version, _installed(name)) for name, version in recorded.items())
    return [f"{name} {before} → {now}" for name, before, now in pairs if before != now]


@cache
def _versions_of(top: str) -> Mapping[str, str]:
    """Version of each distribution that has a top-level module or package of this name."""
    about = [distribution.metadata for distribution in _distributions().get(top, ())]
    return {each["Name"]: _installed(each["Name"]) for each in about}


@cache
def _distributions() -> Mapping[str, list[metadata.Distribution]]:
    """Top-level module or package -> its distributions.

    As `metadata.packages_distributions`, which parses the descriptions of all that is installed
    and looks at each file of it by itself: a fifth of a second in each run.
    """
    found: dict[str, list[metadata.Distribution]] = defaultdict(list)
    for distribution in metadata.distributions():
        for top in _top_levels(distribution):
            found[top].append(distribution)
    return found


def _top_levels(distribution: metadata.Distribution) -> set[str]:
    """As the distribution declares them, else by the paths of its Python files."""
    if declared := (distribution.read_text("top_level.txt") or "").split():
        return set(declared)
    lines = (distribution.read_text("RECORD") or "").splitlines()
    paths = (line.partition(",")[0] for line in lines if ".py," in line)
    return {path.partition("/")[0].removesuffix(".py") for path in paths}


@cache
def _installed(name: str) -> str:
    if name == "Python":
        return platform.python_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
