"""Wiring of the features stage: items, pictures or ready-made matrices → features and masks."""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code
from siger_pipeline.features.extractors import EXTRACTORS
from siger_pipeline.pipelines.features.nodes import extract_features
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """One node a modality."""
    return Pipeline(
        [_extraction(modality, name) for modality, name in selection.modalities.items()],
        tags="features",
    )


def _extraction(modality: str, name: str) -> Node:
    extractor = EXTRACTORS[name]
    inputs = {
        "extractor": f"params:features.modalities.{modality}",
        "config": f"params:features.{name}",
        "item_index": "item_index",
    }
    return Node(
        with_code(extract_features, extractor.module),
        inputs | {source: source for source in extractor.sources_of(modality)},
        [f"features_{modality}", f"missing_{modality}"],
        name=modality,
    )
