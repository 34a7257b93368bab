"""The base of all models' hyperparameters; PyTorch is not imported to read parameters."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class ModelConfig(BaseModel):
    """Hyperparameters of a model, each with a default and a description; no unknown keys.

    Attributes:
        recommender: name of the model's class, in the module of the same name as this one.
        needs: the fields of `ModelInputs` that the model is built from, beside the interactions.
        published: training settings of the paper or its public code, in place of those of `train:`;
            keys are fields of `TrainConfig`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    recommender: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    published: ClassVar[Mapping[str, Any]] = {}
