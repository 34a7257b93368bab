"""Sparse matrices: canonical CSR."""

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.sparse import SparseDataset


def test_round_trip_keeps_types(tmp_path: Path) -> None:
    matrix = sp.random(20, 30, 0.2, format="csr", dtype=np.float32, random_state=1)
    dataset = SparseDataset(filepath=tmp_path / "a.npz")
    dataset.save(matrix)
    loaded = dataset.load()
    assert type(loaded).__name__ == "csr_matrix"
    assert (str(loaded.dtype), str(loaded.indices.dtype)) == ("float32", "int32")
    np.testing.assert_array_equal(loaded.toarray(), matrix.toarray())
    assert loaded.has_sorted_indices


def test_order_and_duplicates_do_not_change_the_bytes(tmp_path: Path) -> None:
    sorted_ = sp.csr_matrix(([1.0, 5.0], ([0, 0], [1, 2])), shape=(2, 3))
    shuffled = sp.csr_matrix(
        (np.array([2.0, 1.0, 3.0]), np.array([2, 1, 2]), np.array([0, 3, 3])), shape=(2, 3)
    )
    SparseDataset(filepath=tmp_path / "a").save(sorted_)
    SparseDataset(filepath=tmp_path / "b").save(shuffled)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert shuffled.indices.tolist() == [2, 1, 2]


def test_index_out_of_range_is_refused(tmp_path: Path) -> None:
    matrix = sp.csr_matrix(np.eye(3))
    matrix.indices[0] = 7
    sp.save_npz(tmp_path / "a.npz", matrix)
    with pytest.raises(DataFileError, match=r"a\.npz cannot be read as a sparse matrix"):
        SparseDataset(filepath=tmp_path / "a.npz").load()


def test_dense_matrix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="CSR matrix of numbers, not a ndarray"):
        SparseDataset(filepath=tmp_path / "a.npz").save(np.eye(3))


def test_preview(tmp_path: Path) -> None:
    dataset = SparseDataset(filepath=tmp_path / "a.npz")
    dataset.save(sp.csr_matrix(np.eye(4, dtype=np.float32)))
    expected = {"shape": [4, 4], "dtype": "float32", "stored": 4, "density": 0.25}
    assert json.loads(dataset.preview()) == expected
