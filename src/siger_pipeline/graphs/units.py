"""Unit rows of a feature matrix, made a few at a time: the matrix itself is never copied whole.

Shape suffixes: I items, d feature dimensions.
"""

from hashlib import blake2b

import numpy as np

from siger_pipeline.errors import InputError

# Rows divided at once stay within a core's cache.
CACHED_ENTRIES = 2**16


class UnitRows:
    """Rows of a feature matrix over their lengths, float32, by position in a list of items."""

    def __init__(self, features: np.ndarray, norms: np.ndarray, items: np.ndarray) -> None:
        """Keep references: ``features`` may be a memory map.

        Args:
            features: E_m, [I, d].
            norms: the rows' lengths, float64, [I].
            items: the rows that are spoken of, none of length 0.
        """
        self.features, self.norms, self.items = features, norms, items
        self.width = features.shape[1]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.items)

    def __getitem__(self, rows: slice) -> np.ndarray:
        """Unit rows of a range of positions, float32, [rows, d]."""
        items = self.items[rows]
        unit = np.empty((len(items), self.width), dtype=np.float32)
        height = max(1, CACHED_ENTRIES // max(1, self.width))
        for start in range(0, len(items), height):
            part = slice(start, start + height)
            row, norm = self.features[items[part]], self.norms[items[part], None]
            np.divide(row, norm, out=unit[part], casting="same_kind")
        return unit

    def reordered(self, order: np.ndarray) -> "UnitRows":
        """The same rows in another order, or some of them."""
        return UnitRows(self.features, self.norms, self.items[order])


def row_norms(features: np.ndarray) -> np.ndarray:
    """Lengths of the rows, float64, [I].

    Raises:
        InputError: features that are not finite or not two-dimensional.
    """
    if features.ndim != 2:
        raise InputError(f"features must be a matrix [items, d], found shape {features.shape}")
    norms = np.sqrt(np.einsum("ij,ij->i", features, features, dtype=np.float64))
    if not np.isfinite(norms).all():
        row = int(np.flatnonzero(~np.isfinite(norms))[0])
        raise InputError(f"features of item {row} are not finite (NaN or infinity)")
    return norms


def first_twin(features: np.ndarray, norms: np.ndarray, items: np.ndarray, k: int) -> np.ndarray:
    """For each listed item: itself, or the first item of equal features where k come before it.

    Equal rows have equal cosines with everybody, and ties go to the smaller index: beyond the
    first k of them nobody is a neighbour, and all of them have the first one's neighbours. A
    thousand items with one placeholder image are thereby k rows, not a million pairs.

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
    for place in np.flatnonzero(size[group] > k):
        item = items[place]
        row = np.ascontiguousarray(features[item]).tobytes()
        twins = seen.setdefault((norms[item], blake2b(row).digest()), [])
        if len(twins) < k:
            twins.append(item)
        else:
            stands_for[place] = twins[0]
    return stands_for
