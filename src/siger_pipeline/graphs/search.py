"""Which pairs of rows can be among each other's k nearest: a search by bounds of the cosines.

Shape suffixes: I rows, P pairs, E ends of pairs, R and C rows and columns of a tile.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from siger_pipeline.graphs.bounds import FLOAT32_SLACK, CosineBounds

# A tile is at least as wide as high: the diagonal then lies in the first one of its rows.
TILE_ROWS, TILE_COLS = 512, 2048
FIRST_STRIP = 32
BYTES_PER_PAIR = 64  # a pair as found, and its ends in the sort by row
KEY_BITS = 32
# Decimals at which exact cosines count as equal: rounding noise of float64 must not break a tie.
TIE_DECIMALS = 12

Exact = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Pairs(NamedTuple):
    """Pairs i < j of rows, bounds of their cosines, the cosines where known (else NaN); [P]."""

    left: np.ndarray
    right: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    cosine: np.ndarray

    def at(self, places: np.ndarray) -> "Pairs":
        """Some of the pairs."""
        return Pairs(*(column[places] for column in self))

    @staticmethod
    def joined(parts: list["Pairs"]) -> "Pairs":
        """The pairs of several lists."""
        return Pairs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

    @staticmethod
    def none() -> "Pairs":
        """No pair."""
        dtypes = (np.int32, np.int32, np.float32, np.float32, np.float64)
        return Pairs(*(np.empty(0, dtype=dtype) for dtype in dtypes))


class Nearest(NamedTuple):
    """Rows, their nearest ones, and the rounded cosines; each [I · k] or less."""

    row: np.ndarray
    col: np.ndarray
    cosine: np.ndarray


def near_pairs(
    bounds: CosineBounds, items: np.ndarray, k: int, exact: Exact, *, block_mib: float
) -> tuple[Pairs, np.ndarray]:
    """All pairs i < j of which one may be among the other's ``k`` nearest.

    Each tile is made once and read in both directions. What is compared with is each row's k-th
    largest lower bound so far, which is taken anew after strips of rows that double in size: a
    row so meets about k new candidates a strip, and the pairs seen grow as I · k · log I. The rows
    should come in random order.

    Args:
        bounds: of the cosines of all pairs.
        items: what the rows are rows of, for ties, [I].
        k: neighbours per row, itself counted, at most I.
        exact: cosines of listed pairs, asked for only where bounds leave more than there is room.
        block_mib: bound on the pairs held at once, MiB (but at least 4 · I · k of them).

    Returns:
        The pairs, and a lower bound of each row's k-th largest cosine, [I].
    """
    n_rows = len(bounds.gaps)
    room = max(int(block_mib * 2**20 / BYTES_PER_PAIR), 4 * n_rows * k)
    kth_I = np.full(n_rows, -np.inf, dtype=np.float32)
    found = Pairs.none()
    for strip in _doubling(n_rows, max(FIRST_STRIP, 2 * k)):
        parts, held = [found], len(found.left)
        for rows, cols in _tiles(strip, n_rows):
            parts.append(_within(bounds, rows, cols, kth_I))
            held += len(parts[-1].left)
            if held > room:
                found, kth_I = _nearer(Pairs.joined(parts), kth_I, k)
                if len(found.left) > room // 2:
                    found, kth_I = _settled(found, kth_I, k, exact)
                    found = found.at(_best(found, items, k)[1])
                parts, held = [found], len(found.left)
        found, kth_I = _nearer(Pairs.joined(parts), kth_I, k)
    return found, kth_I


def nearest_of(pairs: Pairs, kth_I: np.ndarray, items: np.ndarray, k: int, exact: Exact) -> Nearest:
    """Each row's ``k`` nearest among the pairs, itself counted, ties to the smaller item.

    Args:
        pairs: of ``near_pairs``.
        kth_I: lower bounds of the k-th largest cosines, likewise.
        items: what the rows are rows of, [I].
        k: neighbours per row, at most I.
        exact: cosines of listed pairs. The likeliest k of each row are asked for first: most of
            the others are then beaten by their bounds alone.

    Returns:
        Positions of rows.
    """
    return _best(_settled(pairs, kth_I, k, exact)[0], items, k)[0]


def _doubling(n_rows: int, first: int) -> Iterator[range]:
    start = 0
    while start < n_rows:
        stop = min(n_rows, max(first, 2 * start))
        yield range(start, stop)
        start = stop


def _tiles(strip: range, n_rows: int) -> Iterator[tuple[slice, slice]]:
    for row in strip[::TILE_ROWS]:
        for col in range(row, n_rows, TILE_COLS):
            rows = slice(row, min(row + TILE_ROWS, strip.stop))
            yield rows, slice(col, min(col + TILE_COLS, n_rows))


def _within(bounds: CosineBounds, rows: slice, cols: slice, kth_I: np.ndarray) -> Pairs:
    """The pairs of a tile that come near enough for one of their rows."""
    upper_RC = bounds.upper(rows, cols)
    reached_RC = upper_RC >= np.minimum(kth_I[rows, None], kth_I[cols])
    if rows.start == cols.start:
        reached_RC = np.triu(reached_RC, 1)
    place_P = np.flatnonzero(reached_RC).astype(np.int32)
    row_P, col_P = np.divmod(place_P, np.int32(upper_RC.shape[1]))
    upper_P = upper_RC.ravel()[place_P]
    lower_P = upper_P - bounds.gaps[rows][row_P] - bounds.gaps[cols][col_P]
    unknown_P = np.full(len(place_P), np.nan)
    return Pairs(
        row_P + np.int32(rows.start), col_P + np.int32(cols.start), lower_P, upper_P, unknown_P
    )


def _nearer(pairs: Pairs, kth_I: np.ndarray, k: int) -> tuple[Pairs, np.ndarray]:
    """The pairs that are still near enough for one of their rows, and the rows' k-th bounds."""
    kth_I = _kth_largest(pairs, pairs.lower, kth_I, k)
    return pairs.at(np.flatnonzero(_reaching(pairs, kth_I))), kth_I


