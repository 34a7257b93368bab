"""Exact cosines of listed pairs of rows.

Shape suffixes: I rows, P pairs, B rows of a block, d feature dimensions.
"""

from collections.abc import Iterator

import numpy as np

from siger_pipeline.graphs.threads import spread
from siger_pipeline.graphs.units import UnitRows

# The two blocks that a pair's rows lie in are held at once.
BYTES_PER_ENTRY = 2 * 4
# Pairs multiplied at once: their rows stay within a core's cache.
CHUNK_ENTRIES = 2**16


class PairCosines:
    """Cosines of unit rows in float64, summed in the same order for every pair.

    Equal rows therefore have equal cosines to the last bit. Two blocks of unit rows are held, and
    made once for all the pairs in them.
    """

    def __init__(self, units: UnitRows, block_mib: float) -> None:
        """Make room.

        Args:
            units: the rows.
            block_mib: bound on the unit rows held at once, MiB.
        """
        width = max(1, units.width)
        limit = max(1, int(block_mib * 2**20 / (BYTES_PER_ENTRY * width)))
        self.units = units
        self._chunk = max(1, CHUNK_ENTRIES // width)
        self._block_rows = max(1, min(limit, len(units)))
        shape = (self._block_rows, units.width)
        self._room = [np.empty(shape, dtype=np.float32) for _ in range(2)]
        self._rows: dict[int, np.ndarray] = {}
        self._squares_I = np.full(len(units), np.nan)

    def __call__(self, left_P: np.ndarray, right_P: np.ndarray) -> np.ndarray:
        """Cosines of pairs in any order.

        Args:
            left_P: one row of each pair, its position in the unit rows.
            right_P: the other.

        Returns:
            float64, [P].
        """
        low_P, high_P = np.minimum(left_P, right_P), np.maximum(left_P, right_P)
        cosine_P = np.empty(len(left_P))
        for pairs in _by_block(low_P // self._block_rows, high_P // self._block_rows, low_P):
            self._hold(low_P[pairs[0]], high_P[pairs[0]])

            def multiply(part: slice, pairs: np.ndarray = pairs) -> None:
                cosine_P[pairs[part]] = self._cosines(low_P[pairs[part]], high_P[pairs[part]])

            spread(multiply, len(pairs), self._chunk)
        return cosine_P

    def _hold(self, *positions: int) -> None:
        """Make the blocks of these rows, over others."""
        wanted = {int(position) // self._block_rows for position in positions}
        for block in self._rows.keys() - wanted:
            self._room.append(self._rows.pop(block))
        for block in wanted - self._rows.keys():
            rows = slice(block * self._block_rows, (block + 1) * self._block_rows)
            self._rows[block] = self._room.pop()
            unit_Bd, squares_B = self.units.written(rows, self._rows[block]), self._squares_I[rows]

            def square(
                part: slice, unit_Bd: np.ndarray = unit_Bd, squares_B: np.ndarray = squares_B
            ) -> None:
                squares_B[part] = _dot(unit_Bd[part], unit_Bd[part])

            if np.isnan(squares_B[0]):
                spread(square, len(unit_Bd), self._chunk)

    def _cosines(self, low_P: np.ndarray, high_P: np.ndarray) -> np.ndarray:
        scale_P = np.sqrt(self._squares_I[low_P] * self._squares_I[high_P])
        return _dot(self._picked(low_P), self._picked(high_P)) / scale_P

    def _picked(self, position_P: np.ndarray) -> np.ndarray:
        block = int(position_P[0]) // self._block_rows
        return self._rows[block][position_P - block * self._block_rows]


def _by_block(low_P: np.ndarray, high_P: np.ndarray, row_P: np.ndarray) -> Iterator[np.ndarray]:
    """Places of the pairs of the same two blocks, in an order that changes one block at a time."""
    turning_P = np.where(low_P % 2, -high_P, high_P)
    order_P = np.lexsort((row_P, turning_P, low_P))
    low_P, high_P = low_P[order_P], high_P[order_P]
    changes = (low_P[1:] != low_P[:-1]) | (high_P[1:] != high_P[:-1])
    if len(order_P):
        yield from np.split(order_P, np.flatnonzero(changes) + 1)


def _dot(left_Pd: np.ndarray, right_Pd: np.ndarray) -> np.ndarray:
    product_Pd = left_Pd.astype(np.float64)
    product_Pd *= right_Pd
    return product_Pd.sum(axis=1)
