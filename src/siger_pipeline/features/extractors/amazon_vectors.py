"""Amazon's own image features: a vector beside each item's id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import KEYED_VECTORS, RawFile
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.keyed import Vectors


class Config(PartConfig):
    """`features.amazon_vectors:` of the parameters."""

    vectors: Annotated[
        str,
        RawFile(
            KEYED_VECTORS,
            "Amazon's image features of 2014 (image_features_<category>.b: 10 bytes of ASIN and "
            "4,096 float32 an item), from https://cseweb.ucsd.edu/~jmcauley/datasets/amazon/"
            "links.html. Or leave the modality out, such as --params "
            "features.modalities.image=null.",
            {"id_bytes": 10, "dimension": 4096},
        ),
    ] = Field("image_features.b", description="file of the vectors")


def extract(item_index: Table, config: Config, vectors: Vectors) -> Extracted:
    """The vectors of the catalogue's items; see `keyed.by_item`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        vectors: the file.
    """
    from siger_pipeline.features.keyed import by_item

    return by_item(item_index, vectors)


EXTRACTOR = Extractor(Config, extract)
