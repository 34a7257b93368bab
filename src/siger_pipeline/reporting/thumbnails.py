"""Small pictures of items, as data URIs within a page."""

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from PIL import Image, ImageOps

from siger_pipeline.errors import InputError

SIZE = 72  # pixels a side
QUALITY = 70  # of JPEG


def thumbnails(
    items: Iterable[str], pictures: Mapping[str, Callable[[], Image.Image]]
) -> dict[str, str]:
    """Item -> its picture as a data URI (JPEG, 72 × 72 on white), of those that have one to read.

    Args:
        items: ids as in the source.
        pictures: id -> a function that opens the picture.
    """
    made = {}
    for item in sorted(set(items) & set(pictures)):
        # One that cannot be read counts as no picture, as in the features, whose remarks name it.
        with suppress(InputError):
            made[item] = data_uri(pictures[item]())
    return made


def data_uri(picture: Image.Image) -> str:
    """The picture, brought to 72 × 72 pixels whole, on white, as `data:image/jpeg;base64,…`."""
    if picture.mode != "RGB":
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
        picture = opaque.convert("RGB")
    small = ImageOps.pad(picture, (SIZE, SIZE), color="white")
    packed = io.BytesIO()
    small.save(packed, "JPEG", quality=QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(packed.getvalue()).decode()}"
