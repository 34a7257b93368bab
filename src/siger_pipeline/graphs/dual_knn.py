"""The denoised modality graphs of DA-MRS: neighbours among pairs that all modalities hold similar.

Xv et al., KDD 2024, doi 10.1145/3637528.3671703; symbols as in `dual_knn_graph`.

Shape suffixes: I items, P pairs, R and C rows and columns of a tile, d feature dimensions.
"""

from collections.abc import Sequence

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs.neighbours import TIE_DECIMALS, nearest, product_error
from siger_pipeline.graphs.units import UnitRows, pair_cosines, row_norms
from siger_pipeline.ops.sparse import symmetric_normalise


def dual_knn_graph(
    features: np.ndarray,
    others: Sequence[np.ndarray],
    k: int,
    *,
    missing: np.ndarray | None = None,
    block_mib: float = 128.0,
) -> sparse.csr_matrix:
    """D^(−1/2) N D^(−1/2) with D the row sums of N.

    Let μ_m be the mean of all I² cosines s_m(i, j) of a modality. A pair is a candidate if
    s_m(i, j) ≥ μ_m for every modality; N has ones at the ``k`` candidates of each row with the
    largest cosines of ``features``, the item itself counted, ties to the smaller item index. A row
    may have fewer. Cosines are compared in float64, so that the graph is the same on every machine.

    An item without features, all zero, in any of the modalities has no neighbour but itself; its
    cosines count as 0 in μ_m.

    Args:
        features: E_m of the modality whose graph it is, [I, d_m].
        others: features of the other modalities, which choose candidates alone; may be none.
        k: neighbours per item, the item itself counted.
        missing: True where an item lacks features of any modality, [I]; all-zero rows count as
            missing too.
        block_mib: bound on the memory beside features and graph, MiB.

    Returns:
        CSR [I, I].

    Raises:
        InputError: features that are not finite, not two-dimensional, or of different lengths.
        ParameterError: k below 1.
    """
    if k < 1:
        raise ParameterError(f"the number of neighbours k is {k}, and must be at least 1")
    every = (features, *others)
    if len({len(matrix) for matrix in every}) > 1:
        lengths = ", ".join(str(len(matrix)) for matrix in every)
        raise InputError(f"modalities have features of {lengths} items, and need the same items")
    norms = [row_norms(matrix) for matrix in every]
    is_present_I = np.all([norm_I > 0 for norm_I in norms], axis=0)
    if missing is not None:
        is_present_I &= ~missing
    present, alone = np.flatnonzero(is_present_I), np.flatnonzero(~is_present_I)
    units = [UnitRows(x, norm_I, present) for x, norm_I in zip(every, norms, strict=True)]
    means = [mean_cosine(x, norm_I) for x, norm_I in zip(every, norms, strict=True)]
    candidates = _Candidates(units, means)
    near = nearest(units[0], min(k, max(1, len(present))), block_mib=block_mib, among=candidates)
    rows = np.concatenate([present[near.row], alone])
    cols = np.concatenate([present[near.col], alone])
    ones = sparse.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(features),) * 2)
    return symmetric_normalise(ones)


def mean_cosine(features: np.ndarray, norms_I: np.ndarray) -> float:
    """The mean of all I² cosines, ‖mean_i E_i / ‖E_i‖‖², in float64; that of a zero row is 0."""
    present = np.flatnonzero(norms_I > 0)
    total_d = np.zeros(features.shape[1])
    chunk = UnitRows(features, norms_I, present).chunk
    for start in range(0, len(present), chunk):
        items = present[start : start + chunk]
        total_d += (features[items] / norms_I[items, None]).sum(axis=0)
    return float(np.square(total_d / max(1, len(features))).sum())


class _Candidates:
    """Pairs with s_m ≥ μ_m for every m: products decide where they can, float64 cosines else."""

    def __init__(self, units: Sequence[UnitRows], means: Sequence[float]) -> None:
        """Take μ_m and unit rows of each modality, first of the one that is searched."""
        self.units = units
        self.means = [round(mean, TIE_DECIMALS) for mean in means]
        # A product in float32 and the mean stored as float32 err by less.
        self.slack = 2 * product_error(max(unit.width for unit in units))

    def __call__(
        self, near_RC: torch.Tensor, tile_RC: torch.Tensor, row: int, col: int
    ) -> torch.Tensor:
        rows = slice(row, row + near_RC.shape[0])
        cols = slice(col, col + near_RC.shape[1])
        margin_RC = tile_RC - self.means[0]
        for unit, mean in zip(self.units[1:], self.means[1:], strict=True):
            left_Rd, right_Cd = (_rows(unit, x).to(near_RC.device) for x in (rows, cols))
            torch.minimum(margin_RC, left_Rd @ right_Cd.T - mean, out=margin_RC)
        unsure_P2 = (near_RC & (margin_RC.abs() < self.slack)).nonzero().cpu().numpy()
        near_RC &= margin_RC > 0
        left_P, right_P = unsure_P2[:, 0], unsure_P2[:, 1]
        near_RC[left_P, right_P] = torch.from_numpy(self._meet(left_P + row, right_P + col)).to(
            near_RC.device
        )
        return near_RC

    def _meet(self, left_P: np.ndarray, right_P: np.ndarray) -> np.ndarray:
        """Whether pairs of positions are candidates, in float64."""
        met_P = np.ones(len(left_P), dtype=bool)
        for unit, mean in zip(self.units, self.means, strict=True):
            cosine_P = np.round(pair_cosines(unit, left_P, right_P), TIE_DECIMALS)
            met_P &= cosine_P >= mean
        return met_P


def _rows(units: UnitRows, positions: slice) -> torch.Tensor:
    buffer = np.empty((positions.stop - positions.start, units.width), dtype=np.float32)
    return torch.from_numpy(units.read(positions, buffer))
