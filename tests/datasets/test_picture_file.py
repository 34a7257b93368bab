"""Files of pictures: whatever they hold, a picture or a sentence."""

import io
import random
import re
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_file import MAX_PIXELS, open_picture, to_rgb
from siger_pipeline.datasets.picture_formats import endings

RED = (200, 30, 30)
LOCAL = fsspec.filesystem("file")


def opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return open_picture(LOCAL, str(path))


def sentence(path: Path) -> str:
    with pytest.raises(DataFileError) as error:
        opened(path)
    told = str(error.value)
    assert told.startswith(f"The picture {path} cannot be read: "), told
    assert not re.search(r"<|object at|0x", told), told
    return told.partition("cannot be read: ")[2]


def small() -> Image.Image:
    draw = np.random.default_rng(0)
    return Image.fromarray(draw.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize((48, 40))


def grey16(value: int) -> Image.Image:
    return Image.fromarray(np.full((4, 4), value, dtype=np.uint16))


def numbers(kind: Any, *values: float) -> Image.Image:
    return Image.fromarray(np.resize(np.array(values, dtype=kind), (4, 4)))


@pytest.mark.parametrize(
    ("picture", "pixel"),
    [
        (Image.new("RGB", (4, 4), RED), RED),
        (Image.new("L", (4, 4), 90), (90, 90, 90)),
        (Image.new("1", (4, 4), 1), (255, 255, 255)),
        (grey16(40000), (156, 156, 156)),
        (numbers(np.int32, 90), (90, 90, 90)),
        (numbers(np.int32, 40000), (155, 155, 155)),
        (numbers(np.int32, 10**6), (255, 255, 255)),
        (numbers(np.float32, 0.5), (127, 127, 127)),
        (numbers(np.float32, 90.0, np.nan, np.inf, -1), (90, 90, 90)),
        (Image.new("RGB", (4, 4), RED).convert("P", palette=Image.Palette.ADAPTIVE), RED),
        (Image.new("RGBA", (4, 4), (*RED, 0)), (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (*RED, 255)), RED),
        (Image.new("LA", (4, 4), (90, 0)), (255, 255, 255)),
        (Image.new("CMYK", (4, 4), (0, 0, 0, 255)), (0, 0, 0)),
        (Image.new("YCbCr", (4, 4), (90, 128, 128)), (90, 90, 90)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_every_mode_is_shown_on_white(picture: Image.Image, pixel: tuple[int, int, int]) -> None:
    shown = to_rgb(picture)
    assert shown.mode == "RGB"
    np.testing.assert_allclose(np.asarray(shown)[0, 0], pixel, atol=1)


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK"])
def test_strips_give_what_the_whole_picture_gives(mode: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 30, 4), dtype=np.uint8)
    picture = (
        Image.fromarray(noise).convert(mode) if mode != "CMYK" else Image.fromarray(noise, "CMYK")
    )
    whole = picture.convert("RGBA")
    expected = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")
    assert to_rgb(picture).tobytes() == expected.tobytes()


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
def test_a_turned_picture_is_set_upright(tmp_path: Path, turn: int, ending: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / f"a.{ending}"
    small().save(path, exif=exif)
    with Image.open(path) as picture:
        expected = ImageOps.exif_transpose(picture.copy()).convert("RGB")
    assert opened(path).tobytes() == expected.tobytes()
    assert opened(path).size == ((40, 48) if turn > 4 else (48, 40))


def test_only_the_first_frame_counts(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (9, 9), RED), Image.new("RGB", (9, 9), "blue")]
    for ending in ("gif", "webp", "png", "tif"):
        path = tmp_path / f"a.{ending}"
        extra = {"lossless": True} if ending == "webp" else {}
        frames[0].save(path, save_all=True, append_images=frames[1:], **extra)
        assert opened(path).getpixel((4, 4)) == RED, ending


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.jpg", b"", "it is empty"),
        ("a.jpg", b"<!DOCTYPE html><title>404</title>", "an HTML page"),
        ("a.png", b"\xef\xbb\xbf\n <HTML>", "an HTML page"),
        ("a.jpg", b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC.*save it as JPEG or PNG"),
        ("a.png", b"%PDF-1.7", "a PDF"),
        ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript"),
        ("a.jpg", b"\x89HDF\r\n\x1a\n" + bytes(60), "not a picture"),
        ("a.jpg", b"PK\x03\x04....", "a ZIP"),
        ("a.webp", b"no picture", "not a picture"),
        ("a.jpg", b"{}", "JSON"),
        ("a.jpg", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_what_is_no_picture_is_said(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert re.search(words, sentence(tmp_path / name))


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "webp", "tif", "bmp"])
def test_a_cut_off_file_is_said_and_another_ending_does_not_matter(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"a.{ending}"
    small().save(path)
    content = path.read_bytes()
    (tmp_path / "named.jpg").write_bytes(content)
    assert opened(tmp_path / "named.jpg").size == (48, 40)
    path.write_bytes(content[: len(content) // 2])
    assert sentence(path)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    assert "directory" in sentence(tmp_path / "folder.jpg")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert "No such file" in sentence(tmp_path / "link.jpg")


def with_metadata() -> dict[str, bytes]:
    """Small pictures by their ending, with all that may stand in them besides pixels."""
    exif = Image.Exif()
    exif[0x010E], exif[0x8769] = "a description", {0x9003: "2020:01:01 00:00:00"}
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="1"/></x:xmpmeta>'
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Title", "a title")
    texts.add_text("Long", "z" * 300, zip=True)
    texts.add_itxt("Titel", "äö", "de", zip=True)
    options: dict[str, dict[str, Any]] = {
        "png": {"exif": exif, "icc_profile": icc, "pnginfo": texts},
        "jpg": {"exif": exif, "icc_profile": icc, "xmp": xmp, "comment": b"a comment"},
        "gif": {"comment": b"a comment"},
        "webp": {"exif": exif, "icc_profile": icc, "xmp": xmp},
        "tif": {"icc_profile": icc, "description": "words", "software": "x" * 20},
        "bmp": {},
    }
    made = {}
    for ending, extra in options.items():
        packed = io.BytesIO()
        small().save(packed, Image.registered_extensions()[f".{ending}"], **extra)
        made[ending] = packed.getvalue()
    return made


FILES = with_metadata()


def spoilt(content: bytes, draw: random.Random, first: int, last: int) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 5])):
        changed[draw.randrange(first, last)] = draw.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("ending", FILES)
def test_spoilt_files_give_a_picture_or_a_sentence(tmp_path: Path, ending: str) -> None:
    draw, path, read = random.Random(7), tmp_path / f"a.{ending}", 0
    for _ in range(80):
        path.write_bytes(spoilt(FILES[ending], draw, 0, len(FILES[ending])))
        try:
            read += opened(path).mode == "RGB"
        except DataFileError:
            assert sentence(path)
    assert read > 2


def metadata_of(ending: str) -> list[tuple[int, int]]:
    """Where what is in the blocks of metadata stands: their contents, not their lengths."""
    content = FILES[ending]
    if ending == "jpg":
        marks = (b"Exif\0\0", b"http://ns.adobe", b"ICC_PROFILE", b"a comment")
        starts = [content.index(mark) for mark in marks]
        lengths = [struct.unpack(">H", content[s - 2 : s])[0] - 2 for s in starts]
        return [(s, s + length) for s, length in zip(starts, lengths, strict=True)]
    if ending == "png":
        starts = [content.index(mark) + 4 for mark in (b"eXIf", b"iCCP", b"tEXt", b"zTXt", b"iTXt")]
        lengths = [struct.unpack(">I", content[s - 8 : s - 4])[0] for s in starts]
        return [(s, s + length + 4) for s, length in zip(starts, lengths, strict=True)]
    return [(content.index(mark) + 8, content.index(mark) + 60) for mark in (b"EXIF", b"XMP ")]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_damaged_metadata_do_not_matter(tmp_path: Path, ending: str) -> None:
    draw, path = random.Random(3), tmp_path / f"a.{ending}"
    path.write_bytes(FILES[ending])
    whole = opened(path).tobytes()
    for first, last in metadata_of(ending):
        for _ in range(12):
            path.write_bytes(spoilt(FILES[ending], draw, first, last))
            result = opened(path)
            assert result.size != (48, 40) or result.tobytes() == whole  # a turn may be spoilt


JUNK = {
    "nothing": b"Exif\0\0",
    "no TIFF": b"Exif\0\0RM\0*\0\0\0\x08",
    "beyond the end": b"Exif\0\0MM\0*\xff\xff\xff\xff",
    "too many tags": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(range(60)),
    "a turn in letters": b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\x02\0\0\0\x04abc\0\0\0\0\0",
    "noise": b"\xff" * 40,
}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_junk_in_place_of_exif_does_not_matter(tmp_path: Path, ending: str, junk: str) -> None:
    path = tmp_path / f"a.{ending}"
    small().save(path, exif=JUNK[junk])
    assert opened(path).size == (48, 40)


def png_of_zeros(path: Path, side: int, bits: int = 1, colour: int = 0) -> None:
    """A PNG of side² pixels, black, written row by row."""
    packer = zlib.compressobj()
    row = bytes(1 + side * bits * (3 if colour else 1) // 8 + 1)
    data = b"".join(packer.compress(row[:-1] if side % 8 == 0 else row) for _ in range(side))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, bits, colour, 0, 0, 0)),
        (
            b"IDAT",
            data + packer.flush(),
        ),
    )
    packed = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (*chunks, (b"IEND", b""))
    ]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))


