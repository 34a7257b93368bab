"""The node of the features stage: one for every extractor."""

import logging
from typing import Any

from siger_pipeline.features.config import extractor_config
from siger_pipeline.features.extractors import EXTRACTORS
from siger_pipeline.pipelines.types import Table, ndarray
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def extract_features(
    extractor: str, config: dict[str, Any], item_index: Table, **sources: Any
) -> tuple[ndarray, ndarray]:
    """Features of one modality, and which items have none; the sources come as registered."""
    extract = EXTRACTORS[extractor].load()
    settings = extractor_config(extractor, config)
    features, missing, remarks = extract(item_index, settings, *sources.values())
    log_all(LOG, remarks)
    return features, missing
