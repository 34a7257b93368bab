"""Folders of pictures."""

import base64
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.pictures import PicturesDataset


def test_one_function_an_item(tmp_path: Path) -> None:
    Image.new("RGB", (4, 3), "red").save(tmp_path / "B001.jpg")
    Image.new("L", (2, 2), 7).save(tmp_path / "B.002.PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".gitkeep").touch()
    pictures = PicturesDataset(filepath=tmp_path).load()
    assert list(pictures) == ["B.002", "B001"]
    assert pictures["B001"]().size == (4, 3)
    assert pickle.loads(pickle.dumps(pictures))["B.002"]().getpixel((0, 0)) == (7, 7, 7)


def test_files_of_other_kinds_are_left_out_and_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "B.JPEG", "c.PnG"):
        Image.new("RGB", (4, 3), "red").save(tmp_path / name)
    other = ["d.pdf", "e.eps", "f.mpg", "g.h5", "h.grib", "i.bufr", "j.wmf", "k.heic", "l", "m.txt"]
    for name in [*other, ".DS_Store"]:
        (tmp_path / name).write_bytes(b"%PDF-1.7")
    pictures = PicturesDataset(filepath=tmp_path).load()
    assert set(pictures) == {"a", "B", "c"}
    assert pictures.left_out == other
    for name in ("a.jpg", "B.JPEG", "c.PnG"):
        (tmp_path / name).unlink()
    with pytest.raises(DataFileError, match=r"has no pictures.*d\.pdf, e\.eps, f\.mpg and 7 more"):
        PicturesDataset(filepath=tmp_path).load()


@pytest.mark.parametrize(
    "item", ["B.001.x", "a b", "ü", "[x]*?", "100%", "#1", "~", "a::b", "file"]
)
def test_an_item_id_may_hold_any_character(tmp_path: Path, item: str) -> None:
    Image.new("RGB", (4, 3), "red").save(tmp_path / f"{item}.png")
    pictures = PicturesDataset(filepath=tmp_path).load()
    assert list(pictures) == [item]
    assert pictures[item]().size == (4, 3)


def test_unreadable_picture_is_named_when_opened(tmp_path: Path) -> None:
    Image.effect_noise((64, 64), 50).save(tmp_path / "cut.png")
    whole = (tmp_path / "cut.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "fake.jpg").write_text("no picture")
    pictures = PicturesDataset(filepath=tmp_path).load()
    for name, ending in (("cut", "png"), ("fake", "jpg")):
        with pytest.raises(DataFileError, match=rf"picture .*{name}\.{ending} cannot be read"):
            pictures[name]()


def test_missing_or_empty_folder_tells_how_to_get_it(tmp_path: Path) -> None:
    for folder, message in ((tmp_path / "none", "does not exist"), (tmp_path, "has no pictures")):
        with pytest.raises(DataFileError, match=f"{message}.*Fetch the pictures"):
            PicturesDataset(filepath=folder, hint="Fetch the pictures.").load()
    (tmp_path / "file").touch()
    with pytest.raises(DataFileError, match="is a file"):
        PicturesDataset(filepath=tmp_path / "file").load()


def test_two_pictures_of_an_item_are_refused(tmp_path: Path) -> None:
    for ending in ("png", "jpg"):
        Image.new("RGB", (2, 2)).save(tmp_path / f"B001.{ending}")
    with pytest.raises(
        DataFileError, match=r"two pictures of item B001: B001\.jpg, B001\.png\. Keep one\.$"
    ):
        PicturesDataset(filepath=tmp_path).load()
    for name in ("B001.JPG", "B002.gif", "B002.bmp"):
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    with pytest.raises(
        DataFileError,
        match=r"3 pictures of item B001: B001\.JPG, B001\.jpg, B001\.png.*1 more have several",
    ):
        PicturesDataset(filepath=tmp_path).load()


def test_preview_is_a_sheet_of_the_first(tmp_path: Path) -> None:
    for number, colour in enumerate(["red"] + ["blue"] * 19):
        Image.new("RGB", (9, 9), colour).save(tmp_path / f"B{number:02}.png")
    sheet = Image.open(io.BytesIO(base64.b64decode(PicturesDataset(filepath=tmp_path).preview())))
    assert sheet.size == (512, 512)
    assert sheet.getpixel((64, 64)) == (255, 0, 0)
    assert sheet.getpixel((448, 448)) == (0, 0, 255)


def test_preview_leaves_a_bad_picture_white(tmp_path: Path) -> None:
    (tmp_path / "A.png").write_bytes(b"<html>")
    grey16 = Image.fromarray(np.full((9, 9), 40000, dtype=np.uint16))
    grey16.save(tmp_path / "B.png")
    sheet = Image.open(io.BytesIO(base64.b64decode(PicturesDataset(filepath=tmp_path).preview())))
    assert sheet.getpixel((64, 64)) == (255, 255, 255)
    assert sheet.getpixel((192, 64)) == (156, 156, 156)
