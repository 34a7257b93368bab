"""Recommenders, graph recipes, sources and extractors by name, of this package and of others.

A part is a module, or a package, that has the part's name. Ours are the modules of a folder; other
packages name theirs as entry points in `pyproject.toml`:

    [project.entry-points."siger_pipeline.recommenders"]
    my_model = "my_package.my_model"

No list names them, so that a new one changes no file that others depend on. A part is imported when
it is used: one that is broken stops no run that does without it.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TypeVar

from siger_pipeline.errors import ParameterError

Part = TypeVar("Part")
NAME = re.compile(r"[a-z][a-z0-9_]*")  # parameters, files and nodes are named after parts


@dataclass(frozen=True)
class Kind:
    """One kind of part.

    Attributes:
        noun: what messages call it, such as "model".
        folder: full name of the package that holds ours, and of the group of entry points.
        reserved: names that no part of other packages may have.
    """

    noun: str
    folder: str
    reserved: frozenset[str] = frozenset()


RECOMMENDERS = Kind("model", "siger_pipeline.recommenders")
RECIPES = Kind("graph recipe", "siger_pipeline.graphs.recipes", frozenset({"features"}))
SOURCES = Kind("source", "siger_pipeline.data.sources")
EXTRACTORS = Kind("extractor", "siger_pipeline.features.extractors")


def names(kind: Kind) -> tuple[str, ...]:
    """The names of all parts of a kind, in alphabetical order."""
    return tuple(sorted(_modules(kind)))


def own_names(kind: Kind) -> tuple[str, ...]:
    """The names of the parts of a kind that are in this package."""
    return tuple(name for name, _ in _ours(kind))


def name_from_elsewhere(kind: Kind, module: str) -> str | None:
    """The name of the part of another package that is this module, if there is one."""
    claims = ((name, claim) for name, claims in _modules(kind).items() for claim in claims)
    names_of_it = (name for name, claim in claims if claim == module)
    return None if module.startswith(f"{kind.folder}.") else next(names_of_it, None)


def module_of(kind: Kind, name: str) -> str:
    """The full name of a part's module, which is not imported.

    Raises:
        ParameterError: there is no such part, several have the name, or its entry point is unfit.
    """
    modules = _modules(kind)
    if name not in modules:
        near = get_close_matches(name, modules, n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        known = ", ".join(sorted(modules))
        raise ParameterError(f"{kind.noun} {name!r} does not exist; {wish}there are {known}")
    module, *others = modules[name]
    if others:
        raise ParameterError(
            f"{kind.noun} {name!r} is both {module} and {others[0]}: rename the entry point of "
            f"group {kind.folder!r} in one of the packages, or uninstall it"
        )
    if not module.startswith(f"{kind.folder}."):
        _check_entry_point(kind, name, module)
    return module


def load(kind: Kind, name: str, submodule: str = "") -> ModuleType:
    """A part's module, or a module within it.

    Args:
        kind: of the part.
        name: of the part.
        submodule: of a part that is a package, such as "config".

    Raises:
        ParameterError: there is no such part, or it cannot be imported.
    """
    module = ".".join(filter(None, (module_of(kind, name), submodule)))
    try:
        return import_module(module)
    except Exception as error:
        if name in own_names(kind):
            raise
        what = f"{type(error).__name__}: {error}"
        raise ParameterError(
            f"{kind.noun} {name!r} is module {module} of another package, and that module cannot "
            f"be imported ({what}): mend it, or uninstall its package"
        ) from error


def part(kind: Kind, name: str, attribute: str, wanted: type[Part]) -> Part:
    """What a part's module offers under a name.

    Raises:
        ParameterError: there is no such part, it cannot be imported, or it offers something else.
    """
    module = load(kind, name)
    offered = getattr(module, attribute, None)
    if not isinstance(offered, wanted):
        found = repr(offered) if hasattr(module, attribute) else "missing"
        raise ParameterError(
            f"{kind.noun} {name!r}: {module.__name__}.{attribute} is {found}, wanted is a "
            f"{wanted.__module__}.{wanted.__qualname__}: mend that module"
        )
    return offered


@cache
def _modules(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """Name of a part -> full names of the modules that claim it; more than one is a mistake."""
    modules: dict[str, tuple[str, ...]] = {}
    for name, module in (*_ours(kind), *_of_others(kind)):
        modules[name] = (*modules.get(name, ()), module)
    return modules


def _ours(kind: Kind) -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(import_module(kind.folder).__path__):
        yield module.name, f"{kind.folder}.{module.name}"


def _of_others(kind: Kind) -> Iterator[tuple[str, str]]:
    # A package that is installed twice, such as an editable one, has its entry points twice.
    unique: set[EntryPoint] = set(entry_points(group=kind.folder))
    yield from sorted({(point.name, point.value) for point in unique})


def _check_entry_point(kind: Kind, name: str, module: str) -> None:
    where = f"entry point {name} = {module!r} of group {kind.folder!r}"
    if not NAME.fullmatch(name) or name in kind.reserved:
        reserved = f" other than {', '.join(sorted(kind.reserved))}" if kind.reserved else ""
        raise ParameterError(
            f"{where}: the name of a {kind.noun} must consist of small letters, digits and _, the "
            f"first one a letter{reserved}; rename it in its package"
        )
    if not all(step.isidentifier() for step in module.split(".")):
        raise ParameterError(
            f"{where}: it must name a module, such as 'my_package.{name}'; mend it in its package"
        )
