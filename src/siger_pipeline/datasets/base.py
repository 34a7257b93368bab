"""What every dataset of this project shares: paths, versions, atomic writes, clear messages."""

from __future__ import annotations

import os
from abc import abstractmethod
from pathlib import PurePosixPath
from typing import IO, Any, ClassVar

import fsspec
from kedro.io.core import (
    AbstractVersionedDataset,
    DatasetError,
    Version,
    VersionNotFoundError,
    get_filepath_str,
    get_protocol_and_path,
)

from siger_pipeline.datasets.atomic import replacing
from siger_pipeline.datasets.kinds import verdict_on
from siger_pipeline.datasets.reasons import first_lines, not_the_content
from siger_pipeline.datasets.shortage import shortage
from siger_pipeline.errors import InputError, ParameterError

START = 64  # bytes that tell kinds of files apart


class DataFileError(DatasetError, InputError):
    """A file is missing, damaged or of the wrong kind, or an object does not fit its dataset."""


class AtomicDataset(AbstractVersionedDataset[Any, Any]):
    """One file of one kind on any fsspec filesystem, versioned where the catalog says so.

    A save writes a temporary sibling and renames it, so that the final path holds the old file or
    the new one, complete, also if the process is killed. A subclass has `_read` and `_write`;
    `_write` makes the same bytes of the same object.

    Args:
        filepath: of the file; with a version, Kedro's folder of that name.
        version: given by Kedro for `versioned: true`.
        hint: what to do when the file is missing, for the message.
        credentials: passed to the fsspec filesystem.
        fs_args: passed to the fsspec filesystem.
        metadata: for plugins, such as Kedro-Viz.
    """

    KIND: ClassVar[str]
    MAGIC: ClassVar[tuple[bytes, ...]] = ()  # what such a file begins with, where that is fixed
    # Arguments that make no result stale: see `kedro_fresh.locations`.
    WITHOUT_EFFECT: ClassVar[frozenset[str]] = frozenset({"hint"})

    def __init__(
        self,
        *,
        filepath: str | os.PathLike[str],
        version: Version | None = None,
        hint: str | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        protocol, path = get_protocol_and_path(filepath, version)
        self._protocol = protocol
        self._fs = fsspec.filesystem(protocol, **(credentials or {}), **(fs_args or {}))
        self._hint = hint
        self._own_path: PurePosixPath | None = None
        self.metadata = metadata
        super().__init__(
            PurePosixPath(path),
            version,
            exists_function=self._fs.exists,
            glob_function=self._versions_like,
        )

    @abstractmethod
    def _read(self, path: str) -> Any:
        """The object in the file at `path`, which exists."""

    @abstractmethod
    def _write(self, handle: IO[bytes], data: Any) -> None:
        """The object as bytes: the same object, the same bytes."""

    def load(self) -> Any:
        """The object in the file.

        Raises:
            DataFileError: the file is missing or cannot be read; the message names it.
        """
        path = self._existing_path()
        try:
            return self._read(path)
        except (DatasetError, ParameterError):
            raise
        except Exception as error:
            if short := shortage(error):
                raise short from error
            raise DataFileError(self._unreadable(path, error)) from error

    def save(self, data: Any) -> None:
        """Write the object, whole or not at all.

        A training node saves once an epoch. So an instance may replace the version that it wrote
        itself; any other that exists is refused, as by Kedro.

        Raises:
            DatasetError: the version exists already, or the object does not fit this dataset.
        """
        path = self._get_save_path()
        file = get_filepath_str(path, self._protocol)
        # The folder of a version is its file's alone.
        with replacing(self._fs, file, own_folder=bool(self._version)) as handle:
            self._write(handle, data)
        self._own_path = path
        self._fs.invalidate_cache()

    def why_missing(self) -> str:
        """The message that the file is missing; empty where it exists, or may be absent."""
        try:
            self._existing_path()
        except DataFileError as error:
            return str(error)
        return ""

    def _get_save_path(self) -> PurePosixPath:
        version = self.resolve_save_version()
        if version and self._own_path == self._get_versioned_path(version):
            return self._own_path
        return super()._get_save_path()

    def _existing_path(self) -> str:
        missing = f"{self._filepath} does not exist."
        try:
            path = get_filepath_str(self._get_load_path(), self._protocol)
        except VersionNotFoundError as error:
            raise DataFileError(self._advise(f"{missing} (no version of it)")) from error
        if not self._fs.exists(path):
            raise DataFileError(self._advise(f"{path} does not exist."))
        return path

    def _advise(self, sentence: str) -> str:
        return f"{sentence} {self._hint or 'Run the stage that makes it first.'}"

    def _unreadable(self, path: str, error: Exception) -> str:
        """Why the file cannot be read: "damaged" only where its content is at fault."""
        sentence = f"{path} cannot be read as {self.KIND}: {first_lines(error)}."
        if advice := not_the_content(error):
            return f"{sentence} {advice}"
        with self._fs.open(path, "rb") as handle:
            start = handle.read(START)
        verdict = verdict_on(start, self.MAGIC)
        return f"{sentence} {verdict}: fetch it again, or run the stage that makes it."

    def _versions_like(self, pattern: str) -> list[str]:
        """The paths of all versions that have a folder.

        Kedro's pattern is not globbed, since characters of the folder's name may be wildcards.
        """
        folder = str(self._filepath)
        if not self._fs.isdir(folder):
            return []
        names = (PurePosixPath(path).name for path in self._fs.ls(folder, detail=False))
        return [f"{folder}/{name}/{PurePosixPath(pattern).name}" for name in names]

    def _exists(self) -> bool:
        try:
            return bool(self._fs.exists(get_filepath_str(self._get_load_path(), self._protocol)))
        except VersionNotFoundError:
            return False

    def _release(self) -> None:
        super()._release()
        self._fs.invalidate_cache()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "protocol": self._protocol, "version": self._version}


class ReadOnlyDataset(AtomicDataset):
    """A raw file, as published: loaded, never written."""

    def save(self, data: Any) -> None:
        """Refuse to write.

        Raises:
            DataFileError: always.
        """
        raise DataFileError(f"{self._filepath} is a raw file: it is read, never written.")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        raise NotImplementedError
