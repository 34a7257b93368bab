"""Parameters of the ingest stage: what is read, and how it is split."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import ParameterError

NAMED_COLUMNS = {
    Columns.ITEM,
    Columns.TITLE,
    Columns.BRAND,
    Columns.CATEGORIES,
    Columns.DESCRIPTION,
}


class Source(StrEnum):
    """The formats that interactions are read from."""

    AMAZON = "amazon"
    MICROLENS = "microlens"
    MMREC = "mmrec"


class Strategy(StrEnum):
    """The ways to split interactions."""

    PUBLISHED = "published"
    RANDOM_PER_USER = "random_per_user"
    TEMPORAL_PER_USER = "temporal_per_user"
    TEMPORAL_GLOBAL = "temporal_global"
    LEAVE_ONE_OUT = "leave_one_out"


ORDERED = {Strategy.TEMPORAL_PER_USER, Strategy.TEMPORAL_GLOBAL, Strategy.LEAVE_ONE_OUT}


def needs_time(strategy: str) -> bool:
    """Whether the split asks when an interaction was: only then is its time judged."""
    return strategy in ORDERED


def needs_label(strategy: str) -> bool:
    """Whether the split is the source's own: only then are its labels judged."""
    return strategy == Strategy.PUBLISHED


class IngestConfig(BaseModel):
    """`ingest:` of the parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source = Field(description="format of the raw files")
    k_core: PositiveInt = Field(description="interactions that every user and item must have")
    max_bad_share: float = Field(
        ge=0,
        le=1,
        description="tolerated share of bad raw lines",
        json_schema_extra={"names": False},
    )
    item_columns: dict[str, str] = Field(
        description="MMRec's item file: our column -> the file's column; `item` is the source's id"
    )

    @model_validator(mode="after")
    def _item_columns_are_known(self) -> Self:
        unknown = sorted(set(self.item_columns) - NAMED_COLUMNS)
        if unknown or Columns.ITEM not in self.item_columns:
            raise ValueError(
                f"item_columns must name the file's column of {Columns.ITEM!r} and may name those"
                f" of {', '.join(sorted(NAMED_COLUMNS - {Columns.ITEM}))}; found"
                f" {', '.join(map(repr, self.item_columns)) or 'none'}"
            )
        return self


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

    @model_validator(mode="after")
    def _ratios_share_out_one(self) -> Self:
        if min(self.ratios) < 0 or self.ratios[0] == 0 or abs(sum(self.ratios) - 1) > 1e-9:
            raise ValueError(
                "ratios must be three shares, the first above 0, none negative, that sum to 1,"
                f" found {list(self.ratios)}"
            )
        return self


def check_together(ingest: IngestConfig, split: SplitConfig) -> None:
    """Refuse a split that the source cannot give.

    Raises:
        ParameterError: a published split of a source without one; MicroLens' places in a user's
            sequence taken for times.
    """
    where = f"split.strategy is {split.strategy.value!r} and ingest.source {ingest.source.value!r}"
    if split.strategy is Strategy.PUBLISHED and ingest.source is not Source.MMREC:
        raise ParameterError(f"{where}: only mmrec files hold a split; choose another strategy.")
    if split.strategy is Strategy.TEMPORAL_GLOBAL and ingest.source is Source.MICROLENS:
        raise ParameterError(
            f"{where}: its files give each user's order but no times to compare users by; choose"
            " temporal_per_user."
        )
