"""Amazon's own image features: a vector beside each item's id.

Shapes: I items of the catalogue, d dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import KEYED_VECTORS, RawFile
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Extractor
from siger_pipeline.remarks import Remark, without_features

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from ibis.expr.types import Table
    from numpy.typing import NDArray

    from siger_pipeline.features.align import Extracted


class Vectors(Protocol):
    """A file of vectors beside ids, which is read in blocks."""

    path: str
    dimension: int
    count: int

    def blocks(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Ids, and vectors [n, d]."""


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
    """The vectors of the catalogue's items; those of others are read past.

    Of several of one item the first counts.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        vectors: the file.

    Returns:
        float32 [I, d]; True for items without a vector, or with one of zeros; remarks.

    Raises:
        InputError: a value is not finite; no vector belongs to the catalogue.
    """
    import numpy as np

    from siger_pipeline.features.align import index_frame, with_missing

    items = index_frame(item_index)[Columns.ITEM].tolist()
    row_of = {item: row for row, item in enumerate(items)}
    features_Id = np.zeros((len(items), vectors.dimension), dtype=np.float32)
    found_I, repeated = np.zeros(len(items), dtype=bool), 0
    for ids, block in vectors.blocks():
        for item, vector in zip(ids, block, strict=True):
            row = row_of.get(item)
            if row is None:
                continue
            if found_I[row]:
                repeated += 1
                continue
            found_I[row] = True
            features_Id[row] = vector
    _require_usable(features_Id, found_I, items, vectors)
    features, missing = with_missing(features_Id)
    reasons = {
        f"have no vector in {vectors.path}": int((~found_I).sum()),
        "have a vector of zeros": int(missing[found_I].sum()),
    }
    remarks = without_features("ready-made features", reasons, len(items))
    outside = vectors.count - int(found_I.sum()) - repeated
    return features, missing, [*remarks, *_others(vectors.path, outside, repeated)]


def _require_usable(
    features: NDArray[np.float32], found: NDArray[np.bool_], items: list[str], vectors: Vectors
) -> None:
    import numpy as np

    if not found.any():
        raise InputError(
            f"{vectors.path}: none of its {vectors.count:,} vectors belongs to one of the"
            f" {len(items):,} items, such as {items[0]!r}: take the file of the same category."
        )
    wrong = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(wrong):
        raise InputError(
            f"{vectors.path}: the vector of item {items[wrong[0]]!r} holds a value that is not"
            " finite. The file is damaged: fetch it again."
        )


def _others(path: str, outside: int, repeated: int) -> list[Remark]:
    parts = []
    if outside:
        parts.append(f"{outside:,} vectors of items outside the catalogue are not used")
    if repeated:
        parts.append(f"{repeated:,} repeat an item, whose first vector counts")
    return [Remark(f"{path}: {'; '.join(parts)}.")] if parts else []


EXTRACTOR = Extractor(Config, extract)
