"""Picture features: gradients and colours. Shapes: I items, P with a picture, d dimensions."""

import logging
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias

import numpy as np
from ibis.expr.types import Table
from numpy.typing import NDArray
from PIL import Image

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import Extracted, index_frame, with_missing
from siger_pipeline.features.config import PictureConfig
from siger_pipeline.remarks import Remark, few, without_features

SHOWN = 10  # files in a message
Pictures = Mapping[str, Callable[[], Image.Image]]
Described: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32]]


def extract(item_index: Table, config: PictureConfig, images: Pictures) -> Extracted:
    """Features of the items' pictures; see `picture_features`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        images: item to a function that opens its picture; `left_out`, where there is such an
            attribute, names the files that are not pictures.
    """
    items = index_frame(item_index)[Columns.ITEM].tolist()
    features, missing, remarks = picture_features(items, images, config)
    left_out = _left_out(items, images, getattr(images, "left_out", []))
    return features, missing, [*remarks, *left_out]


def picture_features(items: list[str], images: Pictures, config: PictureConfig) -> Extracted:
    """Histograms of oriented gradients (Dalal and Triggs 2005) beside a histogram of colours.

    Each of the two is standardised over the pictures, column by column, and divided by the root of
    its length, so that both weigh the same; then a row is scaled to unit length. One picture is
    held at a time.

    Args:
        items: row n for item n.
        images: item to a function that opens its picture, RGB; others than these items are ignored.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a picture that can be read, whose rows are zero; how
        many these are.

    Raises:
        InputError: no item has a picture; more pictures cannot be read than tolerated.
    """
    pictured = [n for n, item in enumerate(items) if item in images]
    if not pictured:
        raise InputError(
            f"None of the {len(images)} pictures belongs to one of the {len(items)} items: a"
            f" picture's file is named after its item, such as {items[0]}.jpg."
        )
    described, bad = _describe_each({n: images[items[n]] for n in pictured}, config)
    _require_few(bad, len(pictured), config)
    gradients, colours = zip(*described.values(), strict=True)
    parts_Pd = np.hstack([_standardised(np.stack(part)) for part in (gradients, colours)])
    features_Id = np.zeros((len(items), parts_Pd.shape[1]), dtype=np.float32)
    features_Id[list(described)] = _unit_rows(parts_Pd)
    features, missing = with_missing(features_Id)
    reasons = {
        "have no picture": len(items) - len(pictured),
        "have a picture that equals the mean of all": int(missing[list(described)].sum()),
        f"have one that cannot be read ({few(bad, SHOWN, '; ')})": len(bad),
    }
    remarks = without_features("picture features", reasons, len(items))
    # A damaged file is never ordinary.
    return features, missing, [Remark(r.text, logging.WARNING) if bad else r for r in remarks]


def _describe_each(
    pictures: Mapping[int, Callable[[], Image.Image]], config: PictureConfig
) -> tuple[dict[int, Described], list[str]]:
    """Number of an item -> gradients and colours; what is wrong with the pictures without."""
    described, bad = {}, []
    for n, opened in pictures.items():
        try:
            described[n] = describe(opened(), config)
        except InputError as error:
            bad.append(str(error).rstrip("."))
    return described, bad


def _require_few(bad: list[str], pictured: int, config: PictureConfig) -> None:
    share = len(bad) / pictured
    if share > config.max_bad_share or len(bad) == pictured:
        raise InputError(
            f"{len(bad):,} of {pictured:,} pictures ({share:.2%}) cannot be read, at most"
            f" {config.max_bad_share:.2%} may be: {few(bad, SHOWN, '; ')}. Replace or remove these"
            " files, or raise features.picture.max_bad_share: their items then have no picture."
        )


def _left_out(items: list[str], images: Pictures, names: list[str]) -> list[Remark]:
    """On the files that are not pictures: a warning where an item has such a file and no other."""
    if not names:
        return []
    wanted = set(items) - set(images)
    of_items = [name for name in names if PurePosixPath(name).stem in wanted]
    text = f"{len(names):,} of the files beside the pictures are not of a kind that is read"
    if not of_items:
        return [Remark(f"{text}: {few(names, SHOWN)}.")]
    advice = f"{len(of_items):,} of them are named after an item without a picture"
    text = f"{text}, and {advice}: {few(of_items, SHOWN)}. Save them as JPEG or PNG."
    return [Remark(text, logging.WARNING)]


def describe(picture: Image.Image, config: PictureConfig) -> Described:
    """The gradients and the colours of one picture.

    Args:
        picture: RGB, of any size; brought to a square.
        config: parameters.

    Returns:
        HOG in blocks of 2 × 2 cells; the roots of the shares of `colours`³ boxes of RGB space.
    """
    from skimage.feature import hog

    square = picture.resize((config.size, config.size), Image.Resampling.BILINEAR)
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


def _standardised(part_Pd: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = part_Pd - part_Pd.mean(axis=0)
    spread = centred.std(axis=0)
    spread[spread < np.finfo(np.float32).eps] = np.inf
    return centred / spread / np.float32(np.sqrt(part_Pd.shape[1]))


def _unit_rows(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    from sklearn.preprocessing import normalize

    unit: NDArray[np.float32] = normalize(matrix)
    return unit
