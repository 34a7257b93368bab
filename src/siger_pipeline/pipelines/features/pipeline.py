"""Wiring of the features stage: items, pictures or ready-made matrices → features and masks.

The extractors of the registry are the node functions, so that a new one is wired by its line there.
"""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.features.extractors import EXTRACTORS
from siger_pipeline.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """One node a modality."""
    return Pipeline(
        [_extraction(modality, name) for modality, name in selection.modalities.items()],
        tags="features",
    )


def _extraction(modality: str, name: str) -> Node:
    extractor = EXTRACTORS[name]
    return Node(
        extractor.extract,
        ["item_index", f"params:features.{name}", *extractor.sources_of(modality)],
        [f"features_{modality}", f"missing_{modality}"],
        name=f"extract_{modality}",
    )
