"""Nodes of the evaluate stage."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix, ndarray
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
    names = source_ids(user_index, item_index)
    with telling_ids(*names):
        result = evaluate_recommender(model.to(place).scorer(), matrices, evaluate, device=place)
    if short := short_lists(result.lists, names[0]):
        LOG.info(short)
    return result.metrics, result.groups, recommendation_table(result.lists, *names)


def calibrate_model(
    checkpoint: dict[str, Any],
    metrics: dict[str, Any],
    *,
    calibration: CalibrationConfig,
    corrector: dict[str, Any],
    seed: int,
    evaluate: EvaluateConfig,
    device: str,
    split_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    corrector_requests: dict[Request, str],
    corrector_modalities: tuple[str, ...],
    features: dict[str, Any] | None = None,
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """Figures and recommendations of the trained model as the corrector corrects its order.

    Args:
        checkpoint: of the model.
        metrics: of the model alone.
        calibration: name of the corrector, weights to try.
        corrector: its hyperparameters.
        seed: of the corrector.
        evaluate: as for the model alone.
        device: where both score.
        split_matrix: interactions of each split.
        user_index: users by index.
        item_index: items by index.
        requests: what the model is built from -> argument.
        modalities: those that the model reads.
        corrector_requests: what the corrector is built from -> argument.
        corrector_modalities: those that the corrector reads.
        features: of the parameters, if it reads any.
        arrays: graphs and features by argument.
    """
    from siger_pipeline.data.matrix import split_matrices
    from siger_pipeline.evaluation.documents import calibration_document
    from siger_pipeline.evaluation.evaluate import recommendation_table
    from siger_pipeline.evaluation.fusion import fuse
    from siger_pipeline.reporting.made_from import features_behind
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.closed_form import fit_at_once
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    matrices = split_matrices(split_matrix)
    place, name = resolve_device(device), str(calibration.corrector)
    own = model_inputs(matrices, requests, arrays, modalities)
    others = model_inputs(matrices, corrector_requests, arrays, corrector_modalities)
    models = {
        f"model {checkpoint['model']}": restore(checkpoint, own),
        f"corrector {name}": fit_at_once(name, corrector, seed, others),
    }
    scorers = {who: model.to(place).scorer() for who, model in models.items()}
    names = source_ids(user_index, item_index)
    with telling_ids(*names):
        fused = fuse(scorers, matrices, evaluate, calibration, device=place)
    if remark := calibration.remark("calibration", split_matrix.shape[1]):
        LOG.info(remark)
    read = features_behind(corrector_requests, features or {})
    document = calibration_document(fused, metrics, calibration, corrector, read)
    return document, recommendation_table(fused.lists, *names)


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
