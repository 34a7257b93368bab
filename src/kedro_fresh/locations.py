"""Where datasets lie, as the catalog says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog

from kedro_fresh.ingredients import as_json
from kedro_fresh.reasons import NotPersisted

# Arguments of every dataset that change neither the object that is loaded nor the bytes that are
# saved. A class of datasets may name more of its own, as a set of this name.
WITHOUT_EFFECT = frozenset({"filepath", "path", "versioned", "metadata", "credentials"})


@dataclass(frozen=True)
class Location:
    """One dataset's location.

    Attributes:
        name: in the catalog.
        settings: its type and arguments, but for where it lies.
        filepath: as the catalog says, empty where it says nothing.
        path: None where there is no local file.
        versioned: whether each save has a folder of its own.
        load_version: the version that was asked for, None for the newest.
        measured: whether the catalog's metadata say that it holds measurements, such as seconds.
    """

    name: str
    settings: dict[str, Any]
    filepath: str
    path: Path | None
    versioned: bool
    load_version: str | None
    measured: bool = False

    def versions(self) -> list[str]:
        """The names of all versions, the newest last; none where the dataset has no versions."""
        if not self.versioned or self.path is None:
            return []
        return sorted(file.parent.name for file in self.path.glob(f"*/{escape(self.path.name)}"))

    def newest(self) -> str | None:
        """The newest version; None where there is none."""
        return max(self.versions(), default=None)

    def at(self, version: str | None) -> Path | None:
        """The file of a version; of an unversioned dataset its only one."""
        if self.path is None or not self.versioned:
            return self.path
        return self.path / version / self.path.name if version else None

    def current(self) -> Path | None:
        """The newest version's file."""
        return self.at(self.newest())

    def types(self) -> set[str]:
        """Full names of its class, and of the classes of datasets within it."""
        return set(_types(self.settings))

    def why_unknown(self) -> NotPersisted:
        """Why what it holds cannot be compared; asked where there is no local file."""
        return NotPersisted(self.name, self.filepath)


def locations(catalog: DataCatalog, names: Iterable[str]) -> dict[str, Location]:
    """The locations of datasets, by name; parameters are left out."""
    wanted = [name for name in names if not is_parameter(name)]
    kinds = {name: type(catalog.get(name)) for name in wanted}
    load_versions = catalog.to_config()[2]
    found = {}
    for name, kind in kinds.items():
        config = catalog.config_resolver.resolve_pattern(name)
        ignored = WITHOUT_EFFECT | getattr(kind, "WITHOUT_EFFECT", frozenset())
        settings = {key: value for key, value in config.items() if key not in ignored}
        settings["type"] = f"{kind.__module__}.{kind.__qualname__}"
        found[name] = _location(name, config, settings, load_versions.get(name))
    return found


def is_parameter(name: str) -> bool:
    """Kedro's names of parameters."""
    return name == "parameters" or name.startswith("params:")


def _types(settings: Any) -> Iterator[str]:
    if isinstance(settings, dict):
        for key, value in settings.items():
            if key in ("type", "dataset") and isinstance(value, str):
                yield value
            yield from _types(value)


def _location(
    name: str, config: dict[str, Any], settings: dict[str, Any], load_version: str | None
) -> Location:
    filepath = str(config.get("filepath") or config.get("path") or "")
    local = filepath.removeprefix("file://")
    pattern = any(sign in part for part in _absent_parts(Path(local)) for sign in "*?[")
    return Location(
        name=name,
        settings=as_json(settings),
        filepath=filepath,
        path=None if not local or "://" in local or pattern else Path(local),
        versioned=bool(config.get("versioned")),
        load_version=load_version,
        measured=bool((config.get("metadata") or {}).get("measured")),
    )


def _absent_parts(path: Path) -> Iterator[str]:
    """Names of the folders and the file of a path that are not there, and so may be a pattern."""
    while not path.exists() and path != path.parent:
        yield path.name
        path = path.parent
