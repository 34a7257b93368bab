"""Folders of pictures."""

import base64
import io
import pickle
from pathlib import Path

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
    assert pickle.loads(pickle.dumps(pictures))["B.002"]().getpixel((0, 0)) == 7


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
    with pytest.raises(DataFileError, match="two pictures of item B001"):
        PicturesDataset(filepath=tmp_path).load()


def test_preview_is_a_sheet_of_the_first(tmp_path: Path) -> None:
    for number, colour in enumerate(["red"] + ["blue"] * 19):
        Image.new("RGB", (9, 9), colour).save(tmp_path / f"B{number:02}.png")
    sheet = Image.open(io.BytesIO(base64.b64decode(PicturesDataset(filepath=tmp_path).preview())))
    assert sheet.size == (512, 512)
    assert sheet.getpixel((64, 64)) == (255, 0, 0)
    assert sheet.getpixel((448, 448)) == (0, 0, 255)
