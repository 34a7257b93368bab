"""What `studies.yml` says of one study."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.studies.search import SearchConfig


def _nothing(overrides: Any) -> Any:
    return {} if overrides is None else overrides


def _settings(fusion: Any) -> Any:
    return {True: {}, False: None}[fusion] if isinstance(fusion, bool) else fusion


Overrides = Annotated[dict[str, Any], BeforeValidator(_nothing)]


class StudyConfig(BaseModel):
    """A study: every model under every variant, at every point of the grid, with every seed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(default="", description="one line on what the study shows")
    models: tuple[str, ...] = Field(min_length=1, description="names of models")
    variants: dict[str, Overrides] = Field(
        default={"": {}}, min_length=1, description="name of a variant -> parameters it overrides"
    )
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default={}, description="parameter -> its values; every combination is a trial"
    )
    seeds: tuple[StrictInt, ...] | None = Field(
        default=None, min_length=1, description="of the trainings; left out: the configured one"
    )
    fusion: Annotated[FusionConfig | None, BeforeValidator(_settings)] = Field(
        default=None, description="of the scores of all trials: true, or its settings"
    )
    search: SearchConfig | None = Field(
        default=None, description="chooses points one after another: the study is a sweep"
    )
