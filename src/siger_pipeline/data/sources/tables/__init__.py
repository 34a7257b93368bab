"""Any tables: files or tables of databases, whose columns the configuration names."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, StrictInt, field_validator, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DATABASE_TABLE, USER_TABLE, RawFile
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read, Source
from siger_pipeline.errors import ParameterError

if TYPE_CHECKING:
    from ibis.expr.types import Table

OF_INTERACTIONS = (*(Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP, Columns.SPLIT),)
TEXTS = (
    *(Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION, Columns.FEATURES),
)
OF_ITEMS = (Columns.ITEM, *TEXTS, Columns.PRICE, Columns.IMAGE)
HINT = (
    "It is a table of your own: CSV, TSV, JSON lines or Parquet, or a table of a database"
    " (postgres://user@host/database#table)."
)
# The name of a column, or its number from 1 in a file without a header.
Named = Annotated[str, Field(min_length=1)] | Annotated[StrictInt, Field(ge=1)]


class Config(PartConfig):
    """`ingest.tables:` of the parameters."""

    interactions: Annotated[str, RawFile(USER_TABLE, HINT, database=DATABASE_TABLE)] = Field(
        "interactions.csv", description="file or address of the table of interactions"
    )
    item_file: Annotated[str | None, RawFile(USER_TABLE, HINT, database=DATABASE_TABLE)] = Field(
        None, description="file or address of the table of items"
    )
    columns: dict[str, Named] = Field(
        {"user": "user", "item": "item"},
        description="user, item and perhaps rating, timestamp and split -> the column of"
        " interactions",
    )
    item_columns: dict[str, Named | list[Named]] = Field(
        {"item": "item"},
        description="item and what describes it -> the column of the table of items; of texts also"
        " a list of columns, which are joined",
    )
    only: dict[str, list[str]] = Field(
        {}, description="column of interactions -> the values that count, such as kinds of events"
    )
    time_format: str | None = Field(
        None,
        description="of dates, such as '%d.%m.%Y %H:%M'; null: whole numbers or ISO 8601",
    )
    decimal: Literal[".", ","] = Field(".", description="decimal sign of ratings and prices")

    @field_validator("interactions", "item_file")
    @classmethod
    def _no_password(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "")
        if parts.password or "password" in parse_qs(parts.query):
            # No ValueError: its message would repeat the address.
            raise ParameterError(
                "an address in ingest.tables holds a password: take it out, and give it by the"
                " driver's own means, such as PGPASSWORD or ~/.pgpass for PostgreSQL"
            )
        return address

    @field_validator("columns")
    @classmethod
    def _columns_are_known(cls, columns: dict[str, Named]) -> dict[str, Named]:
        _require_known("columns", columns, OF_INTERACTIONS, (Columns.USER, Columns.ITEM))
        return columns

    @field_validator("item_columns")
    @classmethod
    def _item_columns_are_known(
        cls, columns: dict[str, Named | list[Named]]
    ) -> dict[str, Named | list[Named]]:
        _require_known("item_columns", columns, OF_ITEMS, (Columns.ITEM,))
        for ours, named in columns.items():
            if isinstance(named, list) and (ours not in TEXTS or not named):
                raise ValueError(
                    f"{ours} is a list of {len(named)} columns; lists are for"
                    f" {', '.join(TEXTS)}, and hold one at least"
                )
        return columns

    @model_validator(mode="after")
    def _files_belong_together(self) -> Self:
        if self.item_file is None and set(self.item_columns) - {Columns.ITEM}:
            raise ValueError(
                f"item_columns names {', '.join(self.item_columns)}, and item_file is null: name"
                " the table of the items, which may be that of the interactions"
            )
        if self.time_format is not None and "%" not in self.time_format:
            raise ValueError(
                f"time_format is {self.time_format!r}, wanted is one such as '%d.%m.%Y %H:%M'"
            )
        return self


def _require_known(
    name: str, columns: Mapping[str, object], known: tuple[str, ...], needed: tuple[str, ...]
) -> None:
    unknown = sorted(set(columns) - set(known))
    if unknown or not set(needed) <= set(columns):
        near = get_close_matches(unknown[0], known, n=1) if unknown else []
        wish = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(
            f"{wish}{name} must name {' and '.join(needed)} and may name"
            f" {', '.join(each for each in known if each not in needed)}; found"
            f" {', '.join(map(repr, columns)) or 'none'}"
        )


def read_interactions(
    interactions: Table,
    columns: Mapping[str, Named],
    only: Mapping[str, list[str]],
    time_format: str | None,
    decimal: str,
    max_bad_share: float,
    strategy: str,
    items: Table,
    item_columns: Mapping[str, Named | list[Named]],
) -> Read:
    """Interactions of the table; see `interactions.read`."""
    from siger_pipeline.data.sources.tables.interactions import read, require_described

    given = read(
        interactions,
        columns,
        only,
        time_format=time_format,
        decimal=decimal,
        max_bad_share=max_bad_share,
        strategy=strategy,
    )
    require_described(given.rows, items, columns[Columns.ITEM], item_columns[Columns.ITEM])
    return given


def read_items(
    interactions: Table,
    columns: Mapping[str, Named],
    item_columns: Mapping[str, Named | list[Named]],
    decimal: str,
    max_bad_share: float,
    item_file: Table | None = None,
) -> Read:
    """The items of the table of items; without one, those with an interaction, undescribed."""
    from siger_pipeline.data.sources.tables.items import bare_items, read

    if item_file is None:
        return bare_items(interactions, columns[Columns.ITEM])
    return read(item_file, item_columns, decimal, max_bad_share)


def _has_split(config: Config) -> bool:
    return Columns.SPLIT in config.columns


def _has_times(config: Config) -> bool:
    return Columns.TIMESTAMP in config.columns


SOURCE = Source(Config, read_interactions, read_items, has_split=_has_split, has_times=_has_times)
