"""The node of the features stage: one for every extractor."""

from typing import Any

from siger_pipeline.features.config import extractor_config
from siger_pipeline.features.extractors import EXTRACTORS
from siger_pipeline.pipelines.types import Table, ndarray


def extract_features(
    extractor: str, config: dict[str, Any], item_index: Table, **sources: Any
) -> tuple[ndarray, ndarray]:
    """Features of one modality, and which items have none; the sources come as registered."""
    extract = EXTRACTORS[extractor].load()
    features, missing = extract(item_index, extractor_config(extractor, config), *sources.values())
    return features, missing
