"""What an encoder is: a text or a picture in, a vector out, whatever the other items are.

Shapes: n contents of a batch, d dimensions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Content = TypeVar("Content")
# Vectors, float32 [n, d], and which contents were cut off since they are too long, bool [n].
Batch: TypeAlias = tuple[NDArray[np.float32], NDArray[np.bool_]]


@dataclass(frozen=True)
class Encoder(Generic[Content]):
    """A pure function of a content, so that it serves items of any catalogue alike.

    Attributes:
        identity: all that its vectors follow from beside the content, as JSON has values: weights,
            revision, precision …. Vectors are kept under it.
        dimension: d.
        batch_size: n at most.
        length: a content -> how long it is. Batches are of similar lengths.
        encode: up to `batch_size` contents -> their vectors in the same order. A vector differs by
            rounding with the others of its batch, since sums are then done in another order.
    """

    identity: Mapping[str, Any]
    dimension: int
    batch_size: int
    length: Callable[[Content], int]
    encode: Callable[[Sequence[Content]], Batch]

    @property
    def name(self) -> str:
        """What messages call it."""
        return str(self.identity["encoder"])
