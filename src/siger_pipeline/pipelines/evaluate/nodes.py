"""Nodes of the evaluate stage."""

import logging
from typing import Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.requests import Request

LOG = logging.getLogger(__name__)
FLOORS = ("popularity", "random")


def evaluate_model(
    checkpoint: dict[str, Any],
    *,
    evaluate: EvaluateConfig,
    device: str,
    split_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame]:
    """Metrics, metrics by group and recommendations of the trained model."""
    from siger_pipeline.data.matrix import split_matrices
    from siger_pipeline.evaluation.evaluate import (
        evaluate_recommender,
        recommendation_table,
        short_lists,
    )
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    matrices = split_matrices(split_matrix)
    place = resolve_device(device)
    model = restore(checkpoint, model_inputs(matrices, requests, arrays, modalities))
    result = evaluate_recommender(model.to(place).scorer(), matrices, evaluate, device=place)
    users, items = user_index.to_pandas(), item_index.to_pandas()
    names = users[Columns.USER].to_numpy(), items[Columns.ITEM].to_numpy()
    if short := short_lists(result.lists, names[0]):
        LOG.info(short)
    return result.metrics, result.groups, recommendation_table(result.lists, *names)


def evaluate_floors(
    evaluate: EvaluateConfig, seed: int, split_matrix: csr_matrix
) -> dict[str, Any]:
    """What a recommender must beat: metrics of popularity and of chance."""
    from siger_pipeline.data.matrix import split_matrices
    from siger_pipeline.evaluation.evaluate import evaluate_recommender
    from siger_pipeline.training.closed_form import fit_at_once
    from siger_pipeline.training.inputs import model_inputs

    matrices = split_matrices(split_matrix)
    inputs = model_inputs(matrices, {}, {})
    floors = {}
    for name in FLOORS:
        scorer = fit_at_once(name, {}, seed, inputs).scorer()
        floors[name] = evaluate_recommender(scorer, matrices, evaluate).metrics
    return floors
