import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from siger_pipeline.datasets import keyed_vectors
from siger_pipeline.datasets.keyed_vectors import KeyedVectorsDataset

VECTORS = {"B000000001": [1.0, -2.5, 0.0], "B000000002": [3.0, 0.0, 1e-3], "0000000007": [0, 0, 0]}
LENGTH = 10 + 3 * 4


def packed(vectors: dict[str, list[float]]) -> bytes:
    return b"".join(name.encode() + struct.pack("<3f", *row) for name, row in vectors.items())


def dataset(path: Path) -> KeyedVectorsDataset:
    return KeyedVectorsDataset(filepath=path, id_bytes=10, dimension=3)


@pytest.mark.parametrize("records", [1, 2, 3, 100])
def test_ids_and_vectors_come_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    monkeypatch.setattr(keyed_vectors, "BLOCK", records * LENGTH)
    path = tmp_path / "v.b"
    path.write_bytes(packed(VECTORS))
    loaded = dataset(path).load()
    assert (loaded.count, loaded.dimension) == (3, 3)
    blocks = list(loaded.blocks())
    assert max(len(ids) for ids, _ in blocks) <= records
    assert [name for ids, _ in blocks for name in ids] == list(VECTORS)
    np.testing.assert_array_equal(
        np.concatenate([rows for _, rows in blocks]), np.float32(list(VECTORS.values()))
    )


@pytest.mark.parametrize("cut", [1, 5, LENGTH - 1])
def test_a_truncated_file_is_told_with_the_byte(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "v.b"
    path.write_bytes(packed(VECTORS)[:-cut])
    with pytest.raises(DatasetError) as caught:
        dataset(path).load()
    told = str(caught.value)
    assert f"record at byte {2 * LENGTH} only {LENGTH - cut} bytes are there" in told
    assert "v.b is truncated" in told


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has 0 bytes"),
        (b"<!DOCTYPE html>", "It is a web page"),
        (gzip.compress(packed(VECTORS), mtime=0), "is a gzip file: unpack it"),
        (packed(VECTORS)[4:] + b"1234", "byte 0: found"),
        (b"\x00" * LENGTH, "byte 0: found b'', wanted is an id"),
        (packed(VECTORS)[:LENGTH] + b"caf\xc3\xa9 0001" + b"\0" * 12, f"byte {LENGTH}: found"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "v.b"
    path.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        list(dataset(path).load().blocks())
    assert words in str(caught.value) and "Traceback" not in str(caught.value)


def test_a_missing_file_is_told_with_the_hint(tmp_path: Path) -> None:
    missing = KeyedVectorsDataset(
        filepath=tmp_path / "v.b", id_bytes=10, dimension=3, hint="Fetch it from there."
    )
    assert "Fetch it from there." in missing.why_missing()