PEAK = """
import resource, sys, warnings
import fsspec
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_file import open_picture
warnings.simplefilter("error")
local = fsspec.filesystem("file")
open_picture(local, sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    told = open_picture(local, sys.argv[2]).size
except DataFileError as error:
    told = error
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, told)
"""


@pytest.mark.parametrize(
    ("side", "most", "words"),
    [(13_300, 16, "100,000,000 pixels"), (10_000, 600, "(10000, 10000)")],
)
def test_memory_is_bounded(tmp_path: Path, side: int, most: int, words: str) -> None:
    png_of_zeros(tmp_path / "small.png", 8)
    png_of_zeros(tmp_path / "large.png", side)
    files = (str(tmp_path / name) for name in ("small.png", "large.png"))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *files], capture_output=True, text=True, check=True
    )
    mib, _, told = done.stdout.partition(" ")
    assert int(mib) < most, done.stdout
    assert words in told


def test_endings_are_of_pictures_that_can_be_read() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".avif"} <= set(endings())
    never = {
        ".pdf",
        ".eps",
        ".ps",
        ".mpg",
        ".mpeg",
        ".h5",
        ".hdf",
        ".grib",
        ".bufr",
        ".wmf",
        ".emf",
    }
    assert not never & set(endings())


def test_a_name_that_is_not_utf_8_can_be_printed() -> None:
    with pytest.raises(DataFileError, match=r"B\\udce4\.jpg cannot be read: No such file") as error:
        open_picture(LOCAL, "/nowhere/B\udce4.jpg")
    str(error.value).encode("utf-8")


def test_the_limit_is_one_of_shops() -> None:
    assert MAX_PIXELS == 10_000**2
