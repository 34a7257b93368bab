"""The node of the features stage: one for every extractor."""

import logging
from typing import Any

from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.pipelines.types import Table, ndarray
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def extract_features(
    extractor: str, config: dict[str, Any], item_index: Table, **sources: Any
) -> tuple[ndarray, ndarray]:
    """Features of one modality, and which items have none; inputs as the extractor asks."""
    from siger_pipeline.features.align import require_features

    chosen = load_extractor(extractor)
    inputs = {"item_index": item_index, "config": chosen.config.model_validate(config), **sources}
    features, missing, remarks = chosen.extract(**inputs)
    require_features(features, missing, int(item_index.count().to_pyarrow().as_py()), extractor)
    log_all(LOG, remarks)
    return features, missing
