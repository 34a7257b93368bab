"""Wiring of the export stage: a trained model and all that it needs → a folder that recommends."""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.graphs.registry import features_behind, features_of
from siger_pipeline.pipelines.export.nodes import export_recommender
from siger_pipeline.pipelines.names import TRAIN_MATRIX, VALIDATION_MATRIX, dataset_of
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.plugins import EXTRACTORS, module_of
from siger_pipeline.requests import features
from siger_pipeline.shell.selection import Selection

OF_TRIAL = ("checkpoint", "provenance", "user_metrics")
OF_DATA = (TRAIN_MATRIX, VALIDATION_MATRIX, "user_index", "item_index", "items")


def create_pipeline(selection: Selection) -> Pipeline:
    """One node. No study needs what it leaves, so that a study of many trials exports none."""
    inputs = {name: name for name in (*OF_TRIAL, *OF_DATA)} | requested(selection)
    inputs |= {"evaluate": "params:evaluate", "device": "params:train.device"}
    extractors = _placing(selection)
    pictured = {
        modality: selection.pictures_of(modality) or f"{modality}_{field}"
        for modality, name in extractors.items()
        if (field := load_extractor(name).pictures)
    }
    if extractors:
        inputs |= {"features": "params:features", **{name: name for name in pictured.values()}}
    behind = {m: dataset_of(features(m)) for m in features_behind(selection.requests)}
    inputs |= {name: name for name in behind.values()}
    code = (module_of(EXTRACTORS, name) for name in extractors.values())
    function = with_values(
        with_code(with_requests(export_recommender, selection), *code),
        extractors=tuple(extractors),
        pictured=pictured,
        behind=behind,
    )
    return Pipeline(
        [Node(function, inputs, "recommender", name=selection.trial)],
        tags="export",
    )


def _placing(selection: Selection) -> dict[str, str]:
    """Modality that the model reads -> extractor, of those that can describe new items.

    What knows nothing of the content has taken the place of features that are knocked out.
    """
    chosen = {m: selection.modalities.get(m) for m in features_of(selection.requests)}
    return {
        modality: name
        for modality, name in chosen.items()
        if name and modality not in selection.knockout and load_extractor(name).placement
    }