def _settled(pairs: Pairs, kth_I: np.ndarray, k: int, exact: Exact) -> tuple[Pairs, np.ndarray]:
    """The same with exact cosines in place of bounds."""
    likely_I = _kth_largest(pairs, pairs.upper, kth_I, k)
    for likely_first in (True, False):
        reaching_P = _reaching(pairs, likely_I if likely_first else kth_I)
        open_P = np.flatnonzero(reaching_P & np.isnan(pairs.cosine))
        cosine_P = exact(pairs.left[open_P], pairs.right[open_P])
        pairs.cosine[open_P] = cosine_P
        pairs.lower[open_P] = cosine_P - FLOAT32_SLACK
        pairs.upper[open_P] = cosine_P + FLOAT32_SLACK
        pairs, kth_I = _nearer(pairs, kth_I, k)
    return pairs, kth_I


def _best(pairs: Pairs, items: np.ndarray, k: int) -> tuple[Nearest, np.ndarray]:
    """The k largest known cosines of each row, and the places of the pairs they come from."""
    n_pairs, itself = len(pairs.left), np.arange(len(items))
    row_E = np.concatenate([pairs.left, pairs.right, itself])
    col_E = np.concatenate([pairs.right, pairs.left, itself])
    cosine_E = np.concatenate([pairs.cosine, pairs.cosine, np.ones(len(items))])
    cosine_E = np.round(cosine_E, TIE_DECIMALS)
    order_E = np.lexsort((items[col_E], -cosine_E, row_E))
    size_I = np.bincount(row_E, minlength=len(items))
    place_E = np.arange(len(row_E)) - np.repeat(np.cumsum(size_I) - size_I, size_I)
    kept_E = order_E[place_E < k]
    sources = np.unique(kept_E[kept_E < 2 * n_pairs] % max(1, n_pairs))
    return Nearest(row_E[kept_E], col_E[kept_E], cosine_E[kept_E]), sources


def _reaching(pairs: Pairs, kth_I: np.ndarray) -> np.ndarray:
    return pairs.upper >= np.minimum(kth_I[pairs.left], kth_I[pairs.right])


def _kth_largest(pairs: Pairs, bound_P: np.ndarray, kth_I: np.ndarray, k: int) -> np.ndarray:
    """Each row's k-th largest bound, its own cosine of 1 counted, where above the one known."""
    ends = [(pairs.left, bound_P), (pairs.right, bound_P)]
    ends.append((np.arange(len(kth_I), dtype=np.int32), np.ones(len(kth_I), dtype=np.float32)))
    keys, size_I = [], np.zeros(len(kth_I), dtype=np.int64)
    for end_E, value_E in ends:
        above_E = value_E > kth_I[end_E]
        row_E = end_E[above_E]
        size_I += np.bincount(row_E, minlength=len(kth_I))
        # The bits of positive numbers are ordered like the numbers: one sort of whole numbers.
        fall_E = (np.float32(4.0) - value_E[above_E]).view(np.uint32)
        keys.append((row_E.astype(np.int64) << KEY_BITS) | fall_E)
    key_E = np.sort(np.concatenate(keys))
    enough_I = size_I >= k
    place_I = (np.cumsum(size_I) - size_I + k - 1)[enough_I]
    fall_I = (key_E[place_I] & (2**KEY_BITS - 1)).astype(np.uint32).view(np.float32)
    raised_I = kth_I.copy()
    raised_I[enough_I] = np.maximum(kth_I[enough_I], 4.0 - fall_I - FLOAT32_SLACK)
    return raised_I
