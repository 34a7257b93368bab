"""Hashes of matrices: of what they hold, not of how they hold it."""

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.reporting.fingerprints import matrix_fingerprint


def test_a_dense_matrix_as_it_is_described() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    content = b"(2, 2)\n<f4(2, 2)\n" + struct.pack("<4f", 1, 2, 3, 4)
    assert matrix_fingerprint(matrix) == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_the_layout_in_memory_and_on_disk_does_not_count(tmp_path: Path) -> None:
    matrix = np.arange(12.0).reshape(3, 4)
    expected = matrix_fingerprint(matrix)
    np.save(tmp_path / "matrix.npy", matrix)
    assert matrix_fingerprint(np.asfortranarray(matrix)) == expected
    assert matrix_fingerprint(matrix.astype(">f8")) == expected
    assert matrix_fingerprint(np.load(tmp_path / "matrix.npy", mmap_mode="r")) == expected


@pytest.mark.parametrize("kind", [np.int32, np.int64])
def test_the_type_of_a_graphs_indices_does_not_count(kind: type) -> None:
    graph = sparse.random(6, 5, density=0.4, format="csr", random_state=1, dtype=np.float32)
    other = graph.copy()
    other.indices, other.indptr = graph.indices.astype(kind), graph.indptr.astype(kind)
    assert matrix_fingerprint(other) == matrix_fingerprint(graph)


def test_any_other_content_has_another_hash() -> None:
    dense = np.arange(12.0).reshape(3, 4)
    graph = sparse.csr_matrix(dense)
    changed = dense.copy()
    changed[2, 3] += 1e-12
    hashes = [
        matrix_fingerprint(each)
        for each in (
            *(dense, changed, dense.reshape(4, 3), dense.astype(np.float32)),
            *(graph, sparse.csr_matrix(changed), graph.T.tocsr(), graph[::-1].tocsr()),
        )
    ]
    assert len(set(hashes)) == len(hashes)
