"""Lists and metrics where some items only can be listed, such as those that have a place.

Shape suffixes: U users, I items, C items that can be listed, n users, K list length.
"""

from collections.abc import Mapping

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import (
    EvaluationResult,
    RankedLists,
    measured,
    seen_at_test,
    users_to_rank,
)
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import Scorer


def lists_of(
    scorer: Scorer,
    users_n: np.ndarray,
    listed_I: np.ndarray,
    seen: sparse.csr_matrix,
    config: EvaluateConfig,
    *,
    device: torch.device | str = "cpu",
) -> RankedLists:
    """Lists of some items alone, by their numbers among all.

    Args:
        scorer: user indices on ``device`` -> scores of all items.
        users_n: users to rank for.
        listed_I: whether an item can be listed, bool.
        seen: what is masked, CSR [U, I].
        config: length of lists, memory bound.
        device: where the scorer expects the user indices.
    """
    index_C = np.flatnonzero(listed_I)
    columns_C = torch.from_numpy(index_C).to(device)

    def of_listed(users: torch.Tensor) -> torch.Tensor:
        return scorer(users)[:, columns_C]

    # The scorer's blocks are of all items.
    bound = config.block_mib * len(index_C) / max(1, len(listed_I))
    items_nK, scores_nK = rank(
        of_listed, users_n, seen[:, index_C], config.top_k, block_mib=bound, device=device
    )
    padded_C = np.append(index_C, -1)  # an empty rank, −1, stays one
    return RankedLists(users_n, padded_C[items_nK], scores_nK)


def evaluate_listed(
    scorer: Scorer,
    listed_I: np.ndarray,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
) -> EvaluationResult:
    """`evaluate_recommender` where some items only can be listed: each other one is a miss.

    Args:
        scorer: user indices -> scores of all items.
        listed_I: whether an item can be listed, bool.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths, mask, memory bound.

    Raises:
        InputError: a score that is not finite, or a split without a user to measure.
    """
    train = matrices[Split.TRAIN]
    users_n = users_to_rank(train)
    validated = lists_of(scorer, users_n, listed_I, train, config)
    tested = lists_of(scorer, users_n, listed_I, seen_at_test(matrices, config), config)
    return measured(validated, tested, matrices, config)
