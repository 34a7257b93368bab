"""The nodes that fuse the trials of a study: one chooses the weights, another one measures."""

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
TRIAL = "trial "  # before the name of a trial whose score is not finite, in a message


def weigh_trials(
    trials: list[dict[str, Any]],
    *,
    fusion: FusionConfig,
    block_mib: float,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    **documents: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """The trials, the best by validation first, the weights that validation chooses; its time.

    Arguments are those of `fuse_trials`, without the test split and what is measured by it.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import fusion_choice
    from siger_pipeline.evaluation.fusion import best_first, choose
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.stopwatch import Stopwatch

    place = resolve_device(device)
    watch = Stopwatch(place)
    scorers = _scorers(trials, train_matrix, place, requests, modalities, documents)
    matrices = by_split(train_matrix, validation_matrix)
    memory: dict[str, Any] = {"block_mib": block_mib, "device": place}
    with telling_ids(*source_ids(user_index, item_index)):
        ordered = best_first(scorers, matrices, fusion, **memory)
        chosen = choose(ordered, matrices, fusion, **memory)
    if remark := fusion.remark("fusion", train_matrix.shape[1]):
        LOG.info(remark)
    choice = fusion_choice(chosen, [name.removeprefix(TRIAL) for name in ordered])
    return choice, watch.read()


def fuse_trials(
    trials: list[dict[str, Any]],
    choice: dict[str, Any],
    *,
    fusion: FusionConfig,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    **documents: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame]:
    """Figures, those of each user, and recommendations by the scores of several trials.

    Args:
        trials: what is said of each in the table of the study.
        choice: their order and weights, by validation.
        fusion: number of candidates, weights to try, monitored metric.
        evaluate: as for each trial alone.
        device: where they score.
        train_matrix: interactions to learn from.
        validation_matrix: those that chose the weights.
        test_matrix: those that are measured by.
        user_index: users by index.
        item_index: items by index.
        requests: of each trial, what its model is built from -> argument.
        modalities: of each trial, those that its model reads.
        documents: `checkpoint_<n>` of the n-th trial; graphs and features.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.documents import fusion_document
    from siger_pipeline.studies.measured import fusion_note
    from siger_pipeline.training.device import resolve_device

    matrices, place = by_split(train_matrix, validation_matrix, test_matrix), resolve_device(device)
    scorers = _scorers(trials, train_matrix, place, requests, modalities, documents)
    ordered = {name: scorers[name] for name in (f"{TRIAL}{each}" for each in choice["trials"])}
    indexes, weights = (user_index, item_index), tuple(choice["weights"][1:])
    metrics, users, lists = measure_fused(
        ordered, weights, matrices, indexes, evaluate, fusion, place
    )
    document = fusion_document(choice, metrics, fusion)
    if note := fusion_note(document):
        LOG.info(note)
    return document, users, lists


def _scorers(
    trials: list[dict[str, Any]],
    train_matrix: csr_matrix,
    place: Any,
    requests: tuple[dict[Request, str], ...],
    modalities: tuple[tuple[str, ...], ...],
    documents: dict[str, Any],
) -> Mapping[str, Scorer]:
    """The scorers of the trials on a device; the other arguments are those of `fuse_trials`."""
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.inputs import model_inputs

    scorers = {}
    for n, trial in enumerate(trials):
        inputs = model_inputs(train_matrix, requests[n], documents, modalities[n])
        model = restore(documents[f"checkpoint_{n}"], inputs).to(place)
        scorers[f"{TRIAL}{trial['trial']}"] = model.scorer()
    return scorers
