"""Ready-made vectors of any origin, put into the order of the items by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, StrictInt

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import USER_TABLE, VECTOR_FILE, RawFile
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted


class Config(PartConfig):
    """`features.vectors:` of the parameters."""

    vectors: Annotated[
        str,
        RawFile(
            VECTOR_FILE,
            "It is a file of ready-made vectors: Parquet with a column of ids, or .npy with a file"
            " of ids (features.vectors.ids). Or leave the modality out, such as --params "
            "features.modalities.image=null.",
        ),
    ] = Field("{modality}_vectors.parquet", description="file of the vectors")
    ids: Annotated[
        str | None,
        RawFile(USER_TABLE, "It is a table with the ids of the rows of a .npy file, in its order."),
    ] = Field(None, description="table with the ids of the rows of a .npy file; of Parquet null")
    id_column: Annotated[str, Field(min_length=1)] | Annotated[StrictInt, Field(ge=1)] = Field(
        "item",
        description="column of the ids; its number from 1 in a table of ids without a header",
    )
    vector_columns: list[str] = Field(
        [],
        description="columns of Parquet: one with lists, or one a dimension; empty: all others",
    )


def extract(item_index: Table, config: Config, vectors: Any, ids: Table | None = None) -> Extracted:
    """The vectors of the catalogue's items; see `keyed.by_item`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        vectors: a matrix, or a Parquet file.
        ids: of the rows of a matrix.

    Raises:
        InputError: the ids are not those of the matrix's rows; vectors differ in their length; or
            as `keyed.by_item` does.
    """
    from siger_pipeline.features.keyed import by_item
    from siger_pipeline.features.vector_files import of_matrix, of_parquet

    if hasattr(vectors, "batches"):
        return by_item(
            item_index, of_parquet(vectors, ids, config.id_column, config.vector_columns)
        )
    keyed = of_matrix(vectors, ids, config.id_column, config.vector_columns)
    return by_item(item_index, keyed)


EXTRACTOR = Extractor(Config, extract)
