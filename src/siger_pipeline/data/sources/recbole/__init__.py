"""RecBole's atomic files: tab-separated tables whose headers say the type of each column."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, field_validator, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, RawFile
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

INTERACTIONS = (Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP)
TEXTS = (
    *(Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION, Columns.FEATURES),
    *(Columns.PRICE, Columns.IMAGE),
)
INTER = (
    "RecBole's {} (tab-separated, header such as user_id:token, item_id:token, timestamp:float), "
    "from https://github.com/RUCAIBox/RecDatasets."
)
TABS = {"delimiter": "\t"}


class Config(PartConfig):
    """`ingest.recbole:` of the parameters."""

    interactions: Annotated[str, RawFile(DELIMITED, INTER.format(".inter file"), TABS)] = Field(
        "{dataset}.inter",
        description="file of interactions; of the training part where others follow",
    )
    validation: Annotated[
        str | None, RawFile(DELIMITED, INTER.format(".valid.inter file"), TABS)
    ] = Field(None, description="file of the validation part of benchmark files")
    test: Annotated[str | None, RawFile(DELIMITED, INTER.format(".test.inter file"), TABS)] = Field(
        None, description="file of their test part"
    )
    item_file: Annotated[str | None, RawFile(DELIMITED, INTER.format(".item file"), TABS)] = Field(
        None, description="file of item columns"
    )
    columns: dict[str, str] = Field(
        {"user": "user_id", "item": "item_id", "rating": "rating", "timestamp": "timestamp"},
        description="our column -> the name in the files, without its type; rating and timestamp"
        f" may be left out, and {', '.join(TEXTS)} may name columns of the item file",
    )

    @field_validator("columns")
    @classmethod
    def _columns_are_known(cls, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - {*INTERACTIONS, *TEXTS})
        if unknown or not {Columns.USER, Columns.ITEM} <= set(columns):
            near = get_close_matches(unknown[0], TEXTS, n=1) if unknown else []
            wish = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(
                f"{wish}columns must name those of {Columns.USER!r} and {Columns.ITEM!r} and may"
                f" name those of {', '.join((*INTERACTIONS[2:], *TEXTS))}; found"
                f" {', '.join(map(repr, columns)) or 'none'}"
            )
        return columns

    @model_validator(mode="after")
    def _files_belong_together(self) -> Self:
        from siger_pipeline.data.config import require_both

        require_both(self.validation, self.test)
        if self.item_file is None and (texts := sorted(set(self.columns) & set(TEXTS))):
            raise ValueError(
                f"columns names {', '.join(texts)}, which are of the item file, and item_file is"
                " null: name that file"
            )
        return self


def read_interactions(
    interactions: Table,
    columns: dict[str, str],
    max_bad_share: float,
    strategy: str,
    validation: Table | None = None,
    test: Table | None = None,
) -> Read:
    """Interactions, with their split where benchmark files of it are named; see `atomic`."""
    from siger_pipeline.data.config import needs_time
    from siger_pipeline.data.parts import read_parts
    from siger_pipeline.data.schema import Split
    from siger_pipeline.data.sources.recbole.atomic import read_inter

    timed = needs_time(strategy)
    return read_parts(
        lambda table, share: read_inter(table, columns, share, timed),
        {Split.TRAIN: interactions, Split.VALIDATION: validation, Split.TEST: test},
        max_bad_share,
        strategy,
    )


def read_items(
    interactions: Table,
    columns: dict[str, str],
    max_bad_share: float,
    item_file: Table | None = None,
    validation: Table | None = None,
    test: Table | None = None,
) -> Read:
    """The items of the item file; without one, those that have an interaction, undescribed."""
    from siger_pipeline.data.sources.recbole.atomic import bare_items, read_item_file

    if item_file is None:
        parts = [part for part in (interactions, validation, test) if part is not None]
        return bare_items(parts, columns)
    return read_item_file(item_file, columns, max_bad_share)


def _has_split(config: Config) -> bool:
    return config.test is not None


def _has_times(config: Config) -> bool:
    return Columns.TIMESTAMP in config.columns


SOURCE = Source(Config, read_interactions, read_items, has_split=_has_split, has_times=_has_times)
