"""Parameters of the ingest stage: which source, k-core and split."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)

from siger_pipeline.blocks import with_blocks
from siger_pipeline.data.source import load_source
from siger_pipeline.data.times import iso_time, seconds_of
from siger_pipeline.engines import engine_name
from siger_pipeline.errors import ParameterError
from siger_pipeline.plugins import SOURCES, names


class Strategy(StrEnum):
    """The ways to split interactions."""

    PUBLISHED = "published"
    RANDOM_PER_USER = "random_per_user"
    TEMPORAL_PER_USER = "temporal_per_user"
    TEMPORAL_GLOBAL = "temporal_global"
    LEAVE_ONE_OUT = "leave_one_out"


ORDERED = {Strategy.TEMPORAL_PER_USER, Strategy.TEMPORAL_GLOBAL, Strategy.LEAVE_ONE_OUT}


def needs_time(strategy: str) -> bool:
    """Whether the split needs the time of an interaction: only then must it be readable."""
    return strategy in ORDERED


def needs_label(strategy: str) -> bool:
    """Whether the split is the source's own: only then must its labels be readable."""
    return strategy == Strategy.PUBLISHED


def require_both(validation: str | None, test: str | None) -> None:
    """Refuse the name of one of two files that make a split together.

    Raises:
        ValueError: only one of them is named.
    """
    if (validation is None) != (test is None):
        raise ValueError(
            "validation and test are the files of a published split: name both or none, found"
            f" validation {validation!r} and test {test!r}"
        )


Day = Annotated[str, AfterValidator(iso_time)]


class Sizes(BaseModel):
    """`ingest.expect:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    users: PositiveInt = Field(description="with an interaction")
    items: PositiveInt = Field(description="with an interaction")
    interactions: PositiveInt = Field(description="pairs of a user and an item")


class IngestConfig(BaseModel):
    """`ingest:` of the parameters, without the blocks of the sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(description="format of the raw files: a name of `data/sources`")
    min_rating: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="interactions with a lower rating, or none, are left out",
    )
    since: Day | None = Field(default=None, description="interactions before this time are not")
    until: Day | None = Field(default=None, description="nor are those from this time on")
    k_core: PositiveInt = Field(description="interactions that every user and item must have")
    kcore_on: Literal["all", "train"] = Field(
        default="all",
        description="interactions that the k-core counts: all, or those of training alone",
    )
    max_bad_share: float = Field(
        ge=0,
        le=1,
        description="tolerated share of bad raw lines",
        json_schema_extra={"names": False},
    )
    engine: Annotated[str, AfterValidator(engine_name)] = Field(
        default="duckdb",
        description="of the tables: duckdb, spark, or the address of a Spark Connect server",
        json_schema_extra={"names": False},
    )
    expect: Sizes | None = Field(
        default=None,
        description="sizes after the k-core; raw files of others are refused",
        json_schema_extra={"names": False},
    )

    @model_validator(mode="after")
    def _since_is_before_until(self) -> Self:
        if self.since and self.until and seconds_of(self.since) >= seconds_of(self.until):
            raise ValueError(
                f"since {self.since} must be before until {self.until}: no interaction is between"
            )
        return self

    @field_validator("source")
    @classmethod
    def _source_exists(cls, source: str) -> str:
        known = names(SOURCES)
        if source not in known:
            near = get_close_matches(source, known, n=1)
            wish = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(f"no such source; {wish}known are {', '.join(known)}")
        return source


class SplitConfig(BaseModel):
    """`split:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    strategy: Strategy = Field(description="how interactions are split")
    ratios: tuple[float, float, float] = Field(
        description="shares of train, validation, test; not read by published and leave_one_out"
    )
    seed: int = Field(description="of the random choices, and of ties in time")
    untrained_users: Literal["refuse", "leave"] = Field(
        description="users without a training interaction: an error, or out of the other splits"
    )
    cold_items: float = Field(
        default=0,
        ge=0,
        lt=1,
        description="share of the items that lose their training interactions",
    )

    @model_validator(mode="after")
    def _ratios_share_out_one(self) -> Self:
        if min(self.ratios) < 0 or self.ratios[0] == 0 or abs(sum(self.ratios) - 1) > 1e-9:
            raise ValueError(
                "ratios must be three shares, the first above 0, none negative, that sum to 1,"
                f" found {list(self.ratios)}"
            )
        return self


def ingest_model(given: object) -> type[IngestConfig]:
    """`IngestConfig` with a block for the chosen source, and for others that are given.

    Args:
        given: `ingest:` of the parameters, not checked yet.

    Raises:
        ParameterError: the module of such a source is not what it must be.
    """
    block = given if isinstance(given, Mapping) else {}
    asked = [block.get("source"), *block]
    sources = [name for name in names(SOURCES) if name in asked]
    return with_blocks("ingest", IngestConfig, {name: load_source(name).config for name in sources})


def _with_split() -> Iterator[str]:
    for name in names(SOURCES):
        # One that cannot be loaded is not chosen, so that it is no reason to fail.
        with suppress(ParameterError):
            if load_source(name).has_split:
                yield name


def check_together(ingest: IngestConfig, split: SplitConfig) -> None:
    """Refuse a split that the source cannot give.

    Raises:
        ParameterError: a published split of a source without one; a split in time across users
            where their times cannot be compared.
    """
    source = load_source(ingest.source)
    settings = getattr(ingest, ingest.source)
    both = f"split.strategy is {split.strategy.value!r} and ingest.source {ingest.source!r}"
    if split.strategy is Strategy.PUBLISHED and not source.holds_split(settings):
        wish = f"; name what holds it in ingest.{ingest.source}" if source.has_split else ""
        raise ParameterError(
            f"{both}: its files hold no split (those of {', '.join(_with_split())} may)"
            f"{wish}; choose another strategy."
        )
    if split.strategy is Strategy.TEMPORAL_GLOBAL and not source.holds_times(settings):
        raise ParameterError(
            f"{both}: its files give each user's order but no times to compare users by; choose"
            " temporal_per_user."
        )
