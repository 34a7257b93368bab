"""Nodes of the validate stage."""

from typing import Any

from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.types import csr_matrix
from siger_pipeline.requests import Request


def validate_model(
    checkpoint: dict[str, Any],
    *,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> dict[str, float]:
    """Metrics of a model computed at once on the validation split; the test split is not read."""
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.evaluate import validation_metrics
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    matrices = by_split(train_matrix, validation_matrix)
    place = resolve_device(device)
    model = restore(checkpoint, model_inputs(train_matrix, requests, arrays, modalities))
    return validation_metrics(model.to(place).scorer(), matrices, evaluate, device=place)
