"""Nodes of the evaluate stage that correct a model's order: one chooses, another one measures."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig
from siger_pipeline.pipelines.evaluate.nodes import source_ids, telling_ids
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.requests import Request

if TYPE_CHECKING:
    from siger_pipeline.evaluation.scores import Scorer

LOG = logging.getLogger(__name__)


def weigh_corrector(
    checkpoint: dict[str, Any],
    *,
    calibration: CalibrationConfig,
    corrector: dict[str, Any],
    seed: int,
    block_mib: float,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    corrector_requests: dict[Request, str],
    corrector_modalities: tuple[str, ...],
    **arrays: Any,
) -> dict[str, Any]:
    """The weight that validation chooses for the corrector, beside all that were tried.

    Arguments are those of `calibrate_model`, without the test split.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import calibration_choice
    from siger_pipeline.evaluation.fusion import choose
    from siger_pipeline.training.inputs import model_inputs

    own = model_inputs(train_matrix, requests, arrays, modalities)
    others = model_inputs(train_matrix, corrector_requests, arrays, corrector_modalities)
    fitted = str(calibration.corrector), corrector, seed, others
    matrices = by_split(train_matrix, validation_matrix)
    place, scorers = _corrected((checkpoint, own), fitted, device)
    with telling_ids(*source_ids(user_index, item_index)):
        chosen = choose(scorers, matrices, calibration, block_mib=block_mib, device=place)
    if remark := calibration.remark("calibration", train_matrix.shape[1]):
        LOG.info(remark)
    return calibration_choice(chosen)


def calibrate_model(
    checkpoint: dict[str, Any],
    metrics: dict[str, Any],
    choice: dict[str, Any],
    *,
    calibration: CalibrationConfig,
    corrector: dict[str, Any],
    seed: int,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
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
        choice: the weight, by validation.
        calibration: name of the corrector, weights to try.
        corrector: its hyperparameters.
        seed: of the corrector.
        evaluate: as for the model alone.
        device: where both score.
        train_matrix: interactions to learn from.
        validation_matrix: those that chose the weight.
        test_matrix: those that are measured by.
        user_index: users by index.
        item_index: items by index.
        requests: what the model is built from -> argument.
        modalities: those that the model reads.
        corrector_requests: what the corrector is built from -> argument.
        corrector_modalities: those that the corrector reads.
        features: of the parameters, if it reads any.
        arrays: graphs and features by argument.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import calibration_document
    from siger_pipeline.evaluation.evaluate import recommendation_table
    from siger_pipeline.evaluation.fusion import fuse
    from siger_pipeline.reporting.made_from import features_behind
    from siger_pipeline.training.inputs import model_inputs

    own = model_inputs(train_matrix, requests, arrays, modalities)
    others = model_inputs(train_matrix, corrector_requests, arrays, corrector_modalities)
    fitted = str(calibration.corrector), corrector, seed, others
    matrices = by_split(train_matrix, validation_matrix, test_matrix)
    place, scorers = _corrected((checkpoint, own), fitted, device)
    names, weights = source_ids(user_index, item_index), (choice["weight"],)
    with telling_ids(*names):
        fused = fuse(scorers, weights, matrices, evaluate, calibration, device=place)
    read = features_behind(corrector_requests, features or {})
    document = calibration_document(choice, fused.metrics, metrics, calibration, corrector, read)
    return document, recommendation_table(fused.lists, *names)


def _corrected(
    model: tuple[dict[str, Any], Any], corrector: tuple[str, dict[str, Any], int, Any], device: str
) -> tuple[Any, Mapping[str, Scorer]]:
    """The device, and the scorers on it of a trained model and of its corrector.

    Args:
        model: checkpoint and inputs.
        corrector: name, hyperparameters, seed and inputs.
        device: of the parameters.
    """
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.closed_form import fit_at_once
    from siger_pipeline.training.device import resolve_device

    place = resolve_device(device)
    models = {
        f"model {model[0]['model']}": restore(*model),
        f"corrector {corrector[0]}": fit_at_once(*corrector),
    }
    return place, {name: made.to(place).scorer() for name, made in models.items()}
