"""Accuracy on cold items: those without a training interaction (docs/protocol.md, Cold start).

Shape suffixes: U users, I items, C cold items, n users, K list length.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import EvaluationResult, RankedLists, seen_at_test
from siger_pipeline.evaluation.groups import table_of
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import Scorer

COLD = "cold_items"
AMONG_ALL, AMONG_COLD = "among all", "among cold"


def with_cold_items(
    result: EvaluationResult,
    scorer: Scorer,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
    *,
    device: torch.device | str = "cpu",
) -> pd.DataFrame:
    """The groups of a result, with accuracy on the held-out interactions of cold items at test.

    T_u is reduced to cold items, and users without any are left out. `among all` compares it with
    the list of all items, `among cold` with a list of cold items alone, masked alike.

    Args:
        result: of `evaluate_recommender`.
        scorer: user indices on ``device`` -> scores of all items.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths, mask, memory bound.
        device: where the scorer expects the user indices.
    """
    cold_I = matrices[Split.TRAIN].getnnz(axis=0) == 0
    lists = result.lists
    among_all = Hits.of(lists.items, matrices[Split.TEST][lists.users], lists.users)
    hits = among_all.of_items(cold_I)
    seen = seen_at_test(matrices, config)
    ranked = _ranked(scorer, hits.users, cold_I, seen, config, device)
    among_cold = Hits.of(ranked.items, matrices[Split.TEST][hits.users], hits.users)
    parts = [(COLD, AMONG_ALL, hits), (COLD, AMONG_COLD, among_cold.of_items(cold_I))]
    table = table_of(Split.TEST.value, parts, config.ks)
    if table.empty:
        return result.groups
    return pd.concat([result.groups, table], ignore_index=True)


def _ranked(
    scorer: Scorer,
    users_n: np.ndarray,
    cold_I: np.ndarray,
    seen: sparse.csr_matrix,
    config: EvaluateConfig,
    device: torch.device | str,
) -> RankedLists:
    """Lists of cold items alone, by their numbers among all."""
    index_C = np.flatnonzero(cold_I)
    columns_C = torch.from_numpy(index_C).to(device)

    def of_cold(users: torch.Tensor) -> torch.Tensor:
        return scorer(users)[:, columns_C]

    # The scorer's blocks are of all items.
    bound = config.block_mib * len(index_C) / max(1, len(cold_I))
    items_nK, scores_nK = rank(
        of_cold, users_n, seen[:, index_C], config.top_k, block_mib=bound, device=device
    )
    padded_C = np.append(index_C, -1)  # an empty rank, −1, stays one
    return RankedLists(users_n, padded_C[items_nK], scores_nK)
