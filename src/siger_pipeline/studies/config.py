"""What `studies.yml` says of one study."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    StrictInt,
    field_validator,
    model_validator,
)

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.studies.search import SearchConfig
from siger_pipeline.studies.spelling import spelt


def _nothing(overrides: Any) -> Any:
    return {} if overrides is None else overrides


def _settings(block: Any) -> Any:
    """Of what `true` switches on with its defaults."""
    return {True: {}, False: None}[block] if isinstance(block, bool) else block


def _once(values: list[Any]) -> list[Any]:
    """Values of which none stands twice."""
    seen: set[str] = set()
    for value in values:
        if spelt(value) in seen:
            raise ValueError(f"{value!r} stands there twice: leave one of them out")
        seen.add(spelt(value))
    return values


def _of_one_line(name: str) -> str:
    """A name that a cell of a table can hold."""
    if not name.isprintable():
        raise ValueError("a name of signs that can be printed, in one line, is wanted")
    return name


Group: TypeAlias = Literal[
    "user_activity Q1",
    "user_activity Q2",
    "user_activity Q3",
    "user_activity Q4",
    "item_popularity Q1",
    "item_popularity Q2",
    "item_popularity Q3",
    "item_popularity Q4",
    "cold_items among all",
    "cold_items among cold",
]
Overrides = Annotated[dict[str, Any], BeforeValidator(_nothing)]
Once = AfterValidator(_once)
Listed = Annotated[list[Any], Field(min_length=1), Once]
Seeds = Annotated[tuple[StrictInt, ...], Field(min_length=1), Once]
VariantName = Annotated[str, AfterValidator(_of_one_line)]
BEST = "best"
HEADLINE = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")  # of summaries, and tested


class SignificanceConfig(BaseModel):
    """How models and variants are tested against a baseline: `tests:` of a study."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    baseline: str = Field(
        default=BEST, description="`best` at validation, or the name of a variant or a model"
    )
    test: Literal["t", "wilcoxon"] = Field(
        default="t", description="over users: on the mean difference, or on signed ranks"
    )
    correction: Literal["holm", "bh"] = Field(
        default="holm", description="for all comparisons of the table: Holm, Benjamini–Hochberg"
    )
    level: float = Field(default=0.05, gt=0, lt=1, description="α; intervals cover 1 − α")
    resamples: int = Field(default=10_000, ge=100, le=1_000_000, description="of the bootstrap")
    seed: int = Field(default=999, ge=0, description="of the bootstrap")


class CoverageConfig(BaseModel):
    """`coverage:` of a study."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    top: PositiveInt = Field(default=5, description="co-occurring items of each item that count")


class StudyConfig(BaseModel):
    """A study: every model under every variant, at every point of the grid, with every seed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(default="", description="one line on what the study shows")
    unavailable: str = Field(
        default="", description="why an environment cannot have the study, which is then refused"
    )
    models: Annotated[tuple[str, ...], Once] = Field(min_length=1, description="names of models")
    variants: dict[VariantName, Overrides] = Field(
        default={"": {}},
        min_length=1,
        description="name of a variant -> parameters it overrides; one with `{modality}` in its "
        "name and its parameters stands for one a modality",
    )
    grid: dict[str, Listed] = Field(
        default={},
        min_length=1,
        description="parameter -> its values; every combination is a trial",
    )
    each: dict[str, Listed] = Field(
        default={},
        min_length=1,
        description="parameter -> its values; one at a time, the others as configured",
    )
    seeds: Seeds | None = Field(
        default=None, description="of the trainings; left out: the configured one"
    )
    seeds_of: dict[str, Seeds | None] = Field(
        default={}, description="model -> its seeds, in place of `seeds`; null: those of `seeds`"
    )
    groups: Annotated[tuple[Group, ...], Once] = Field(
        default=(), description="of users or of held-out items, in the table beside the whole"
    )
    fold_in: bool = Field(
        default=False,
        description="whether cold items of its trials are folded in, too, after a training without "
        "them: a row beside that of each trial with split.cold_items",
    )
    coverage: Annotated[CoverageConfig | None, BeforeValidator(_settings)] = Field(
        default=None,
        description="nothing is trained: what item graphs share with co-occurrence: true, or its "
        "settings",
    )
    correctors: tuple[str, ...] = Field(
        default=(), description="models computed at once: each corrects the order of every trial"
    )
    fusion: Annotated[FusionConfig | None, BeforeValidator(_settings)] = Field(
        default=None, description="of the scores of all trials: true, or its settings"
    )
    tests: Annotated[SignificanceConfig | None, BeforeValidator(_settings)] = Field(
        default=None, description="of differences to a baseline: true, or their settings"
    )
    search: SearchConfig | None = Field(
        default=None, description="chooses points one after another: the study is a sweep"
    )

    @field_validator("correctors")
    @classmethod
    def _each_once(cls, correctors: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for name in correctors if correctors.count(name) > 1]:
            raise ValueError(f"it names {twice[0]} twice")
        return correctors

    @model_validator(mode="after")
    def _coverage_trains_nothing(self) -> Self:
        meaningless = (
            "seeds",
            "seeds_of",
            "groups",
            "fold_in",
            "correctors",
            "fusion",
            "tests",
            "search",
        )
        given = [key for key in meaningless if getattr(self, key)]
        if self.coverage and given:
            raise ValueError(
                f"coverage trains nothing, so that {given[0]} has no meaning beside it"
            )
        return self
