"""Accuracy on cold items: those without a training interaction (docs/protocol.md, Cold start).

Shape suffixes: U users, I items.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import EvaluationResult, seen_at_test
from siger_pipeline.evaluation.groups import table_of
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.listed import lists_of
from siger_pipeline.evaluation.scores import Scorer

COLD = "cold_items"
AMONG_ALL, AMONG_COLD = "among all", "among cold"


def with_cold_items(
    result: EvaluationResult,
    scorer: Scorer,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
    *,
    listed_I: np.ndarray | None = None,
    device: torch.device | str = "cpu",
) -> pd.DataFrame:
    """The groups of a result, with accuracy on the held-out interactions of cold items at test.

    T_u is reduced to cold items, and users without any are left out. `among all` compares it with
    the list of all items, `among cold` with a list of cold items alone, masked alike.

    Args:
        result: of `evaluate_recommender`, or of `evaluate_listed`.
        scorer: user indices on ``device`` -> scores of all items.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths, mask, memory bound.
        listed_I: whether an item can be listed, bool; None where all can.
        device: where the scorer expects the user indices.
    """
    cold_I = matrices[Split.TRAIN].getnnz(axis=0) == 0
    lists = result.lists
    among_all = Hits.of(lists.items, matrices[Split.TEST][lists.users], lists.users)
    hits = among_all.of_items(cold_I)
    seen = seen_at_test(matrices, config)
    among_I = cold_I if listed_I is None else cold_I & listed_I
    ranked = lists_of(scorer, hits.users, among_I, seen, config, device=device)
    among_cold = Hits.of(ranked.items, matrices[Split.TEST][hits.users], hits.users)
    parts = [(COLD, AMONG_ALL, hits), (COLD, AMONG_COLD, among_cold.of_items(cold_I))]
    table = table_of(Split.TEST.value, parts, config.ks)
    if table.empty:
        return result.groups
    return pd.concat([result.groups, table], ignore_index=True)
