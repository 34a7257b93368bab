"""A picture as numbers: its gradients and its colours. Shapes: P pictures, d dimensions."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Described: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]


def describe(
    picture: Image.Image, *, size: int, cell: int, orientations: int, colours: int
) -> Described:
    """The gradients and the colours of one picture.

    Args:
        picture: RGB, of any size; brought to a square.
        size: pixels a side of the square.
        cell: pixels a side of a cell of the gradient histograms.
        orientations: bins of a gradient's direction.
        colours: bins of each of red, green and blue.

    Returns:
        HOG in blocks of 2 × 2 cells; the roots of the shares of `colours`³ boxes of RGB space.
    """
    from skimage.feature import hog

    square = picture.resize((size, size), Image.Resampling.BILINEAR)
    pixels = np.asarray(square)
    gradients = hog(
        pixels,
        orientations=orientations,
        pixels_per_cell=(cell, cell),
        cells_per_block=(2, 2),
        channel_axis=-1,
    )
    boxes = pixels.reshape(-1, 3).astype(np.int64) * colours // 256
    numbers = np.ravel_multi_index(tuple(boxes.T), (colours,) * 3)
    shares = np.bincount(numbers, minlength=colours**3) / len(boxes)
    return gradients.astype(np.float32), np.sqrt(shares).astype(np.float32)


def unit_rows(described: Sequence[Described]) -> NDArray[np.float32]:
    """Gradients and colours of pictures side by side, rows of unit length, [P, d].

    Each of the two is standardised over the pictures, column by column, and divided by the root of
    its length, so that both weigh the same. The row of a picture that equals the mean is zero.
    """
    from sklearn.preprocessing import normalize

    gradients, colours = zip(*described, strict=True)
    parts_Pd = np.hstack([_standardised(np.stack(part)) for part in (gradients, colours)])
    unit_Pd: NDArray[np.float32] = normalize(parts_Pd)
    return unit_Pd


def _standardised(part_Pd: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = part_Pd - part_Pd.mean(axis=0)
    spread = centred.std(axis=0)
    spread[spread < np.finfo(np.float32).eps] = np.inf
    return centred / spread / np.float32(np.sqrt(part_Pd.shape[1]))
