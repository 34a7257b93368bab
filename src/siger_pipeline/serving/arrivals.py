"""Items that arrive after the training: what a model makes of them, measured as it is itself.

A catalogue is cut into items that are known at training and new ones. The model is built from the
known ones alone (`graphs.known`); then the new ones are folded in, all together.

Shape suffixes: U users, I items of the whole catalogue, n users that are asked for, d_m features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.evaluation.cold import with_cold_items
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import Metrics
from siger_pipeline.evaluation.groups import table_of
from siger_pipeline.evaluation.listed import evaluate_listed
from siger_pipeline.evaluation.scores import Scorer
from siger_pipeline.graphs.known import known_items
from siger_pipeline.graphs.registry import features_behind
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.serving.newcomer_checks import Newcomers, widths_of
from siger_pipeline.serving.newcomers import with_newcomers
from siger_pipeline.serving.parts import Parts, parts_of
from siger_pipeline.serving.recommender import FittedRecommender

PLACED = "placed"  # share of the new items that have a place: a metric of the test split


@dataclass(frozen=True)
class Arrived:
    """A recommender of known items, with the new ones folded in.

    Attributes:
        scorer: users -> scores of the whole catalogue, float32 [n, I]; 0 of items without a place.
        placed: whether an item has a place, bool [I]; known ones do.
    """

    scorer: Scorer
    placed: np.ndarray


def known_parts(
    checkpoint: Mapping[str, Any],
    inputs: ModelInputs,
    features: Mapping[str, np.ndarray],
    known_I: np.ndarray,
    *,
    device: torch.device | str = "cpu",
) -> Parts:
    """The recommender of the known items; users and items are named by their numbers.

    Args:
        checkpoint: of a model that was trained with them alone.
        inputs: what it was built from, of `graphs.known.known_matrices`.
        features: by modality, [I, d_m].
        known_I: which items are known, bool.
        device: of the training.
    """
    users, items = (names_of(np.arange(n)) for n in (inputs.n_users, len(known_I)))
    return parts_of(
        checkpoint,
        inputs,
        users,
        pd.DataFrame({Columns.ITEM: items[known_I]}),
        inputs.interactions,
        behind={m: features[m][known_I] for m in features_behind(inputs.matrices)},
        device=device,
    )


def arrive(parts: Parts, features: Mapping[str, np.ndarray], known_I: np.ndarray) -> Arrived:
    """Fold the new items in.

    Args:
        parts: of a recommender of the known items, in their order.
        features: by modality, [I, d_m].
        known_I: which items are known, bool.

    Raises:
        NoPlaceError: the model can place none of them.
    """
    names, new_I = names_of(np.arange(len(known_I))), ~known_I
    items = pd.DataFrame({Columns.ITEM: [f"new {name}" for name in names[new_I]]})
    of_new = {modality: features[modality][new_I] for modality in widths_of(parts)}
    grown = with_newcomers(parts, Newcomers(items=items, features=of_new))
    placed_I = known_I.copy()
    placed_I[new_I] = ~items[Columns.ITEM].isin(list(grown.left_out)).to_numpy(dtype=bool)
    rows = np.concatenate([np.flatnonzero(known_I), np.flatnonzero(placed_I & new_I)])
    columns, of_grown = torch.from_numpy(rows), FittedRecommender(grown.parts).scorer

    def scorer(users: torch.Tensor) -> torch.Tensor:
        scores_nI = torch.zeros(len(users), len(known_I))
        scores_nI[:, columns] = of_grown(users)
        return scores_nI

    return Arrived(scorer, placed_I)


def evaluate_arrived(
    arrived: Arrived, matrices: Mapping[Split, sparse.csr_matrix], config: EvaluateConfig
) -> tuple[Metrics, pd.DataFrame]:
    """Metrics of validation and test, and those by group, cold items' among them.

    A new item without a place is in no list: each held-out interaction of it is a miss. `placed` of
    test is the share of the items without training interactions that have a place.

    Args:
        arrived: of `arrive`.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths, mask, memory bound.
    """
    scorer, placed_I = arrived.scorer, arrived.placed
    with torch.no_grad():
        result = evaluate_listed(scorer, placed_I, matrices, config)
        groups = with_cold_items(result, scorer, matrices, config, listed_I=placed_I)
    share = float(placed_I[~known_items(matrices[Split.TRAIN])].mean())
    test = {**result.metrics[Split.TEST.value], PLACED: share}
    return {**result.metrics, Split.TEST.value: test}, groups


def document(metrics: Metrics, groups: pd.DataFrame) -> tuple[dict[str, Any], pd.DataFrame]:
    """What is kept of `evaluate_arrived`: `metrics`, and an empty `why`; the groups."""
    return {"metrics": metrics, "why": ""}, groups


def no_place(why: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """The same of a model that places no new items: `placed` is 0, and there is nothing else."""
    return {"metrics": {Split.TEST.value: {PLACED: 0.0}}, "why": why}, table_of("", [], ())


def names_of(numbers: np.ndarray) -> np.ndarray:
    """Numbers as ids."""
    return numbers.astype(str).astype(object)
