"""A model's scores, of all items or of some, a block of users after the other.

Shape suffixes: I items, n users that are scored, B users of a block, K of a user's items.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from siger_pipeline.errors import InputError

Scorer = Callable[[torch.Tensor], torch.Tensor]
"""User indices, int64 [n] -> their scores of all items, float [n, I]."""

DEFAULT_BLOCK_MIB = 32.0
# The model's score, its masked copy, and the work space of the top k and of the order of ties.
BYTES_PER_SCORE = 16
# A block of scores is written once and read five times: on a CPU it stays in the cores' caches.
CACHE_MIB = 16.0


class ScoreError(InputError):
    """A score that is not finite."""

    def __init__(self, user: int, item: int, value: float, model: str = "") -> None:
        """Take where it stands, by indices, and the name of the model where several score."""
        super().__init__(user, item, value, model)
        self.user, self.item, self.value, self.model = user, item, value, model

    def __str__(self) -> str:
        return self.sentence(self.user, self.item)

    def sentence(self, user: object, item: object) -> str:
        """What is wrong, by these names of the user and of the item."""
        return (
            f"{self.model}{': ' if self.model else ''}the score of user {user} for item {item} is "
            f"{self.value}, and a finite number of float32 is wanted: the model's weights or its "
            "input have gone wrong"
        )


def scores_in_blocks(
    scorer: Scorer,
    user_ids: np.ndarray,
    n_items: int,
    block_mib: float,
    device: torch.device | str,
) -> Iterator[tuple[slice, torch.Tensor]]:
    """Rows, and the scores of all items for them, float32 [B, I], a block after the other.

    Args:
        scorer: user indices -> scores of all items.
        user_ids: users, [n].
        n_items: I.
        block_mib: bound on the memory beside the model, MiB (at least one user's scores).
        device: where the scorer expects the user indices.

    Raises:
        InputError: a score that is not finite (`ScoreError`), or scores of the wrong shape.
    """
    ids_n = torch.from_numpy(np.asarray(user_ids, dtype=np.int64))
    for rows in blocks(len(ids_n), n_items, _bound(block_mib, device)):
        with torch.no_grad():
            scores_BI = scorer(ids_n[rows].to(device)).float()
        check_shape("the scorer's result", scores_BI.shape, (len(ids_n[rows]), n_items))
        _check_finite(scores_BI, ids_n[rows])
        yield rows, scores_BI.detach()


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
        InputError: as `scores_in_blocks`.
    """
    score_nK = np.empty(items_nK.shape, dtype=np.float32)
    for rows, scores_BI in scores_in_blocks(scorer, user_ids, n_items, block_mib, device):
        items_BK = torch.from_numpy(items_nK[rows]).to(scores_BI.device)
        score_BK = scores_BI.gather(1, items_BK.clamp(min=0))
        score_nK[rows] = score_BK.masked_fill_(items_BK < 0, -torch.inf).cpu().numpy()
    return score_nK


def blocks(n_rows: int, n_columns: int, block_mib: float) -> Iterator[slice]:
    """Rows at a time of a matrix whose block of scores stays within a memory, at least one."""
    rows = max(1, int(block_mib * 2**20 / (BYTES_PER_SCORE * max(1, n_columns))))
    return (slice(start, start + rows) for start in range(0, n_rows, rows))


def _bound(block_mib: float, device: torch.device | str) -> float:
    return min(block_mib, CACHE_MIB) if torch.device(device).type == "cpu" else block_mib


def check_shape(name: str, shape: Sequence[int], wanted: Sequence[int]) -> None:
    """Refuse scores, or what is masked, of another shape than [users, items]."""
    if tuple(shape) != tuple(wanted):
        raise InputError(f"{name} has shape {tuple(shape)}, wanted {tuple(wanted)}: [users, items]")


def _check_finite(scores_BI: torch.Tensor, user_ids: torch.Tensor) -> None:
    # A sum that is finite has finite terms: one cheap pass in the common case.
    if torch.isfinite(scores_BI.sum()):
        return
    bad = torch.nonzero(~torch.isfinite(scores_BI))
    if len(bad):
        row, item = bad[0].tolist()
        raise ScoreError(int(user_ids[row]), item, scores_BI[row, item].item())
