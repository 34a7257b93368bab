"""Nodes of the evaluate stage that correct a model's order: one fits, one chooses, one measures."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.pipelines.evaluate.fused import measure_fused
from siger_pipeline.pipelines.evaluate.nodes import source_ids, telling_ids
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.requests import Request

if TYPE_CHECKING:
    from siger_pipeline.evaluation.scores import Scorer

LOG = logging.getLogger(__name__)
Read = tuple[dict[Request, str], tuple[str, ...]]  # requests -> arguments, and modalities


def fit_corrector(
    config: dict[str, Any],
    train_matrix: csr_matrix,
    seed: int = 0,
    *,
    corrector: str,
    read: Read,
    extractors: dict[str, str],
    matrices: dict[str, dict[str, str]],
    **arrays: Any,
) -> tuple[dict[str, Any], dict[str, Any], DataFrame]:
    """A corrector that all models share: its checkpoint, its provenance, what the fit took.

    Args:
        config: its hyperparameters.
        train_matrix: interactions to learn from.
        seed: where results depend on it.
        corrector: its name.
        read: what it is built from.
        extractors: of the modalities that it reads, as they are named.
        matrices: `features` by modality and `graphs` by name -> argument.
        arrays: these matrices.
    """
    from siger_pipeline.reporting.provenance import corrector_provenance
    from siger_pipeline.training.closed_form import fit_model
    from siger_pipeline.training.inputs import model_inputs

    requests, modalities = read
    inputs = model_inputs(train_matrix, requests, arrays, modalities)
    done = fit_model(corrector, config, seed, "cpu", inputs)
    named = {kind: {n: arrays[of] for n, of in each.items()} for kind, each in matrices.items()}
    origin = corrector_provenance(extractors, done.best["device"], named)
    return dict(done.best), origin, done.timings


def weigh_corrector(
    checkpoint: dict[str, Any],
    corrector: dict[str, Any],
    *,
    calibration: FusionConfig,
    block_mib: float,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    reads: tuple[Read, Read],
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """The weight that validation chooses for the corrector, beside all that were tried; its time.

    Arguments are those of `calibrate_model`, without the test split.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import calibration_choice
    from siger_pipeline.evaluation.fusion import choose
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.stopwatch import Stopwatch

    place = resolve_device(device)
    watch = Stopwatch(place)
    scorers = _scorers((checkpoint, corrector), reads, train_matrix, arrays, place)
    matrices = by_split(train_matrix, validation_matrix)
    with telling_ids(*source_ids(user_index, item_index)):
        chosen = choose(scorers, matrices, calibration, block_mib=block_mib, device=place)
    if remark := calibration.remark("calibration", train_matrix.shape[1]):
        LOG.info(remark)
    return calibration_choice(chosen), watch.read()


def calibrate_model(
    checkpoint: dict[str, Any],
    corrector: dict[str, Any],
    metrics: dict[str, Any],
    choice: dict[str, Any],
    *,
    calibration: FusionConfig,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    reads: tuple[Read, Read],
    features: dict[str, Any] | None = None,
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame]:
    """Figures, those of each user, and lists of the trained model as the corrector corrects it.

    Args:
        checkpoint: of the model.
        corrector: the checkpoint of the corrector.
        metrics: of the model alone.
        choice: the weight, by validation.
        calibration: number of candidates, weights to try, monitored metric.
        evaluate: as for the model alone.
        device: where both score.
        train_matrix: interactions to learn from.
        validation_matrix: those that chose the weight.
        test_matrix: those that are measured by.
        user_index: users by index.
        item_index: items by index.
        reads: what the model is built from, and the corrector.
        features: of the parameters, if the corrector reads any.
        arrays: graphs and features by argument.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import calibration_document
    from siger_pipeline.reporting.made_from import features_behind
    from siger_pipeline.training.device import resolve_device

    matrices, place = by_split(train_matrix, validation_matrix, test_matrix), resolve_device(device)
    scorers = _scorers((checkpoint, corrector), reads, train_matrix, arrays, place)
    indexes, weights = (user_index, item_index), (choice["weight"],)
    after, users, lists = measure_fused(
        scorers, weights, matrices, indexes, evaluate, calibration, place
    )
    said = {"corrector": corrector["model"], "parameters": corrector["config"]}
    said["features"] = features_behind(reads[1][0], features or {})
    return calibration_document(choice, after, metrics, calibration, said), users, lists


def _scorers(
    checkpoints: tuple[dict[str, Any], dict[str, Any]],
    reads: tuple[Read, Read],
    train_matrix: csr_matrix,
    arrays: dict[str, Any],
    place: Any,
) -> Mapping[str, Scorer]:
    """The scorers on a device of a trained model and of its corrector."""
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.inputs import model_inputs

    scorers = {}
    for kind, each, read in zip(("model", "corrector"), checkpoints, reads, strict=True):
        model = restore(each, model_inputs(train_matrix, read[0], arrays, read[1]))
        scorers[f"{kind} {each['model']}"] = model.to(place).scorer()
    return scorers
