"""A picture as numbers: its gradients and its colours. Shapes: P pictures, d dimensions."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FloatRows: TypeAlias = NDArray[np.float32]
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


Statistics: TypeAlias = list[tuple[NDArray[np.float32], NDArray[np.float32]]]
"""Mean and spread of the columns of gradients, then of colours."""


def unit_rows(described: Sequence[Described], statistics: Statistics | None = None) -> FloatRows:
    """Gradients and colours of pictures side by side, rows of unit length, [P, d].

    Each of the two is standardised, column by column, and divided by the root of its length, so
    that both weigh the same. The row of a picture that equals the mean is zero.

    Args:
        described: the pictures.
        statistics: of the pictures that these are compared with; None: of themselves.
    """
    from sklearn.preprocessing import normalize

    parts = _parts(described)
    of = statistics_of(described) if statistics is None else statistics
    scaled = [
        (part - mean) / spread / np.float32(np.sqrt(part.shape[1]))
        for part, (mean, spread) in zip(parts, of, strict=True)
    ]
    unit_Pd: FloatRows = normalize(np.hstack(scaled))
    return unit_Pd


def statistics_of(described: Sequence[Described]) -> Statistics:
    """Mean and spread of each column; the spread of one that is constant is infinite."""
    found: Statistics = []
    for part in _parts(described):
        mean = part.mean(axis=0)
        spread = (part - mean).std(axis=0)
        spread[spread < np.finfo(np.float32).eps] = np.inf
        found.append((mean, spread))
    return found


def _parts(described: Sequence[Described]) -> tuple[FloatRows, FloatRows]:
    gradients, colours = zip(*described, strict=True)
    return np.stack(gradients), np.stack(colours)
