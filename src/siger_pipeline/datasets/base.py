"""What every dataset of this project shares: paths, versions, atomic writes, clear messages."""

from __future__ import annotations

import os
import uuid
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any, ClassVar, cast

import fsspec
from kedro.io.core import (
    AbstractVersionedDataset,
    DatasetError,
    Version,
    VersionNotFoundError,
    get_filepath_str,
    get_protocol_and_path,
)

from kedro_fresh.temporary import temporary_beside
from kedro_fresh.writing import write_error
from siger_pipeline.datasets.kinds import verdict_on
from siger_pipeline.datasets.reasons import first_lines, not_the_content
from siger_pipeline.datasets.shortage import WatchedFile, shortage
from siger_pipeline.errors import InputError

START = 64  # bytes that tell kinds of files apart


class DataFileError(DatasetError, InputError):
    """A file is missing, damaged or of the wrong kind, or an object does not fit its dataset."""


class AtomicDataset(AbstractVersionedDataset[Any, Any]):
    """One file of one kind on any fsspec filesystem, versioned where the catalog says so.

    A save writes a temporary sibling and renames it: the final path holds the old file or the new
    one, whole, whatever happens in between. A subclass gives `_read` and `_write`, and the same
    object always makes `_write` produce the same bytes.

    Args:
        filepath: where the file is; with a version, Kedro's folder of that name.
        version: given by Kedro for `versioned: true`.
        hint: what to do when the file is missing, told in the message.
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
        except DatasetError:
            raise
        except Exception as error:
            if short := shortage(error):
                raise short from error
            raise DataFileError(self._unreadable(path, error)) from error

    def save(self, data: Any) -> None:
        """Write the object, whole or not at all.

        A training node saves once an epoch: this instance may replace the version that it wrote
        itself, and refuses, as Kedro does, a version that somebody else wrote.

        Raises:
            DatasetError: the version exists already, or the object does not fit this dataset.
        """
        path = self._get_save_path()
        with self._replacing(get_filepath_str(path, self._protocol)) as handle:
            self._write(handle, data)
        self._own_path = path
        self._fs.invalidate_cache()

    def why_missing(self) -> str:
        """What there is to say of a file that is not there; empty where it is, or may be absent."""
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
        """Why the file cannot be read: "damaged" is said only where its content is at fault."""
        told = f"{path} cannot be read as {self.KIND}: {first_lines(error)}."
        if advice := not_the_content(error):
            return f"{told} {advice}"
        with self._fs.open(path, "rb") as handle:
            start = handle.read(START)
        verdict = verdict_on(start, self.MAGIC)
        return f"{told} {verdict}: fetch it again, or run the stage that makes it."

    def _versions_like(self, pattern: str) -> list[str]:
        """Paths that the versions have whose folders are there.

        The pattern of Kedro is not used: it would take characters of the folder's name for its own.
        """
        folder = str(self._filepath)
        if not self._fs.isdir(folder):
            return []
        names = (PurePosixPath(found).name for found in self._fs.ls(folder, detail=False))
        return [f"{folder}/{name}/{PurePosixPath(pattern).name}" for name in names]

    @contextmanager
    def _replacing(self, path: str) -> Iterator[IO[bytes]]:
        folder, file, inside = str(PurePosixPath(path).parent), None, None
        try:
            self._fs.makedirs(folder, exist_ok=True)
            with self._temporary(path) as temporary:
                with self._fs.open(temporary, "wb") as handle:
                    file = WatchedFile(handle)
                    try:
                        yield cast(IO[bytes], file)
                    except Exception as error:
                        inside = error
                        raise
                self._rename(temporary, path)
        except Exception as error:
            self._leave_no_empty(folder)
            failure = file.failure if file else None
            # What is met inside may be of a file that is read.
            if failure is None and isinstance(error, OSError) and error is not inside:
                failure = error
            if failure is None:
                raise
            raise write_error(path, failure) from error

    @contextmanager
    def _temporary(self, path: str) -> Iterator[str]:
        """The path of a sibling, removed unless it was renamed."""
        if self._protocol == "file":
            with temporary_beside(Path(path)) as local:
                yield str(local)
            return
        pure = PurePosixPath(path)
        temporary = f"{pure.parent}/.{pure.name}.{uuid.uuid4().hex}.tmp"
        try:
            yield temporary
        finally:
            if self._fs.exists(temporary):
                self._fs.rm(temporary)

    def _leave_no_empty(self, folder: str) -> None:
        """Remove the folder of a version that was not written."""
        if self._version and self._protocol == "file":
            with suppress(OSError):
                Path(folder).rmdir()

    def _rename(self, temporary: str, path: str) -> None:
        # fsspec's local `mv` would move the file *into* a folder of the final name.
        if self._protocol == "file":
            Path(temporary).replace(path)
        else:
            self._fs.mv(temporary, path)

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
    """A raw file, as somebody published it: loaded, never written."""

    def save(self, data: Any) -> None:
        """Always refused.

        Raises:
            DataFileError: raw files are not for writing.
        """
        raise DataFileError(f"{self._filepath} is a raw file: it is read, never written.")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        raise NotImplementedError
