"""Sparse matrices: canonical CSR."""

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.sparse import SparseDataset
from sketches import picture_in


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


def test_a_preview_shows_where_values_are(tmp_path: Path) -> None:
    dataset = SparseDataset(filepath=tmp_path / "a.npz")
    dataset.save(sp.csr_matrix(np.eye(400, dtype=np.float32)))
    preview = dataset.preview()
    for fact in ("400 × 400", "float32", "<td>400</td>", "0.250%"):
        assert fact in preview
    darkness = 255 - np.asarray(picture_in(preview).convert("L"), dtype=int)
    rows, columns = np.nonzero(darkness > 100)
    np.testing.assert_allclose(rows / darkness.shape[0], columns / darkness.shape[1], atol=0.02)
    assert set(rows) == set(range(darkness.shape[0]))


def test_a_preview_of_nothing_has_no_picture(tmp_path: Path) -> None:
    for shape in ((3, 3), (0, 3)):
        dataset = SparseDataset(filepath=tmp_path / f"{shape[0]}.npz")
        dataset.save(sp.csr_matrix(shape, dtype=np.float32))
        assert "0.000%" in dataset.preview()
        assert ("<img" in dataset.preview()) == bool(shape[0])
