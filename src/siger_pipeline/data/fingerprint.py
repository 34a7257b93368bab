"""The hash that names a split, in provenance and beside what was made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from scipy import sparse

from siger_pipeline.data.schema import Split

USERS = 2**16  # whose interactions are put in order at a time, so that the rest takes no memory


def fingerprint_of_rows(users: np.ndarray, items: np.ndarray, parts: np.ndarray) -> str:
    """SHA-256 of split interactions, ordered by user, item and part.

    Hashed are the number of rows and then all users, all items (32-bit, little-endian) and all
    parts (8-bit).

    Args:
        users: user_id.
        items: item_id.
        parts: place of the split in (train, validation, test).

    Returns:
        `sha256:` and 64 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{len(users)}\n".encode())
    for values, kind in ((users, "<i4"), (items, "<i4"), (parts, "i1")):
        digest.update(np.ascontiguousarray(values, dtype=kind).data)
    return f"sha256:{digest.hexdigest()}"


def split_fingerprint(matrices: Mapping[Split, sparse.csr_matrix]) -> str:
    """`fingerprint_of_rows` of the interactions of each split, CSR [U, I]."""
    size = sum(matrix.nnz for matrix in matrices.values())
    users, items = np.empty(size, np.int32), np.empty(size, np.int32)
    parts = np.empty(size, np.int8)
    done = 0
    for first in range(0, matrices[Split.TRAIN].shape[0], USERS):
        coded = _coded({split: m[first : first + USERS] for split, m in matrices.items()})
        chosen = slice(done, done := done + coded.nnz)
        users[chosen] = first + np.repeat(np.arange(coded.shape[0]), np.diff(coded.indptr))
        items[chosen], parts[chosen] = coded.indices, coded.data - 1
    return fingerprint_of_rows(users, items, parts)


def _coded(matrices: Mapping[Split, sparse.csr_matrix]) -> sparse.csr_matrix:
    coded = sum(
        (matrices[split].astype(np.int8) * np.int8(code) for code, split in enumerate(Split, 1)),
        start=sparse.csr_matrix(matrices[Split.TRAIN].shape, dtype=np.int8),
    )
    coded.sort_indices()
    return coded
