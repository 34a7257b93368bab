"""Vectors of encoders, kept so that no content is encoded twice."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import fsspec
from kedro.io import AbstractDataset

from kedro_fresh.temporary import left_over, remove_dead
from kedro_fresh.writing import write_error
from siger_pipeline.datasets.atomic import replacing
from siger_pipeline.datasets.base import DataFileError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MARK = 64  # characters of a SHA-256
IDENTITY = "encoder.json"
BLOCK = 4096  # rows gathered at once


class VectorShelf:
    """The vectors of one encoder: shards, each a `.npy` file that bears its own SHA-256.

    A shard takes its name once it is complete. One that does not hold what its name says is passed
    over, so that its contents are encoded again.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        """Look up what is there, and remove what a killed process has left half-written."""
        import numpy as np

        remove_dead(left_over(folder))
        self._folder = folder
        self._files = fsspec.filesystem("file")
        self._row = np.dtype([("mark", f"S{MARK}"), ("cut", "?"), ("vector", "<f4", (dimension,))])
        self._shards: list[NDArray[Any]] = []
        self._at: dict[str, tuple[int, int]] = {}  # shard and row
        for path in sorted(folder.glob("*.npy")):
            if _is_whole(path):
                self._add(path)

    def has(self, fingerprints: Sequence[str]) -> NDArray[np.bool_]:
        """Which of them have a vector."""
        import numpy as np

        return np.array([mark in self._at for mark in fingerprints], dtype=bool)

    def keep(
        self, fingerprints: Sequence[str], vectors: NDArray[np.float32], cut: NDArray[np.bool_]
    ) -> None:
        """Add vectors, all or none of them.

        Raises:
            WriteError: the system refused to write.
        """
        import numpy as np
        from numpy.lib import format as npy

        shard = np.empty(len(fingerprints), dtype=self._row)
        shard["mark"], shard["cut"], shard["vector"] = fingerprints, cut, vectors
        file = io.BytesIO()
        npy.write_array(file, shard, allow_pickle=False)
        content = file.getbuffer()
        path = self._folder / f"{hashlib.sha256(content).hexdigest()}.npy"
        with replacing(self._files, str(path)) as handle:
            handle.write(content)
        self._add(path)

    def rows(
        self, fingerprints: Sequence[str | None]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Their vectors in this order, zero for None, mapped from a file; and which were cut.

        The file has no name any more: it goes with the matrix, also if the process is killed.

        Raises:
            WriteError: the disk cannot take the matrix.
        """
        import numpy as np

        shape = (len(fingerprints), self._row["vector"].shape[0])
        cut = np.zeros(len(fingerprints), dtype=bool)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder) as file:
                for start in range(0, len(fingerprints), BLOCK):
                    marks = fingerprints[start : start + BLOCK]
                    block = np.zeros((len(marks), shape[1]), dtype=np.float32)
                    for n, mark in enumerate(marks):
                        if mark is not None:
                            number, row = self._at[mark]
                            found = self._shards[number][row]
                            block[n], cut[start + n] = found["vector"], found["cut"]
                    file.write(block.data)
                file.flush()
                return np.memmap(file, np.float32, "r", shape=shape), cut
        except OSError as error:
            raise write_error(self._folder / "a temporary matrix", error) from error

    def _add(self, path: Path) -> None:
        import numpy as np

        shard = np.load(path, mmap_mode="r", allow_pickle=False)
        if shard.dtype != self._row:
            raise DataFileError(
                f"{path} holds {shard.dtype}, wanted is {self._row}: remove this folder, whose"
                " vectors are then made again."
            )
        number = len(self._shards)
        self._shards.append(shard)
        self._at |= {mark.decode(): (number, row) for row, mark in enumerate(shard["mark"])}


class VectorStore:
    """A folder with a folder for each encoder, named by a hash of the encoder's identity."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which may not be there yet."""
        self._folder = folder

    def shelf(self, identity: Mapping[str, Any], dimension: int) -> VectorShelf:
        """The place of an encoder's vectors; `encoder.json` in it says what the encoder is."""
        text = json.dumps(identity, indent=1, sort_keys=True, ensure_ascii=False)
        folder = self._folder / hashlib.sha256(text.encode()).hexdigest()[:32]
        path = folder / IDENTITY
        if not path.exists():
            with replacing(fsspec.filesystem("file"), str(path)) as handle:
                handle.write(text.encode())
        return VectorShelf(folder, dimension)


class VectorStoreDataset(AbstractDataset[NoReturn, VectorStore]):
    """A folder as a `VectorStore`, which the nodes that read it fill.

    What is in it saves work and changes no result, so it makes no node stale.
    """

    CACHE: ClassVar[bool] = True

    def __init__(self, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Take the folder, on this machine."""
        if "://" in filepath:
            raise DataFileError(
                f"{filepath}: vectors are kept in a folder of this machine, wanted is a path"
            )
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> VectorStore:
        """The store, with what is in it now."""
        return VectorStore(self._filepath)

    def save(self, data: NoReturn) -> NoReturn:
        """Always refused: the store writes each shard as it comes."""
        raise DataFileError(f"{self._filepath} is filled by the nodes that read it")

    def _exists(self) -> bool:
        return self._filepath.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


def _is_whole(path: Path) -> bool:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() == path.stem
