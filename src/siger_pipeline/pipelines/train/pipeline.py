"""Wiring of the train stage: splits, and what the model needs → checkpoints, history, timings."""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.names import SPLIT_MATRIX
from siger_pipeline.pipelines.train.nodes import train_model
from siger_pipeline.shell.selection import Selection


def model_arrays(selection: Selection) -> dict[str, str]:
    """Argument and catalog name of each matrix that the model needs, and of no other."""
    names = [name for name in ("bipartite",) if name in selection.needs]
    names += [
        f"{kind}_{modality}"
        for kind in ("features", "enhanced")
        if kind in selection.needs
        for modality in selection.modalities
    ]
    return {name: name for name in names}


def create_pipeline(selection: Selection) -> Pipeline:
    """One node: the training of the chosen model."""
    inputs = {
        "model": "params:model",
        "config": f"params:{selection.model}",
        "train": "params:train",
        SPLIT_MATRIX: SPLIT_MATRIX,
        "unfinished": "unfinished_training",
        **model_arrays(selection),
    }
    # The last one written says which epoch the others count up to.
    outputs = ["checkpoint", "history", "timings", "last_checkpoint"]
    train = with_code(train_model, module_of(selection.model))
    return Pipeline([Node(train, inputs, outputs, name=selection.slug)], tags="train")
