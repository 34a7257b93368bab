"""Ranked lists: mask the items that a user has, take the top k, exactly and in blocks of users.

Shape suffixes: U users, I items, n users that are ranked, B users of a block, K list length,
d dimensions.

Ties go to the smaller item index everywhere.
"""

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.evaluation.scores import (
    DEFAULT_BLOCK_MIB,
    Scorer,
    check_shape,
    scores_in_blocks,
)
from siger_pipeline.evaluation.selection import PADDING, best_of_rows


def top_k(
    users: np.ndarray | torch.Tensor,
    items: np.ndarray | torch.Tensor,
    seen: sparse.csr_matrix,
    k: int,
    *,
    block_mib: float = DEFAULT_BLOCK_MIB,
) -> np.ndarray:
    """The k items of the largest dot product that each user has not seen.

    Args:
        users: user vectors, float32 [n, d].
        items: item vectors, float32 [I, d], on the same device.
        seen: entries that are not zero are masked, [n, I].
        k: list length.
        block_mib: bound on the memory of a block of scores, MiB.

    Returns:
        int64 [n, k]: best first, ties to the smaller item index; a user with fewer than k unseen
        items is padded with −1.

    Raises:
        InputError: shapes that do not fit, or a score that is not finite.
    """
    users_nd, items_Id = _dense(users), _dense(items)
    if users_nd.shape[1] != items_Id.shape[1]:
        raise InputError(
            f"users have {users_nd.shape[1]} dimensions and items {items_Id.shape[1]}: the score "
            "is their dot product, so both must have the same"
        )
    check_shape("seen", seen.shape, (len(users_nd), len(items_Id)))

    def dot_products(index_B: torch.Tensor) -> torch.Tensor:
        return users_nd[index_B] @ items_Id.T

    return rank(
        dot_products,
        np.arange(len(users_nd)),
        seen,
        k,
        block_mib=block_mib,
        device=users_nd.device,
    )[0]


def rank(
    scorer: Scorer,
    user_ids: np.ndarray,
    seen: sparse.csr_matrix,
    k: int,
    *,
    block_mib: float = DEFAULT_BLOCK_MIB,
    device: torch.device | str = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """The k best unseen items of each of these users, by any model's scores.

    Args:
        scorer: user indices -> scores of all items, compared as float32 (−0 equals 0); what it
            returns is left as it is.
        user_ids: users to rank for, [n].
        seen: entries that are not zero are masked, [U, I]; row u belongs to user u.
        k: list length.
        block_mib: bound on the memory beside the model, MiB (at least one user's scores).
        device: where the scorer expects the user indices.

    Returns:
        Item indices, int64 [n, k], and their scores, float32 [n, k]: best first, ties to the
        smaller item index; a user with fewer than k unseen items is padded with −1 and −∞.

    Raises:
        InputError: a score that is not finite (`ScoreError`), or scores of the wrong shape.
    """
    _check_k(k)
    index_nK = np.full((len(user_ids), k), PADDING, dtype=np.int64)
    score_nK = np.full((len(user_ids), k), -np.inf, dtype=np.float32)
    buffer_BI = None
    seen_nI = _Seen(seen.tocsr()[user_ids], device)
    for rows, scores_BI in scores_in_blocks(scorer, user_ids, seen.shape[1], block_mib, device):
        if buffer_BI is None:
            buffer_BI = torch.empty_like(scores_BI, dtype=torch.float32).contiguous()
        masked_BI = seen_nI.mask(buffer_BI[: len(scores_BI)].copy_(scores_BI), rows.start)
        index, score = best_of_rows(masked_BI, k)
        index_nK[rows], score_nK[rows] = index.cpu().numpy(), score.cpu().numpy()
    return index_nK, score_nK


class _Seen:
    """The masked entries of [n, I] as flat positions; a stored zero is not masked."""

    def __init__(self, seen_nI: sparse.csr_matrix, device: torch.device | str) -> None:
        nonzero = seen_nI.data != 0
        rows = np.repeat(np.arange(seen_nI.shape[0]), np.diff(seen_nI.indptr))[nonzero]
        flat = rows * np.int64(seen_nI.shape[1]) + seen_nI.indices[nonzero]
        self.ends = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=seen_nI.shape[0]))])
        self.flat = torch.from_numpy(flat).to(device)

    def mask(self, scores_BI: torch.Tensor, start: int) -> torch.Tensor:
        """The scores of the rows from ``start`` on, −∞ where an item was seen."""
        of_rows = slice(self.ends[start], self.ends[start + len(scores_BI)])
        positions = self.flat[of_rows] - start * scores_BI.shape[1]
        scores_BI.view(-1).index_fill_(0, positions, -torch.inf)
        return scores_BI


def _dense(matrix: np.ndarray | torch.Tensor) -> torch.Tensor:
    if isinstance(matrix, torch.Tensor):
        return matrix.detach().to(torch.float32)
    return torch.from_numpy(np.require(matrix, dtype=np.float32, requirements=["C", "W"]))


def _check_k(k: int) -> None:
    if k < 1:
        raise ParameterError(f"k, the length of a list, must be at least 1, but is {k}")
