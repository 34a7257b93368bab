"""Which versions of a dataset are old, and how large they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

VERSION_FORMAT = "%Y-%m-%dT%H.%M.%S.%fZ"  # Kedro's, in UTC


@dataclass(frozen=True)
class Rule:
    """Which versions of a dataset are old.

    Attributes:
        keep: number of the newest versions that stay, at least 1.
        days: younger versions stay, too; None for no such limit.
    """

    keep: int
    days: int | None = None

    def __str__(self) -> str:
        stay = "the newest version stays" if self.keep == 1 else f"the {self.keep} newest stay"
        young = "" if self.days is None else f", and so do those made in the last {self.days} days"
        return (
            f"Of each versioned dataset that the pipelines make, {stay}{young}. So does every "
            "version that a fresh node wrote, that a run would bring forward, or from which a run "
            "that was broken off can resume. A version that is removed cannot be brought forward "
            "any more: a run with its parameters makes it again."
        )

    def old(self, versions: list[str], folder: Path) -> list[str]:
        """Those of a dataset's versions, the newest last, that are old.

        Args:
            versions: the names of all of them.
            folder: that holds a folder for each.
        """
        beyond = versions[: -self.keep]
        if self.days is None:
            return beyond
        limit = datetime.now(UTC) - timedelta(days=self.days)
        return [version for version in beyond if _made(version, folder) < limit]


@dataclass(frozen=True)
class Old:
    """The versions of one dataset that are to be removed.

    Attributes:
        dataset: its name; of several names for the same files the first.
        folder: holds a folder for each version.
        versions: to be removed, the oldest first.
        total: number of versions that the dataset has.
        makers: records of the nodes that write it -> the node's name.
    """

    dataset: str
    folder: Path
    versions: list[str]
    total: int
    makers: dict[Path, str]


def lines(old: Iterable[Old]) -> Iterator[str]:
    """How many versions of each dataset are to be removed, of how many, and their size."""
    old = list(old)
    width = max((len(one.dataset) for one in old), default=0)
    for one in old:
        name, number = one.dataset.ljust(width), len(one.versions)
        yield f"  {name}  {number} of {one.total} versions, {_mib(freed([one]))}"


def summary(old: Iterable[Old]) -> str:
    """All that is to be removed, in a phrase."""
    old = list(old)
    versions = sum(len(one.versions) for one in old)
    return f"{versions} versions of {len(old)} datasets, {_mib(freed(old))}"


def freed(old: Iterable[Old]) -> int:
    """The bytes that the disk gets back: those of files that have no other name."""
    folders = [one.folder / version for one in old for version in one.versions]
    files = [file for folder in folders for file in _files(folder)]
    removed = Counter((file.st_dev, file.st_ino) for file in files)
    sizes = {(file.st_dev, file.st_ino): (file.st_size, file.st_nlink) for file in files}
    return sum(size for key, (size, names) in sizes.items() if removed[key] >= names)


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"


def _made(version: str, folder: Path) -> datetime:
    """When a version was made: by its name, or by its folder's time if that is no time."""
    try:
        return datetime.strptime(version, VERSION_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp((folder / version).stat().st_mtime, UTC)


def _files(folder: Path) -> Iterator[os.stat_result]:
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                yield (Path(path) / name).lstat()
