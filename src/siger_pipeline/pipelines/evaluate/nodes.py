"""Nodes of the evaluate stage."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix, ndarray
from siger_pipeline.requests import Request

LOG = logging.getLogger(__name__)
FLOORS = ("popularity", "random")


def evaluate_model(
    checkpoint: dict[str, Any],
    *,
    evaluate: EvaluateConfig,
    cold_items: float = 0,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame, DataFrame]:
    """Metrics, metrics of each user and by group, and recommendations of the trained model."""
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.cold import with_cold_items
    from siger_pipeline.evaluation.evaluate import (
        evaluate_recommender,
        recommendation_table,
        short_lists,
    )
    from siger_pipeline.evaluation.users import user_table
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    matrices = by_split(train_matrix, validation_matrix, test_matrix)
    place = resolve_device(device)
    model = restore(checkpoint, model_inputs(train_matrix, requests, arrays, modalities))
    scorer = model.to(place).scorer()
    names = source_ids(user_index, item_index)
    with telling_ids(*names):
        result = evaluate_recommender(scorer, matrices, evaluate, device=place)
    groups = result.groups
    if cold_items:
        groups = with_cold_items(result, scorer, matrices, evaluate, device=place)
    if short := short_lists(result.lists, names[0]):
        LOG.info(short)
    of_users = user_table(result.users, names[0])
    return result.metrics, of_users, groups, recommendation_table(result.lists, *names)


def evaluate_floors(
    evaluate: EvaluateConfig,
    seed: int,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
) -> dict[str, Any]:
    """What a recommender must beat: metrics of popularity and of chance."""
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.evaluate import evaluate_recommender
    from siger_pipeline.training.closed_form import fit_at_once
    from siger_pipeline.training.inputs import model_inputs

    matrices = by_split(train_matrix, validation_matrix, test_matrix)
    inputs = model_inputs(train_matrix, {}, {})
    floors = {}
    for name in FLOORS:
        scorer = fit_at_once(name, {}, seed, inputs).scorer()
        floors[name] = evaluate_recommender(scorer, matrices, evaluate).metrics
    return floors


def source_ids(user_index: Table, item_index: Table) -> tuple[ndarray, ndarray]:
    """Ids of users and of items as in the source, by index."""
    users, items = user_index.to_pandas(), item_index.to_pandas()
    return users[Columns.USER].to_numpy(), items[Columns.ITEM].to_numpy()


@contextmanager
def telling_ids(user_names: ndarray, item_names: ndarray) -> Iterator[None]:
    """Name user and item of a score that is not finite as the source does, not by index."""
    from siger_pipeline.evaluation.scores import ScoreError

    try:
        yield
    except ScoreError as error:
        user, item = user_names[error.user], item_names[error.item]
        raise InputError(error.sentence(user, item)) from error
