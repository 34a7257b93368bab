"""The items among which scores of several models are added up: the first model's best.

Each model's scores of them are standardised for each user,

    z_m(u, i) = (score_m(u, i) − mean) / deviation, both over the user's candidates,

which are no more than the first model's `top` best items that are not masked.

Shape suffixes: n users with training data, K candidates, B users of a block.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.evaluation.evaluate import users_to_rank
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import ScoreError, Scorer, blocks, scores_of_items


@dataclass(frozen=True)
class Candidates:
    """The first model's best items, with the standardised scores of every model.

    Attributes:
        users: indices, int64 [n].
        items: best first for the first model, −1 for an empty rank, int64 [n, K].
        standardised: z of each model, float32 [n, K].
    """

    users: np.ndarray
    items: np.ndarray
    standardised: Sequence[np.ndarray]


def candidates(
    scorers: Mapping[str, Scorer],
    train: sparse.csr_matrix,
    seen: sparse.csr_matrix,
    top: int,
    *,
    block_mib: float,
    device: torch.device | str,
) -> Candidates:
    """The first model's ``top`` best unseen items of each user with training data.

    Held are 8 bytes a candidate and 4 a candidate and model.

    Args:
        scorers: by the name of the model.
        train: training interactions, CSR [U, I].
        seen: what is masked, CSR [U, I].
        top: K, at most.
        block_mib: bound on the memory of a block of scores, MiB.
        device: where the scorers expect the user indices.

    Raises:
        ScoreError: a score that is not finite; it names the model.
    """
    users, n_items = users_to_rank(train), train.shape[1]
    (first, scorer), *others = scorers.items()
    k = min(top, n_items)
    with _named(first):
        items, scores = rank(scorer, users, seen, k, block_mib=block_mib, device=device)
    z = [standardised(scores, block_mib)]
    for name, other in others:
        with _named(name):
            scores = scores_of_items(
                other, users, items, n_items, block_mib=block_mib, device=device
            )
        z.append(standardised(scores, block_mib))
    return Candidates(users, items, z)


def standardised(scores_nK: np.ndarray, block_mib: float) -> np.ndarray:
    """z of each row, in place of its scores: mean 0, deviation 1; 0 where all are equal.

    Empty ranks (−∞) are no part of a row, and 0.

    Args:
        scores_nK: float32 [n, K].
        block_mib: bound on the memory of a block, MiB.
    """
    n, k = scores_nK.shape
    for rows in blocks(n, k, block_mib):
        inside_BK = np.isfinite(scores_nK[rows])
        scores_BK = np.where(inside_BK, scores_nK[rows], 0.0).astype(np.float64)
        count_B1 = np.maximum(inside_BK.sum(axis=1, keepdims=True), 1)
        from_mean_BK = np.where(
            inside_BK, scores_BK - scores_BK.sum(axis=1, keepdims=True) / count_B1, 0.0
        )
        deviation_B1 = np.sqrt((from_mean_BK**2).sum(axis=1, keepdims=True) / count_B1)
        scores_nK[rows] = from_mean_BK / np.where(deviation_B1 > 0, deviation_B1, 1.0)
    return scores_nK


@contextmanager
def _named(model: str) -> Iterator[None]:
    """Say whose a score that is not finite is."""
    try:
        yield
    except ScoreError as error:
        raise ScoreError(error.user, error.item, error.value, model) from error
