"""Nodes of the evaluate stage."""

from typing import Any

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.types import DataFrame, Table
from siger_pipeline.training.config import TrainConfig

FLOORS = ("popularity", "random")


def evaluate_model(
    checkpoint: dict[str, Any],
    *,
    evaluate: EvaluateConfig,
    train: TrainConfig,
    splits: Table,
    user_index: Table,
    item_index: Table,
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame, DataFrame]:
    """Metrics, metrics by group and recommendations of the trained model."""
    from siger_pipeline.evaluation.evaluate import evaluate_recommender, recommendation_table
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.device import resolve_device
    from siger_pipeline.training.inputs import model_inputs, split_matrices

    users, items = user_index.to_pandas(), item_index.to_pandas()
    matrices = split_matrices(splits.to_pandas(), users, items)
    device = resolve_device(train.device)
    model = restore(checkpoint, model_inputs(matrices, arrays)).to(device)
    result = evaluate_recommender(model.scorer(), matrices, evaluate, device=device)
    names = users[Columns.USER].to_numpy(), items[Columns.ITEM].to_numpy()
    return result.metrics, result.groups, recommendation_table(result.lists, *names)


def evaluate_floors(
    evaluate: EvaluateConfig,
    train: TrainConfig,
    splits: Table,
    user_index: Table,
    item_index: Table,
) -> dict[str, Any]:
    """What a recommender must beat: metrics of popularity and of chance."""
    from siger_pipeline.evaluation.evaluate import evaluate_recommender
    from siger_pipeline.training.checkpoint import restore
    from siger_pipeline.training.inputs import model_inputs, split_matrices
    from siger_pipeline.training.start import start_training

    matrices = split_matrices(splits.to_pandas(), user_index.to_pandas(), item_index.to_pandas())
    inputs = model_inputs(matrices, {})
    floors = {}
    for name in FLOORS:
        fitted = next(iter(start_training(name, {}, train, inputs, matrices)))
        scorer = restore(fitted.last, inputs).scorer()
        floors[name] = evaluate_recommender(scorer, matrices, evaluate).metrics
    return floors
