"""The contents of the made-up files."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = dict[str, Any]  # a line of a file of reviews or metadata
Picture = NDArray[np.uint8]  # [size, size, 3], RGB


@dataclass(frozen=True)
class Catalogue:
    """Reviews and metadata in the order of their lines, and pictures."""

    reviews: list[Record]
    metadata: list[Record]
    pictures: dict[str, Picture]  # by asin
