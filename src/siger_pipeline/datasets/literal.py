"""Paths that DuckDB takes literally, whatever characters are in them."""

from __future__ import annotations

import itertools
import re
from pathlib import PurePosixPath
from typing import Any, ClassVar

import fsspec

from siger_pipeline.datasets.atomic import is_local

# What DuckDB takes literally itself. It globs `*?[`, even where a file of that very name exists.
LITERAL = re.compile(r"/[\w/. =+,@-]*")


class LiteralFileSystem(fsspec.AbstractFileSystem):
    """Files of other filesystems under numbers, so that no reader takes a name for a pattern."""

    protocol: ClassVar[str] = "literal"
    cachable: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()
        self._files: dict[str, tuple[fsspec.AbstractFileSystem, str]] = {}

    def address(self, filesystem: fsspec.AbstractFileSystem, path: str) -> str:
        """A new address of the file, with none of its path's characters."""
        number = f"/{next(self._numbers)}"
        self._files[number] = filesystem, path
        return f"{self.protocol}://{number}"

    def glob(self, path: str, **_: Any) -> list[str]:
        """The file itself: addresses are no patterns."""
        return [path]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What the file's own filesystem knows of it."""
        filesystem, name = self._of(path)
        return {**filesystem.info(name), "name": path}

    def modified(self, path: str) -> Any:
        """When the file was changed."""
        filesystem, name = self._of(path)
        return filesystem.modified(name)

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        """The file, opened by its own filesystem."""
        filesystem, name = self._of(path)
        return filesystem.open(name, mode, **options)

    def _of(self, path: str) -> tuple[fsspec.AbstractFileSystem, str]:
        return self._files[f"/{PurePosixPath(path).name}"]


def is_literal(filesystem: fsspec.AbstractFileSystem, path: str) -> bool:
    """Whether it is a local file whose path DuckDB takes literally."""
    return is_local(filesystem) and LITERAL.fullmatch(path) is not None
