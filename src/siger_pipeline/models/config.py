"""What every model's hyperparameters share; without PyTorch, for whoever only reads parameters."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from siger_pipeline.requests import Request


class ModelConfig(BaseModel):
    """Base of a model's hyperparameters: unknown keys are refused, values stand in `conf/`.

    Attributes:
        recommender: name of the model's class, in the module `model` beside this one.
        fewest_modalities: of items with features that the model can be trained with.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    recommender: ClassVar[str]
    fewest_modalities: ClassVar[int] = 0

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The graphs and features that the model is built from, beside the interactions.

        Args:
            modalities: of the data set, at least `fewest_modalities`.
        """
        return ()
