"""Ranked lists: mask the items that a user has, take the top k, exactly and in blocks of users.

Shape suffixes: U users, I items, n users that are ranked, B users of a block, K list length,
d dimensions.

Ties go to the smaller item index everywhere.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.evaluation.selection import PADDING, best_of_rows

Scorer = Callable[[torch.Tensor], torch.Tensor]
"""User indices, int64 [n] -> their scores of all items, float [n, I]."""

DEFAULT_BLOCK_MIB = 32.0
# The model's score, its masked copy, and the work space of the top k and of the order of ties.
BYTES_PER_SCORE = 16
# A block of scores is written once and read five times: on a CPU it stays in the cores' caches.
CACHE_MIB = 16.0


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
    _check_shape("seen", seen.shape, (len(users_nd), len(items_Id)))

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
        InputError: a score that is not finite, or scores of the wrong shape; names the user.
    """
    _check_k(k)
    index_nK = np.full((len(user_ids), k), PADDING, dtype=np.int64)
    score_nK = np.full((len(user_ids), k), -np.inf, dtype=np.float32)
    buffer_BI = None
    seen_nI = _Seen(seen.tocsr()[user_ids], device)
    for rows, scores_BI in _scores(scorer, user_ids, seen.shape[1], block_mib, device):
        if buffer_BI is None:
            buffer_BI = torch.empty_like(scores_BI, dtype=torch.float32).contiguous()
        masked_BI = seen_nI.mask(buffer_BI[: len(scores_BI)].copy_(scores_BI), rows.start)
        index, score = best_of_rows(masked_BI, k)
        index_nK[rows], score_nK[rows] = index.cpu().numpy(), score.cpu().numpy()
    return index_nK, score_nK


def scores_of_items(
    scorer: Scorer,
    user_ids: np.ndarray,
    items_nK: np.ndarray,
    n_items: int,
    *,
    block_mib: float = DEFAULT_BLOCK_MIB,
    device: torch.device | str = "cpu",
) -> np.ndarray:
    """A model's scores of some items for each user, float32 [n, K]; −∞ for an empty rank.

    Args:
        scorer: user indices -> scores of all items.
        user_ids: users, [n].
        items_nK: an item at each rank, −1 where it is empty, int64 [n, K].
        n_items: I.
        block_mib: bound on the memory beside the model, MiB (at least one user's scores).
        device: where the scorer expects the user indices.

    Raises:
        InputError: as `rank`.
    """
    score_nK = np.empty(items_nK.shape, dtype=np.float32)
    for rows, scores_BI in _scores(scorer, user_ids, n_items, block_mib, device):
        items_BK = torch.from_numpy(items_nK[rows]).to(scores_BI.device)
        score_BK = scores_BI.float().gather(1, items_BK.clamp(min=0))
        score_nK[rows] = score_BK.masked_fill_(items_BK < 0, -torch.inf).cpu().numpy()
    return score_nK


def blocks(n_rows: int, n_columns: int, block_mib: float) -> Iterator[slice]:
    """Rows at a time of a matrix whose block of scores stays within a memory, at least one."""
    rows = max(1, int(block_mib * 2**20 / (BYTES_PER_SCORE * max(1, n_columns))))
    return (slice(start, start + rows) for start in range(0, n_rows, rows))


def _scores(
    scorer: Scorer,
    user_ids: np.ndarray,
    n_items: int,
    block_mib: float,
    device: torch.device | str,
) -> Iterator[tuple[slice, torch.Tensor]]:
    """The scores of all items, [B, I], for a block of users after the other."""
    ids_n = torch.from_numpy(np.asarray(user_ids, dtype=np.int64))
    for rows in blocks(len(ids_n), n_items, _bound(block_mib, device)):
        with torch.no_grad():
            scores_BI = scorer(ids_n[rows].to(device))
        _check_shape("the scorer's result", scores_BI.shape, (len(ids_n[rows]), n_items))
        _check_finite(scores_BI, ids_n[rows])
        yield rows, scores_BI.detach()


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


def _bound(block_mib: float, device: torch.device | str) -> float:
    return min(block_mib, CACHE_MIB) if torch.device(device).type == "cpu" else block_mib


def _dense(matrix: np.ndarray | torch.Tensor) -> torch.Tensor:
    if isinstance(matrix, torch.Tensor):
        return matrix.detach().to(torch.float32)
    return torch.from_numpy(np.require(matrix, dtype=np.float32, requirements=["C", "W"]))


def _check_k(k: int) -> None:
    if k < 1:
        raise ParameterError(f"k, the length of a list, must be at least 1, but is {k}")


def _check_shape(name: str, shape: Sequence[int], wanted: Sequence[int]) -> None:
    if tuple(shape) != tuple(wanted):
        raise InputError(f"{name} has shape {tuple(shape)}, wanted {tuple(wanted)}: [users, items]")


def _check_finite(scores_BI: torch.Tensor, user_ids: torch.Tensor) -> None:
    # A sum that is finite has finite terms: one cheap pass in the common case.
    if torch.isfinite(scores_BI.sum()):
        return
    bad = torch.nonzero(~torch.isfinite(scores_BI))
    if len(bad):
        row, item = bad[0].tolist()
        raise InputError(
            f"the score of user {int(user_ids[row])} for item {item} is "
            f"{scores_BI[row, item].item()}, "
            "a finite number is wanted: the model's weights or its input have gone wrong"
        )
