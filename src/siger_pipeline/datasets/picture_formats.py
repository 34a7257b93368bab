"""What counts as a picture, by the file's ending and by its first bytes."""

from __future__ import annotations

import struct
from functools import cache

# Formats that Pillow knows by name and does not decode by itself, or that are no pictures.
NOT_PICTURES = {"BUFR", "EPS", "GRIB", "HDF5", "IPTC", "MPEG", "PALM", "PDF", "WMF"}
HEAD = 64  # bytes that tell what a file holds
OTHER_CONTENT = {
    b"<!doctype html": "an HTML page, perhaps the message of a failed download",
    b"<html": "an HTML page, perhaps the message of a failed download",
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML document",
    b"%pdf": "a PDF document",
    b"%!ps": "a PostScript document",
    b"pk\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"{": "JSON text",
    b"version https://git-lfs": "a pointer of Git LFS, not the file: `git lfs pull` fetches it",
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_PIXELS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
JPEG_START, JPEG_SCAN, JPEG_COMMENT = b"\xff\xd8", 0xDA, 0xFE
JPEG_METADATA = {*range(0xE1, 0xEE), 0xEF, JPEG_COMMENT}  # APP14 holds how colours are stored


@cache
def endings() -> dict[str, str]:
    """Endings of picture files, in small letters with the dot -> Pillow's name of the format."""
    from PIL import Image

    registered = Image.registered_extensions()
    readable = {*Image.OPEN, "MPO"} - NOT_PICTURES  # MPO is opened as the JPEG that it begins with
    return {ending: name for ending, name in registered.items() if name in readable}


@cache
def formats() -> tuple[str, ...]:
    """The formats that a file is tried as, whatever its ending."""
    from PIL import Image

    known = set(endings().values())
    return tuple(name for name in Image.ID if name in known)


def other_content(head: bytes) -> str | None:
    """What a file that is no picture holds, in words; None where its first bytes are not known."""
    if head[4:8] == b"ftyp":
        heic = head[8:12] in HEIC_BRANDS
        return "a HEIC picture, which cannot be read: save it as JPEG or PNG" if heic else None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((words for mark, words in OTHER_CONTENT.items() if start.startswith(mark)), None)


def without_metadata(content: bytes) -> bytes:
    """A PNG or JPEG without what does not belong to its pixels; other content as it is."""
    if content.startswith(PNG_START):
        return _png_pixels(content)
    if content.startswith(JPEG_START):
        return _jpeg_pixels(content)
    return content


def _png_pixels(content: bytes) -> bytes:
    parts, offset = [PNG_START], len(PNG_START)
    while offset + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, offset)
        end = offset + 12 + length
        if content[offset + 4 : offset + 8] in PNG_PIXELS:
            parts.append(content[offset:end])
        offset = end
    return b"".join(parts)


def _jpeg_pixels(content: bytes) -> bytes:
    parts, offset = [JPEG_START], len(JPEG_START)
    while (
        offset + 4 <= len(content) and content[offset] == 0xFF and content[offset + 1] != JPEG_SCAN
    ):
        end = offset + 2 + struct.unpack_from(">H", content, offset + 2)[0]
        if content[offset + 1] not in JPEG_METADATA:
            parts.append(content[offset:end])
        offset = end
    return b"".join([*parts, content[offset:]])
