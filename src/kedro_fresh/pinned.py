"""The versions of datasets that a run keeps to, whatever other runs write meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog

from kedro_fresh.listing import stamps_of
from kedro_fresh.locations import Location
from kedro_fresh.record import Output


class Versions:
    """The newest version of each dataset when a run began, or the one that it made itself."""

    def __init__(self, locations: Mapping[str, Location]) -> None:
        self.locations = locations
        self.newest = {name: location.newest() for name, location in locations.items()}

    def current(self, name: str) -> Path | None:
        """The file of a dataset that counts as the present one."""
        return self.locations[name].at(self.newest[name])

    def loaded(self, name: str) -> Path | None:
        """The file of a dataset that the run loads."""
        return self.locations[name].at(self.to_load()[name])

    def to_load(self) -> dict[str, str | None]:
        """The version of each dataset that the run loads: the one asked for, or the current."""
        return {
            name: self.locations[name].load_version or self.newest[name] for name in self.locations
        }

    def wrote(self, outputs: Mapping[str, Output]) -> None:
        """From now on these are the current ones."""
        self.newest |= {name: output.version for name, output in outputs.items()}

    def unversioned(self, names: Iterable[str]) -> dict[str, Path]:
        """The files of the datasets among these names that have no versions to keep to."""
        found = [self.locations[name] for name in names if name in self.locations]
        return {
            location.name: location.path
            for location in found
            if location.path and not location.versioned
        }

    def stamps(self, names: Iterable[str]) -> dict[str, Any]:
        """What shows that an unversioned dataset was written, even where it is as it was."""
        return {name: stamps_of(path) for name, path in self.unversioned(names).items()}


class PinnedCatalog:
    """A catalog beside which another run may write newer versions.

    Kedro loads the newest version that there is at the moment of the load.
    """

    def __init__(
        self,
        catalog: DataCatalog,
        versions: Mapping[str, str | None],
        instead: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the versions by dataset; the newest counts where None or nothing is said.

        Args:
            catalog: of the run.
            versions: by dataset.
            instead: what is given in place of what a dataset holds.
        """
        self._catalog = catalog
        self._versions = versions
        self._instead = instead or {}

    def load(self, name: str, version: str | None = None) -> Any:
        """The dataset's data, in the run's version unless another is asked for."""
        if name in self._instead:
            return self._instead[name]
        return self._catalog.load(name, version or self._versions.get(name))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    def __getitem__(self, name: str) -> Any:
        return self._catalog[name]

    def __contains__(self, name: str) -> bool:
        return name in self._catalog

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalog)

    def __len__(self) -> int:
        return len(self._catalog)
