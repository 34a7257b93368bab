"""The nodes of the features stage: one for every extractor, one for every knockout."""

import logging
from inspect import signature
from typing import Any

from siger_pipeline.features.config import Missing
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.features.knockout import Knockout
from siger_pipeline.pipelines.types import Table, csr_matrix, ndarray
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def extract_features(
    extractor: str,
    config: dict[str, Any],
    fill: Missing,
    item_index: Table,
    train_matrix: csr_matrix | None = None,
    *,
    modality: str,
    **sources: Any,
) -> tuple[ndarray, ndarray]:
    """Features of one modality, and which items have none.

    Args:
        extractor: its name.
        config: its parameters.
        fill: what items without features get.
        item_index: item_id, item, row.
        train_matrix: where they get the mean of other items of their training users.
        modality: its name.
        sources: what the extractor asks for beside these.
    """
    from siger_pipeline.features.align import require_features
    from siger_pipeline.features.fill import filled

    chosen = load_extractor(extractor)
    given = {"item_index": item_index, "config": chosen.config.model_validate(config)}
    if "say" in signature(chosen.extract).parameters:
        given["say"] = LOG.info
    features, missing, remarks = chosen.extract(**given, **sources)
    require_features(features, missing, int(item_index.count().to_pyarrow().as_py()), extractor)
    features, missing, of_filling = filled(features, missing, fill, train_matrix, modality)
    log_all(LOG, [*remarks, *of_filling])
    return features, missing


def knock_out(
    features: ndarray, missing: ndarray, how: Knockout, seed: int = 0, *, modality: str
) -> tuple[ndarray, ndarray]:
    """Features of one modality without their content, and which items have none."""
    from siger_pipeline.features.knockout import knocked_out

    without, still, remarks = knocked_out(features, missing, how, modality, seed)
    log_all(LOG, remarks)
    return without, still
