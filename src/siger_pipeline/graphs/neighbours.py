"""Exact nearest neighbours by cosine: candidates by float32 products, re-ranked in float64.

Shape suffixes: I rows, P pairs of rows, E ends of pairs, R and C rows and columns of a tile,
d feature dimensions.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch

from siger_pipeline.graphs.units import UnitRows, pair_cosines

FLOAT = 4  # bytes
# Rows of a tile: few enough for the memory bound, enough for fast products.
LEAST_SIDE, LARGEST_SIDE = 64, 1024
SAMPLE = 512  # rows whose products give each row its first threshold
BYTES_PER_PAIR = 512  # a candidate, both its ends, their sort by row, and room for as many more
# Decimals at which cosines count as equal: rounding noise of float64 must not break a tie.
TIE_DECIMALS = 12


# A mask of some pairs of a tile, its products, its first row and column -> those of the pairs
# that can be neighbours at all. The condition is symmetric, and each row meets it with itself.
Among = Callable[[torch.Tensor, torch.Tensor, int, int], torch.Tensor]


class Nearest(NamedTuple):
    """Rows, their nearest ones, and the rounded cosines; each [I · k] or less."""

    row: np.ndarray
    col: np.ndarray
    cosine: np.ndarray


def nearest(
    units: UnitRows,
    k: int,
    *,
    block_mib: float,
    among: Among | None = None,
    device: str | torch.device = "cpu",
) -> Nearest:
    """Each row's ``k`` largest cosines, itself counted, ties to the smaller position.

    The result is exact, and the same for any device, number of threads and block size: float32
    products only exclude pairs whose distance to the k-th neighbour exceeds the rounding error.

    Args:
        units: the rows, unit length.
        k: neighbours per row, at most I.
        block_mib: bound on memory, MiB (but room for 4 · I · k pairs at least).
        among: the pairs to choose from; all by default. A row may then have fewer than ``k``.
        device: where the products are made.

    Returns:
        Positions, sorted by row, then by falling cosine, then by position.
    """
    search = _Search(units, k, int(block_mib * 2**20), torch.device(device), among)
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")  # TF32 and bfloat16 err by more than the bound
    try:
        search.run()
    finally:
        torch.set_float32_matmul_precision(precision)
    return search.best


def product_error(width: int) -> float:
    """Bound on |⟨û, v̂⟩ in float32 − ⟨u, v⟩| for unit rows u, v of so many dimensions.

    With ε = 2⁻²⁴: rounding a row to float32 errs by ε a number, so by 2ε in the product. A sum of
    n products errs by n ε / (1 − n ε) times Σ|u_d v_d| ≤ 1, in any order of summation (Higham,
    Accuracy and Stability of Numerical Algorithms, §3.1). Sixteen ε more cover the float64
    arithmetic and what a bound loses where it is stored as float32.
    """
    rounding = 2.0**-24
    return width * rounding / (1 - width * rounding) + 18 * rounding


class _Search:
    """The k nearest so far, and the candidate pairs that are not yet re-ranked."""

    def __init__(
        self, units: UnitRows, k: int, block: int, device: torch.device, among: Among | None
    ) -> None:
        self.units, self.k, self.device, self.among = units, k, device, among
        itself = np.arange(len(units))
        self.best = Nearest(itself, itself, np.ones(len(units)))
        # A pair whose product is below the thresholds of both its rows is in no top k.
        self.threshold_I = np.full(len(units), -np.inf, dtype=np.float32)
        self._slack = 2 * product_error(units.width)
        side = block // (4 * FLOAT * max(units.width, LARGEST_SIDE))
        self._side = min(max(side, LEAST_SIDE), LARGEST_SIDE, max(1, len(units)))
        # Buffers for rows, columns and products of a tile, allocated once.
        self._left, self._right = np.empty((2, self._side, units.width), dtype=np.float32)
        self._tile = torch.empty(self._side**2, device=device)
        self._room = max(block // BYTES_PER_PAIR, 4 * len(units) * k)
        self._waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def run(self) -> None:
        """Compare all pairs: each tile is made once and read in both directions."""
        self._raise_thresholds_by_a_sample()
        for rows in self._blocks(0):
            left_Rd = self._rows(rows, self._left)
            for cols in self._blocks(rows.start):
                right_Cd = left_Rd if cols == rows else self._rows(cols, self._right)
                tile_RC = self._products(left_Rd, right_Cd)
                height = max(1, self._room // len(right_Cd))
                for start in range(0, len(left_Rd), height):
                    self._add(tile_RC[start : start + height], rows.start + start, cols.start)
        self._settle()

    def _blocks(self, first: int) -> Iterator[slice]:
        for start in range(first, len(self.units), self._side):
            yield slice(start, min(start + self._side, len(self.units)))

    def _rows(self, positions: slice | np.ndarray, buffer: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(self.units.read(positions, buffer)).to(self.device)

    def _products(self, left_Rd: torch.Tensor, right_Cd: torch.Tensor) -> torch.Tensor:
        tile_RC = self._tile[: len(left_Rd) * len(right_Cd)].view(len(left_Rd), len(right_Cd))
        return torch.mm(left_Rd, right_Cd.T, out=tile_RC)

    def _raise_thresholds_by_a_sample(self) -> None:
        """The k-th largest product among a sample of rows is at most that among all rows."""
        size = min(len(self.units), self._side, SAMPLE)
        if size < self.k or self.among is not None:
            return
        sample = np.random.default_rng(0).choice(len(self.units), size, replace=False)
        right_Cd = self._rows(np.sort(sample), self._right)
        for rows in self._blocks(0):
            tile_RC = self._products(self._rows(rows, self._left), right_Cd)
            kth_R = tile_RC.topk(self.k, dim=1).values[:, -1]
            self.threshold_I[rows] = kth_R.cpu().numpy() - np.float32(self._slack)

    def _add(self, tile_RC: torch.Tensor, row: int, col: int) -> None:
        """Keep the pairs i < j of a tile that reach a threshold; settle once there are many."""
        threshold_I = torch.from_numpy(self.threshold_I)
        threshold_R = threshold_I[row : row + tile_RC.shape[0]].to(self.device)
        threshold_C = threshold_I[col : col + tile_RC.shape[1]].to(self.device)
        near_RC = (tile_RC >= threshold_R[:, None]) | (tile_RC >= threshold_C)
        near_RC = near_RC.triu(row - col + 1)
        if self.among is not None:
            near_RC = self.among(near_RC, tile_RC, row, col)
        pair_P2 = near_RC.nonzero().to(torch.int32).cpu().numpy()
        product_P = tile_RC[near_RC].cpu().numpy()
        self._waiting.append((pair_P2[:, 0] + row, pair_P2[:, 1] + col, product_P))
        if sum(len(product_P) for *_, product_P in self._waiting) > self._room:
            self._settle()

    def _settle(self) -> None:
        """Re-rank the waiting pairs in float64, those that still reach a threshold."""
        if not self._waiting:
            return
        left_P, right_P, product_P = map(np.concatenate, zip(*self._waiting, strict=True))
        self._waiting.clear()
        itself = np.arange(len(self.units), dtype=np.int32)
        end_E = np.concatenate([left_P, right_P, itself])
        product_E = np.concatenate([product_P, product_P, np.ones(len(itself), dtype=np.float32)])
        kth_I = _kth_largest(end_E, product_E, len(itself), self.k)
        self.threshold_I = np.maximum(self.threshold_I, kth_I - np.float32(self._slack))
        near_P = product_P >= np.minimum(self.threshold_I[left_P], self.threshold_I[right_P])
        left_P, right_P = left_P[near_P], right_P[near_P]
        cosine_P = np.round(pair_cosines(self.units, left_P, right_P), TIE_DECIMALS)
        self._merge(left_P, right_P, cosine_P)

    def _merge(self, left_P: np.ndarray, right_P: np.ndarray, cosine_P: np.ndarray) -> None:
        row_E = np.concatenate([left_P, right_P])
        near_E = np.tile(cosine_P, 2) >= self.threshold_I[row_E]
        added = (row_E, np.concatenate([right_P, left_P]), np.tile(cosine_P, 2))
        row_E, col_E, cosine_E = (
            np.concatenate([old, new[near_E]]) for old, new in zip(self.best, added, strict=True)
        )
        order_E = np.lexsort((col_E, -cosine_E, row_E))
        size_I = np.bincount(row_E, minlength=len(self.units))
        first_I = np.cumsum(size_I) - size_I
        chosen_E = order_E[np.arange(len(row_E)) - np.repeat(first_I, size_I) < self.k]
        self.best = Nearest(row_E[chosen_E], col_E[chosen_E], cosine_E[chosen_E])
        full_I = size_I >= self.k
        kth_I = cosine_E[order_E[first_I[full_I] + self.k - 1]] - self._slack
        self.threshold_I[full_I] = np.maximum(self.threshold_I[full_I], kth_I)


def _kth_largest(row_E: np.ndarray, value_E: np.ndarray, n_rows: int, k: int) -> np.ndarray:
    """The k-th largest value of each row, −∞ where there are fewer, float32 [I].

    The bits of positive floats are ordered like the floats, so that row and value fit one integer:
    sorting these is many times faster than sorting by two keys.
    """
    descent_E = (np.float32(2.0) - value_E).view(np.uint32)
    key_E = np.sort((row_E.astype(np.int64) << 32) | descent_E)
    size_I = np.bincount(row_E, minlength=n_rows)
    kth_at_I = np.cumsum(size_I) - size_I + k - 1
    full_I = size_I >= k
    descent_I = (key_E[kth_at_I[full_I]] & (2**32 - 1)).astype(np.uint32).view(np.float32)
    kth_I = np.full(n_rows, -np.inf, dtype=np.float32)
    kth_I[full_I] = np.float32(2.0) - descent_I
    return kth_I
