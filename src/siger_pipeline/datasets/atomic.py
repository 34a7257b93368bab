"""Files that are replaced whole or not at all, on any fsspec filesystem."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, cast

import fsspec

from kedro_fresh.temporary import temporary_beside
from kedro_fresh.writing import write_error
from siger_pipeline.datasets.shortage import WatchedFile


@contextmanager
def replacing(
    filesystem: fsspec.AbstractFileSystem, path: str, *, own_folder: bool = False
) -> Iterator[IO[bytes]]:
    """A temporary sibling, open for writing, which takes the name `path` once it is complete.

    Args:
        filesystem: of the file.
        path: of the file.
        own_folder: whether the folder is the file's alone, so that it goes if nothing is written.

    Raises:
        WriteError: the system refused to write, whatever the library that wrote made of that.
    """
    file, inside = None, None
    folder = str(PurePosixPath(path).parent)
    try:
        filesystem.makedirs(folder, exist_ok=True)
        with _temporary(filesystem, path) as temporary:
            with filesystem.open(temporary, "wb") as handle:
                file = WatchedFile(handle)
                try:
                    yield cast(IO[bytes], file)
                except Exception as error:
                    inside = error
                    raise
            _rename(filesystem, temporary, path)
    except Exception as error:
        if own_folder and is_local(filesystem):
            with suppress(OSError):
                Path(folder).rmdir()
        failure = file.failure if file else None
        # An error of the caller's own may be about a file that it reads.
        if failure is None and isinstance(error, OSError) and error is not inside:
            failure = error
        if failure is None:
            raise
        raise write_error(path, failure) from error


@contextmanager
def _temporary(filesystem: fsspec.AbstractFileSystem, path: str) -> Iterator[str]:
    """The path of a sibling, removed unless it was renamed."""
    if is_local(filesystem):
        with temporary_beside(Path(path)) as local:
            yield str(local)
        return
    pure = PurePosixPath(path)
    temporary = f"{pure.parent}/.{pure.name}.{uuid.uuid4().hex}.tmp"
    try:
        yield temporary
    finally:
        if filesystem.exists(temporary):
            filesystem.rm(temporary)


def _rename(filesystem: fsspec.AbstractFileSystem, temporary: str, path: str) -> None:
    # fsspec's local `mv` would move the file *into* a folder of the final name.
    if is_local(filesystem):
        Path(temporary).replace(path)
    else:
        filesystem.mv(temporary, path)


def is_local(filesystem: fsspec.AbstractFileSystem) -> bool:
    """Whether its files are those of this machine."""
    protocols = filesystem.protocol
    return "file" in ([protocols] if isinstance(protocols, str) else protocols)
