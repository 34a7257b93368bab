"""What the made-up files hold, in memory."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = dict[str, Any]  # a line of a file of reviews or metadata
Picture = NDArray[np.uint8]  # [size, size, 3], RGB


@dataclass(frozen=True)
class Catalogue:
    """Everything that the sample's files hold, in the order of their lines."""

    reviews: list[Record]
    metadata: list[Record]
    pictures: dict[str, Picture]  # by asin
