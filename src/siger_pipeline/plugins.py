"""How recommenders, graph recipes, sources and extractors are found: here, and in other packages.

A part is a module, or a package, whose name is the part's. Ours are those in a folder of this
package; those of other packages are entry points, as in `pyproject.toml`

    [project.entry-points."siger_pipeline.recommenders"]
    my_model = "my_package.my_model"

No list names them, so that a new one changes no file that others depend on.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TypeVar

from siger_pipeline.errors import ParameterError

Part = TypeVar("Part")


@dataclass(frozen=True)
class Kind:
    """One kind of part.

    Attributes:
        noun: what messages call it, such as "recommender".
        folder: full name of the package that holds ours, and of the group of entry points.
    """

    noun: str
    folder: str


RECOMMENDERS = Kind("model", "siger_pipeline.recommenders")
RECIPES = Kind("graph recipe", "siger_pipeline.graphs.recipes")
SOURCES = Kind("source", "siger_pipeline.data.sources")
EXTRACTORS = Kind("extractor", "siger_pipeline.features.extractors")


def names(kind: Kind) -> tuple[str, ...]:
    """The names of all parts of a kind, in alphabetical order.

    Raises:
        ParameterError: two parts bear one name.
    """
    return tuple(sorted(_modules(kind)))


def module_of(kind: Kind, name: str) -> str:
    """The full name of a part's module, which is not imported.

    Raises:
        ParameterError: there is no such part, or two parts bear one name.
    """
    modules = _modules(kind)
    if name not in modules:
        known = ", ".join(sorted(modules))
        raise ParameterError(f"{kind.noun} {name!r} does not exist; there are {known}")
    return modules[name]


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
        if module.startswith(f"{kind.folder}."):
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
def _modules(kind: Kind) -> Mapping[str, str]:
    """Name of a part -> full name of its module."""
    found: dict[str, str] = {}
    for name, module in (*_ours(kind), *_of_others(kind)):
        if name in found:
            raise ParameterError(
                f"{kind.noun} {name!r} is both {found[name]} and {module}: rename the entry point "
                f"of group {kind.folder!r} in one of the packages, or uninstall it"
            )
        found[name] = module
    return found


def _ours(kind: Kind) -> Iterator[tuple[str, str]]:
    path = import_module(kind.folder).__path__
    for found in pkgutil.iter_modules(path):
        yield found.name, f"{kind.folder}.{found.name}"


def _of_others(kind: Kind) -> Iterator[tuple[str, str]]:
    # A package that is installed twice, such as an editable one, has its entry points twice.
    unique: set[EntryPoint] = set(entry_points(group=kind.folder))
    yield from sorted({(point.name, point.module) for point in unique})
