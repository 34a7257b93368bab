"""What calibration and the fusion of trials share: to measure several models' scores, added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.pipelines.evaluate.nodes import source_ids, telling_ids
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix

if TYPE_CHECKING:
    from siger_pipeline.evaluation.scores import Scorer


def measure_fused(
    scorers: Mapping[str, Scorer],
    weights: tuple[float, ...],
    matrices: Mapping[Any, csr_matrix],
    indexes: tuple[Table, Table],
    evaluate: EvaluateConfig,
    fusion: FusionConfig,
    place: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame]:
    """Metrics, metrics of each user, and recommendations by several models' scores, added up.

    Args:
        scorers: of the models, the first one's weight is 1.
        weights: of the others.
        matrices: interactions by split.
        indexes: users and items by index.
        evaluate: as for one model.
        fusion: number of candidates.
        place: the device.
    """
    from siger_pipeline.evaluation.evaluate import recommendation_table
    from siger_pipeline.evaluation.fusion import fuse
    from siger_pipeline.evaluation.users import user_table

    names = source_ids(*indexes)
    with telling_ids(*names):
        fused = fuse(scorers, weights, matrices, evaluate, fusion, device=place)
    lists = recommendation_table(fused.lists, *names)
    return fused.metrics, user_table(fused.users, names[0]), lists
