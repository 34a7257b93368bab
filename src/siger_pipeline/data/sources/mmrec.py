"""MMRec's published folders: numbered interactions with their split, and names of the numbers."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, RawFile
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

TEXTS = (
    *(Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION),
    *(Columns.FEATURES, Columns.IMAGE),
)
TABS = {"delimiter": "\t"}
TABS_OPTIONAL = {"delimiter": "\t", "optional": True}


class Config(PartConfig):
    """`ingest.mmrec:` of the parameters."""

    interactions: Annotated[
        str,
        RawFile(
            DELIMITED,
            "The .inter file (tab-separated userID, itemID, x_label) of MMRec's published data "
            "folder, which https://github.com/enoche/MMRec links to.",
            TABS,
        ),
    ] = Field("{dataset}.inter", description="file of interactions")
    item_file: Annotated[str, RawFile(DELIMITED, options=TABS_OPTIONAL)] = Field(
        "i_id_mapping.csv", description="file of the items' ids; it may be absent"
    )
    user_file: Annotated[str, RawFile(DELIMITED, options=TABS_OPTIONAL)] = Field(
        "u_id_mapping.csv", description="file of the users' ids; it may be absent"
    )
    item_columns: dict[str, str] = Field(
        {"item": "asin"},
        description="our column -> the item file's column; `item` is the source's id, others are "
        + ", ".join(TEXTS),
    )

    @field_validator("item_columns")
    @classmethod
    def _columns_are_known(cls, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - {Columns.ITEM, *TEXTS})
        if unknown or Columns.ITEM not in columns:
            near = [close for name in unknown for close in get_close_matches(name, TEXTS, n=1)]
            wish = f"did you mean {near[0]!r}? " if near else ""
            raise ValueError(
                f"{wish}item_columns must name the file's column of {Columns.ITEM!r} and may name"
                f" those of {', '.join(sorted(TEXTS))}; found"
                f" {', '.join(map(repr, columns)) or 'none'}"
            )
        return columns


def read_interactions(interactions: Table, items: Table, user_file: Table, strategy: str) -> Read:
    """Numbered interactions with the source's ids; see `interactions`."""
    from siger_pipeline.data.numbered.interactions import read_numbered
    from siger_pipeline.data.numbered.names import read_users

    users, remarks = read_users(user_file)
    read = read_numbered(interactions, items, users, strategy)
    return read._replace(remarks=[*remarks, *read.remarks])


def read_items(item_file: Table, interactions: Table, item_columns: dict[str, str]) -> Read:
    """The item file, or the numbered items where there is none; see `names`."""
    from siger_pipeline.data.numbered import names

    return names.read_items(item_file, interactions, item_columns)


SOURCE = Source(Config, read_interactions, read_items, has_split=True)
