"""Picture features: gradients and colours. Shapes: I items, P with a picture, d dimensions."""

from collections.abc import Callable, Mapping

import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray
from PIL import Image, ImageOps

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import Features, index_frame, with_missing
from siger_pipeline.features.config import PictureConfig

Pictures = Mapping[str, Callable[[], Image.Image]]


def extract(item_index: Table, config: PictureConfig, images: Pictures) -> Features:
    """Features of the items' pictures; see `picture_features`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        images: item to a function that opens its picture.
    """
    return picture_features(index_frame(item_index)[Columns.ITEM].tolist(), images, config)


def picture_features(items: list[str], images: Pictures, config: PictureConfig) -> Features:
    """Histograms of oriented gradients (Dalal and Triggs 2005) beside a histogram of colours.

    Each of the two is standardised over the pictures, column by column, and divided by the root of
    its length, so that both weigh the same; then a row is scaled to unit length. One picture is
    held at a time.

    Args:
        items: row n for item n.
        images: item to a function that opens its picture; others than these items are ignored.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a picture, whose rows are zero.

    Raises:
        InputError: no item has a picture; or as the function raises that opens one.
    """
    seen = [n for n, item in enumerate(items) if item in images]
    if not seen:
        raise InputError(
            f"None of the {len(images)} pictures belongs to one of the {len(items)} items: a"
            f" picture's file is named after its item, such as {items[0]}.jpg."
        )
    described = (describe(images[items[n]](), config) for n in seen)
    gradients, colours = zip(*described, strict=True)
    parts_Pd = np.hstack([_standardised(np.stack(part)) for part in (gradients, colours)])
    features_Id = np.zeros((len(items), parts_Pd.shape[1]), dtype=np.float32)
    features_Id[seen] = _unit_rows(parts_Pd)
    return with_missing(features_Id)


def describe(
    picture: Image.Image, config: PictureConfig
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The gradients and the colours of one picture.

    Args:
        picture: of any mode and size; brought to a square, transparent parts to white.
        config: parameters.

    Returns:
        HOG in blocks of 2 × 2 cells; the roots of the shares of `colours`³ boxes of RGB space.
    """
    from skimage.feature import hog

    square = to_rgb(picture).resize((config.size, config.size), Image.Resampling.BILINEAR)
    pixels = np.asarray(square)
    gradients = hog(
        pixels,
        orientations=config.orientations,
        pixels_per_cell=(config.cell, config.cell),
        cells_per_block=(2, 2),
        channel_axis=-1,
    )
    boxes = pixels.reshape(-1, 3).astype(np.int64) * config.colours // 256
    numbers = np.ravel_multi_index(tuple(boxes.T), (config.colours,) * 3)
    shares = np.bincount(numbers, minlength=config.colours**3) / len(boxes)
    return gradients.astype(np.float32), np.sqrt(shares).astype(np.float32)


def to_rgb(picture: Image.Image) -> Image.Image:
    """The picture as shown on a white page: upright, in three colours of 8 bits."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16"):
        # Pillow cuts 16-bit greys off at 255 instead of scaling them.
        upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
    shown = upright.convert("RGBA")
    page = Image.new("RGBA", shown.size, "white")
    return Image.alpha_composite(page, shown).convert("RGB")


def _standardised(part_Pd: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = part_Pd - part_Pd.mean(axis=0)
    spread = centred.std(axis=0)
    spread[spread < np.finfo(np.float32).eps] = np.inf
    return centred / spread / np.float32(np.sqrt(part_Pd.shape[1]))


def _unit_rows(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    from sklearn.preprocessing import normalize

    unit: NDArray[np.float32] = normalize(matrix)
    return unit
