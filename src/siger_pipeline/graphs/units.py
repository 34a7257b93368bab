"""Rows of a feature matrix by position in a list of items: unit rows, and cosines of pairs.

The matrix may be a memory map: a few rows are read at a time, and it is never copied whole.

Shape suffixes: P pairs, d feature dimensions.
"""

from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

import numpy as np
import torch

from siger_pipeline.errors import InputError

# Entries of the rows processed at once: they fit a core's cache.
CHUNK_ENTRIES = 2**18
MOST_WORKERS = 16  # each has two chunks in memory


class UnitRows:
    """Rows of a feature matrix over their lengths, float32."""

    def __init__(self, features: np.ndarray, norms: np.ndarray, items: np.ndarray) -> None:
        """Keep references; nothing is copied.

        Args:
            features: E_m, [I, d].
            norms: the rows' lengths, float64, [I].
            items: the rows to use, none of length 0.
        """
        self.features, self.norms, self.items = features, norms, items
        self.width = features.shape[1]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.items)

    def read(self, positions: slice | np.ndarray, buffer: np.ndarray) -> np.ndarray:
        """Unit rows at some positions, float32, [rows, d], written into the buffer."""
        items = self.items[positions]
        unit = buffer[: len(items)]
        height = max(1, self.chunk // 4)
        for start in range(0, len(items), height):
            part = slice(start, start + height)
            row, norm = self.features[items[part]], self.norms[items[part], None]
            np.divide(row, norm, out=unit[part], casting="same_kind")
        return unit

    @property
    def chunk(self) -> int:
        """Number of rows processed at once."""
        return max(1, CHUNK_ENTRIES // max(1, self.width))


def pair_cosines(units: UnitRows, left_P: np.ndarray, right_P: np.ndarray) -> np.ndarray:
    """Cosines of pairs of positions, float64 [P], each summed in the same order.

    They are computed from the features themselves, not from unit rows: equal rows have equal
    cosines to the last bit, in any order of the pairs and with any number of threads.
    """
    left_P, right_P = units.items[left_P], units.items[right_P]
    cosine_P = np.empty(len(left_P))
    # Pairs of the same row one after another: it is then read once.
    order_P = np.argsort(left_P, kind="stable")

    def multiply(start: int) -> None:
        pairs = order_P[start : start + units.chunk]
        left_Pd, right_Pd = (units.features[items[pairs]] for items in (left_P, right_P))
        # The sum of a row must not depend on the rows beside it. NumPy does not promise that:
        # a test checks it, and rounding before ties are broken would absorb a last bit.
        cosine_P[pairs] = np.einsum("ij,ij->i", left_Pd, right_Pd, dtype=np.float64)

    with ThreadPoolExecutor(min(torch.get_num_threads(), MOST_WORKERS)) as pool:
        list(pool.map(multiply, range(0, len(order_P), units.chunk)))
    cosine_P /= units.norms[left_P] * units.norms[right_P]
    return cosine_P


def row_norms(features: np.ndarray) -> np.ndarray:
    """Norms of the rows, float64, [I].

    Raises:
        InputError: features that are not finite or not two-dimensional.
    """
    if features.ndim != 2:
        raise InputError(f"features have shape {features.shape}, and must be a matrix [items, d]")
    norms = np.sqrt(np.einsum("ij,ij->i", features, features, dtype=np.float64))
    if not np.isfinite(norms).all():
        row = int(np.flatnonzero(~np.isfinite(norms))[0])
        raise InputError(f"features of item {row} are not finite (NaN or infinity)")
    return norms


def first_twin(features: np.ndarray, norms: np.ndarray, items: np.ndarray, k: int) -> np.ndarray:
    """For each listed item: itself, or the first item of equal features where k come before it.

    Equal rows have equal cosines with all others, and ties go to the smaller index: only the first
    k of them can be neighbours, and all have the same neighbours. A thousand items with one
    placeholder image are thereby k rows, not a million pairs.

    Args:
        features: E_m, [I, d].
        norms: the rows' lengths, [I].
        items: ascending.
        k: neighbours per item.

    Returns:
        Items, [len(items)].
    """
    stands_for = items.copy()
    _, group, size = np.unique(norms[items], return_inverse=True, return_counts=True)
    seen: dict[tuple[float, bytes], list[int]] = {}
    for position in np.flatnonzero(size[group] > k):
        item = items[position]
        row = np.ascontiguousarray(features[item]).tobytes()
        twins = seen.setdefault((norms[item], blake2b(row).digest()), [])
        if len(twins) < k:
            twins.append(item)
        else:
            stands_for[position] = twins[0]
    return stands_for
