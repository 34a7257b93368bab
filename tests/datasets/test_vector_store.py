"""The folder of vectors that encoders have made."""

import json
from pathlib import Path

import numpy as np
import pytest

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.vector_store import VectorStore, VectorStoreDataset

IDENTITY = {"encoder": "fake", "sha256": "ab" * 32}
MARKS = [f"{n:064x}" for n in range(5)]
VECTORS = np.arange(15, dtype=np.float32).reshape(5, 3)
CUT = np.array([False, True, False, False, True])


def test_what_is_kept_is_found_by_another_process_in_any_order(tmp_path: Path) -> None:
    shelf = VectorStore(tmp_path).shelf(IDENTITY, 3)
    shelf.keep(MARKS[:2], VECTORS[:2], CUT[:2])
    shelf.keep(MARKS[2:], VECTORS[2:], CUT[2:])
    again = VectorStore(tmp_path).shelf(IDENTITY, 3)
    assert again.has([*MARKS, "f" * 64]).tolist() == [True] * 5 + [False]
    vectors, cut = again.rows([MARKS[4], None, MARKS[1], MARKS[1]])
    assert isinstance(vectors, np.memmap) and not vectors.flags.writeable
    assert np.array_equal(vectors, np.stack([VECTORS[4], np.zeros(3), VECTORS[1], VECTORS[1]]))
    assert cut.tolist() == [True, False, True, True]
    [note] = tmp_path.rglob("encoder.json")
    assert json.loads(note.read_text()) == IDENTITY
    assert not VectorStore(tmp_path).shelf({**IDENTITY, "encoder": "other"}, 3).has(MARKS).any()


def test_a_damaged_shard_is_passed_over_and_made_anew(tmp_path: Path) -> None:
    VectorStore(tmp_path).shelf(IDENTITY, 3).keep(MARKS, VECTORS, CUT)
    [shard] = tmp_path.rglob("*.npy")
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    shelf = VectorStore(tmp_path).shelf(IDENTITY, 3)
    assert not shelf.has(MARKS).any()
    shelf.keep(MARKS, VECTORS, CUT)
    assert np.array_equal(VectorStore(tmp_path).shelf(IDENTITY, 3).rows(MARKS)[0], VECTORS)


def test_another_dimension_is_refused(tmp_path: Path) -> None:
    VectorStore(tmp_path).shelf(IDENTITY, 3).keep(MARKS, VECTORS, CUT)
    with pytest.raises(DataFileError, match="remove this folder"):
        VectorStore(tmp_path).shelf(IDENTITY, 4)


def test_it_is_a_folder_of_this_machine_that_nothing_else_fills(tmp_path: Path) -> None:
    dataset = VectorStoreDataset(str(tmp_path / "encoded"))
    assert dataset.CACHE and not dataset.exists()
    dataset.load().shelf(IDENTITY, 3)
    assert dataset.exists()
    with pytest.raises(DataFileError, match="filled by the nodes"):
        dataset.save([])  # type: ignore[arg-type]
    with pytest.raises(DataFileError, match="wanted is a path"):
        VectorStoreDataset("s3://bucket/encoded")
