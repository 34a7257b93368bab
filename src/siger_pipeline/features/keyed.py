"""Ready-made vectors beside ids, in any order, as rows of features.

Shapes: I items of the catalogue, d dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import index_frame, with_missing
from siger_pipeline.remarks import Remark, without_features

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted


class Vectors(Protocol):
    """Vectors beside ids, which are read in blocks."""

    @property
    def path(self) -> str:
        """Of the file, for messages."""

    @property
    def dimension(self) -> int:
        """Of each vector."""

    @property
    def count(self) -> int:
        """Of the vectors."""

    def blocks(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Ids, and vectors [n, d]."""


def by_item(item_index: Table, vectors: Vectors) -> Extracted:
    """The vectors of the catalogue's items; those of others are read past.

    Of several of one item the first counts.

    Args:
        item_index: item_id, item, row.
        vectors: in any order.

    Returns:
        float32 [I, d]; True for items without a vector, or with one of zeros; remarks.

    Raises:
        InputError: a value is not finite; no vector belongs to the catalogue.
    """
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
        "have a vector of zeros, or an empty one": int(missing[found_I].sum()),
    }
    remarks = without_features("ready-made features", reasons, len(items))
    outside = vectors.count - int(found_I.sum()) - repeated
    return features, missing, [*remarks, *_others(vectors.path, outside, repeated)]


def _require_usable(
    features: NDArray[np.float32], found: NDArray[np.bool_], items: list[str], vectors: Vectors
) -> None:
    if not found.any():
        first = next((ids[0] for ids, _ in vectors.blocks() if ids), None)
        raise InputError(
            f"{vectors.path}: none of its {vectors.count:,} vectors belongs to one of the"
            f" {len(items):,} items, such as {items[0]!r}; the first is of {first!r}: take the file"
            " of the same catalogue."
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
