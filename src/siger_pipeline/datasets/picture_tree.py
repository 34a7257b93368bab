"""A folder whose files are named by paths that came with the data."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath
from typing import ClassVar

from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset


class PictureTree:
    """The files below a folder, and no others.

    Attributes:
        root: the folder, without links.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def leads_outside(self, path: str) -> bool:
        """Whether a path is absolute, or leads out of the folder: by `..`, or by a link."""
        # Also what would be such a path on Windows: tables come from anywhere.
        named = PureWindowsPath(path)
        if named.anchor or ".." in named.parts:
            return True
        file = self._file(path)
        return file is not None and not file.is_relative_to(self.root)

    def has(self, path: str) -> bool:
        """Whether there is such a file below the folder."""
        file = None if self.leads_outside(path) else self._file(path)
        return file is not None and os.path.isfile(file)  # noqa: PTH113, which raises nothing

    def read(self, path: str, most: int) -> bytes:
        """The bytes of a file of at most so many.

        Raises:
            DataFileError: there are none, or more; the message is the reason alone.
        """
        file = self._file(path)
        if file is None or not self.has(
            path
        ):  # a pipe, which is no file, would wait for its writer
            raise DataFileError("there is no such file")
        try:
            with file.open("rb") as handle:
                content = handle.read(most + 1)
        except OSError as error:
            raise DataFileError(str(error.strerror)) from error
        if len(content) > most:
            raise DataFileError(f"it has more than {most / 2**20:g} MiB")
        return content

    def _file(self, path: str) -> Path | None:
        """Where a path leads; None where it is none that a file can have."""
        try:
            return Path(os.path.realpath(self.root / path.replace("\\", "/")))
        except (OSError, ValueError):
            return None


class PictureTreeDataset(ReadOnlyDataset):
    """A folder of this machine as a `PictureTree`."""

    KIND: ClassVar[str] = "a folder with pictures, in folders or not"

    def _read(self, path: str) -> PictureTree:
        if self._protocol != "file":
            raise DataFileError(f"{path} is on another machine, wanted is {self.KIND}: copy it.")
        if not self._fs.isdir(path):
            raise DataFileError(f"{path} is a file, wanted is {self.KIND}.")
        return PictureTree(Path(path))
