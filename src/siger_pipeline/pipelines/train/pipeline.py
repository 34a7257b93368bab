"""Wiring of the train stage: splits, and what the model needs → checkpoints and history."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.train.nodes import train_model
from siger_pipeline.selection import Selection


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
        "splits": "splits",
        "user_index": "user_index",
        "item_index": "item_index",
        **model_arrays(selection),
    }
    outputs = ["checkpoint", "last_checkpoint", "history"]
    return Pipeline([Node(train_model, inputs, outputs, name="train_model")], tags="train")
