"""One picture's file as pixels: upright, in RGB, on a white page.

Damage to what is not pixels (EXIF, colour profiles, texts) does not matter. Memory is bounded by
MAX_PIXELS: at most 8 bytes a pixel are in memory at once, besides what a decoder needs.
"""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_formats import HEAD, formats, other_content, without_metadata

if TYPE_CHECKING:
    import fsspec
    from PIL import Image

MAX_PIXELS = 100_000_000  # of a picture; 10,000 × 10,000 is the largest that shops accept
STRIP = 256  # rows that are converted at once
OPAQUE = {"1", "L"}  # modes that turn into RGB whole, unless a colour is transparent
RANGES = (1, 255, 65_535)  # where the values of pictures in whole numbers or floats may end
MESSAGE = 100  # characters of a decoder's own message


class TooLargeError(Exception):
    """A picture has more pixels than MAX_PIXELS."""


def open_picture(filesystem: fsspec.AbstractFileSystem, path: str) -> Image.Image:
    """The first frame of the picture in a file: RGB, upright, transparent parts white.

    Raises:
        DataFileError: the file is not a picture that can be read; the message names it.
    """
    head = b""
    try:
        # Damaged metadata does not matter, and too many pixels are refused below: no warnings.
        with warnings.catch_warnings(), filesystem.open(path, "rb") as handle:
            warnings.simplefilter("ignore")
            head = handle.read(HEAD)
            return to_rgb(upright(_decoded(handle)))
    except Exception as error:
        text = f"The picture {printable(path)} cannot be read: {_why(error, head)}."
        raise DataFileError(text) from error


def measured(content: bytes) -> tuple[str, int, int]:
    """Format, width and height of a picture that can be read whole.

    Raises:
        DataFileError: it cannot; the message is the reason alone, such as "it holds an HTML page".
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _decoded(io.BytesIO(content))
    except Exception as error:
        raise DataFileError(_why(error, content[:HEAD])) from error
    return str(picture.format), picture.width, picture.height


def printable(name: str) -> str:
    """A file's name with \\x… for bytes that are not UTF-8, which no console could show."""
    return name.encode("utf-8", "backslashreplace").decode()


def to_rgb(picture: Image.Image) -> Image.Image:
    """The picture in three colours of 8 bits, on a white page.

    16-bit greys lose their lower half. Whole numbers and floats have no stated range: the smallest
    of 0 … 1, 0 … 255 and 0 … 65,535 that holds all values of the picture is taken for it.
    """
    from PIL import Image

    opaque = "transparency" not in picture.info
    if picture.mode == "RGB" and opaque:
        return picture
    if picture.mode in OPAQUE and opaque:
        return picture.convert("RGB")
    top = _top(picture) if picture.mode in ("I", "F") else 0
    page = Image.new("RGB", picture.size, "white")
    for row in range(0, picture.height, STRIP):
        box = (0, row, picture.width, min(row + STRIP, picture.height))
        page.paste(_strip_on_white(picture.crop(box), top), box)
    return page


def upright(picture: Image.Image) -> Image.Image:
    """The picture turned by its EXIF data or XMP; as it is where they cannot be read."""
    from PIL import ExifTags, Image

    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    turn = None
    with suppress(Exception):
        # A picture of a file would look for its metadata there again.
        tags = Image.new("1", (1, 1))
        tags.info = picture.info
        turn = turns.get(tags.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _decoded(handle: IO[bytes]) -> Image.Image:
    handle.seek(0)
    try:
        return _loaded(handle)
    except TooLargeError:
        raise
    except Exception:
        handle.seek(0)
        pixels = io.BytesIO(without_metadata(handle.read()))
        return _loaded(pixels, exif=False)


def _loaded(handle: IO[bytes], exif: bool = True) -> Image.Image:
    from PIL import Image

    with Image.open(handle, formats=formats()) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise TooLargeError
        if not exif:  # which TIFF reads once the pixels are there
            picture.getexif = Image.Exif  # type: ignore[method-assign]
        picture.load()
        return picture


def _strip_on_white(strip: Image.Image, top: float) -> Image.Image:
    import numpy as np
    from PIL import Image

    if strip.mode.startswith("I;16"):
        # Pillow cuts 16-bit greys off at 255 instead of scaling them.
        return Image.fromarray((np.asarray(strip) >> 8).astype(np.uint8)).convert("RGB")
    if top:
        values = np.nan_to_num(np.asarray(strip, np.float64), posinf=top)
        return Image.fromarray((values.clip(0, top) * 255 / top).astype(np.uint8)).convert("RGB")
    shown = strip.convert("RGBA")
    page = Image.new("RGBA", shown.size, "white")
    return Image.alpha_composite(page, shown).convert("RGB")


def _top(picture: Image.Image) -> float:
    """Where the range of a picture of whole numbers or floats ends."""
    import numpy as np

    values = np.asarray(picture)
    high = float(values.max(initial=0, where=np.isfinite(values)))
    return next((top for top in RANGES if high <= top), high)


def _why(error: Exception, head: bytes) -> str:
    """Why a file cannot be read as a picture, in words."""
    from PIL import Image, UnidentifiedImageError

    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if not head:
        return "it is empty (0 bytes)"
    if content := other_content(head):
        return f"it holds {content}"
    if isinstance(error, TooLargeError | Image.DecompressionBombError):
        return f"it has more than {MAX_PIXELS:,} pixels: save it smaller"
    if isinstance(error, UnidentifiedImageError):
        return "its content is not a picture, or its beginning is damaged"
    message = " ".join(str(error).split()).rstrip(".")[:MESSAGE]
    own_words = f" ({message})" if message and "<" not in message else ""
    return f"it is damaged or cut off{own_words}"
