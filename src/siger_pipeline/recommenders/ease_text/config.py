"""Hyperparameters of EASE with text."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.solve_config import SolveConfig
from siger_pipeline.requests import Request, features

TEXT = "text"


class Config(SolveConfig):
    """`ease_text:` of the parameters; symbols in brackets."""

    recommender = "EASEWithText"
    train_settings = ()
    fewest_modalities = 1
    search: ClassVar = {"ridge": (50, 100, 200, 500, 1000), "alpha": (0, 1, 3, 10, 30)}

    ridge: float = Field(1000.0, gt=0, description="[λ] weight of the penalty")
    alpha: float = Field(3.0, ge=0, description="[α] weight of the features")
    modalities: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="whose features count; null: text, or all where there is no text",
    )

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The features that count; none if they weigh nothing.

        Raises:
            ParameterError: a modality that the data set has not.
        """
        if not self.alpha:
            return ()
        named = self.modalities
        if named is None:
            named = (TEXT,) if TEXT in modalities else tuple(modalities)
        if absent := [m for m in named if m not in modalities]:
            raise ParameterError(
                f"ease_text.modalities names {absent[0]!r}, and the data set has features of "
                f"{', '.join(modalities)}: name some of these, or take model ease"
            )
        return tuple(map(features, dict.fromkeys(named)))
