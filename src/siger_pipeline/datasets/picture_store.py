"""Pictures from addresses, kept so that none is fetched twice."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, NamedTuple, NoReturn

import fsspec
from kedro.io import AbstractDataset

from kedro_fresh.temporary import left_over, remove_dead
from siger_pipeline.datasets.atomic import replacing
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_file import measured

NAME = re.compile(
    r"(?P<url>[0-9a-f]{32})\.(?P<sha256>[0-9a-f]{64})\.(?P<width>\d+)x(?P<height>\d+)"
    r"\.(?P<format>[a-z0-9]+)"
)


class StoredPicture(NamedTuple):
    """A picture's file.

    Attributes:
        sha256: of its bytes, hexadecimal.
        size: bytes.
        format: of its content, as Pillow calls it.
        width: pixels.
        height: pixels.
    """

    sha256: str
    size: int
    format: str
    width: int
    height: int


class PictureStore:
    """A folder of pictures by their addresses.

    A file's name is made of hashes of the address and of the content, and of what the picture was
    measured to be: nothing that a stranger wrote becomes part of a path, and a file shows whether
    it is whole. Files take their names once they are complete.
    """

    def __init__(self, folder: Path) -> None:
        """Look up what is there, and remove what a killed process has left half-written."""
        self._folder = folder
        self._files = fsspec.filesystem("file")
        self._decoding = Lock()  # the memory of one picture at a time
        self._known: dict[str, list[Path]] = {}
        for each in sorted(filter(Path.is_dir, folder.glob("??"))):
            remove_dead(left_over(each))
            with os.scandir(each) as entries:
                names = sorted(entry.name for entry in entries)
            for name in names:
                if found := NAME.fullmatch(name):
                    self._known.setdefault(found["url"], []).append(each / name)

    def find(self, url: str) -> StoredPicture | None:
        """The picture of an address; None where there is none that is whole."""
        for path in self._known.get(_hash_of(url), ()):
            found = NAME.fullmatch(path.name)
            if found and is_whole(path, found["sha256"]):
                shape = int(found["width"]), int(found["height"])
                form = found["format"].upper()
                return StoredPicture(found["sha256"], path.stat().st_size, form, *shape)
        return None

    def keep(self, url: str, content: bytes) -> StoredPicture:
        """Keep what an address gave.

        Raises:
            DataFileError: it is not a picture that can be read; the message is the reason.
        """
        with self._decoding:
            form, width, height = measured(content)
        sha256 = hashlib.sha256(content).hexdigest()
        path = path_of(self._folder, url, sha256, form, width, height)
        with replacing(self._files, str(path)) as handle:
            handle.write(content)
        return StoredPicture(sha256, len(content), form, width, height)


class PictureStoreDataset(AbstractDataset[NoReturn, PictureStore]):
    """A folder as a `PictureStore`, which the node that reads it fills.

    What is in it saves work and changes no result, so it makes no node stale.
    """

    CACHE: ClassVar[bool] = True

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Take the folder, on this machine."""
        if "://" in filepath:
            raise DataFileError(
                f"{filepath}: pictures are kept in a folder of this machine, wanted is a path"
            )
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> PictureStore:
        """The store, with what is in it now."""
        return PictureStore(self._filepath)

    def save(self, data: NoReturn) -> NoReturn:
        """Always refused: the store writes each picture as it comes."""
        raise DataFileError(f"{self._filepath} is filled by the node that reads it")

    def _exists(self) -> bool:
        return self._filepath.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


def path_of(folder: Path, url: str, sha256: str, form: str, width: int, height: int) -> Path:
    """The file of a picture."""
    of_url = _hash_of(url)
    return folder / of_url[:2] / f"{of_url}.{sha256}.{width}x{height}.{form.lower()}"


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file, not a link to one, holds the bytes of this SHA-256."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with open(number, "rb") as handle:  # noqa: PTH123, of a number
            return hashlib.file_digest(handle, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _hash_of(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]
