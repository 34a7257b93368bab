"""Nodes of the export stage."""

from typing import Any

from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.types import Table, csr_matrix
from siger_pipeline.requests import Request


def export_recommender(
    checkpoint: dict[str, Any],
    *,
    provenance: dict[str, Any],
    user_metrics: Table,
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    user_index: Table,
    item_index: Table,
    items: Table,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    features: dict[str, Any] | None = None,
    extractors: tuple[str, ...] = (),
    pictured: dict[str, str] | None = None,
    behind: dict[str, str] | None = None,
    **arrays: Any,
) -> Any:
    """The recommender of a trial, which the catalog saves as a folder.

    Args:
        checkpoint: of the trained model.
        provenance: of the trial, for the model card.
        user_metrics: of the trial, likewise.
        evaluate: what is masked at test, which is not recommended either.
        device: of the training, where final embeddings are computed.
        train_matrix: interactions that were learned from.
        validation_matrix: those that chose the epoch.
        user_index: users by index.
        item_index: items by index.
        items: texts of the items.
        requests: what the model is built from -> argument.
        modalities: those that the model reads.
        features: parameters of the features.
        extractors: modalities whose new items can be described.
        pictured: modality -> argument, of those whose extractor reads pictures.
        behind: modality -> argument, of those that graphs were made of and the model does not read.
        arrays: graphs, features and pictures by argument.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.evaluation.evaluate import seen_at_test
    from siger_pipeline.serving import FittedRecommender, parts_of
    from siger_pipeline.serving.card import card_of
    from siger_pipeline.serving.catalogue import ids_of, texts_of
    from siger_pipeline.serving.placing import learned_of
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs

    how, named = features or {}, (features or {}).get("modalities", {})
    described = {modality: (named[modality], how[named[modality]]) for modality in extractors}
    opened = {modality: arrays[argument] for modality, argument in (pictured or {}).items()}
    catalogue = texts_of(item_index, items)
    parts = parts_of(
        checkpoint,
        model_inputs(train_matrix, requests, arrays, modalities),
        ids_of(user_index),
        catalogue,
        seen_at_test(by_split(train_matrix, validation_matrix), evaluate),
        card=card_of(provenance, user_metrics.to_pandas()),
        learned=learned_of(described, catalogue, opened),
        behind={modality: arrays[argument] for modality, argument in (behind or {}).items()},
        device=resolve_device(device),
    )
    return FittedRecommender(parts)
