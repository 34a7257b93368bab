"""What every model's hyperparameters share; without PyTorch, for whoever only reads parameters."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class ModelConfig(BaseModel):
    """Base of a model's hyperparameters: unknown keys are refused, values stand in `conf/`.

    Attributes:
        recommender: name of the model's class, in the module of the same name as this one.
        needs: the fields of `ModelInputs` that the model is built from, beside the interactions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    recommender: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
