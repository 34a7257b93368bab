"""The tracked files are what the generator makes, and as small as they should be."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from tools.sample.__main__ import SEED, main, write_lines
from tools.sample.catalogue import make_catalogue
from tools.sample.records import Catalogue, Record

TRACKED = Path(__file__).parents[3] / "data" / "01_raw" / "sample"
MIB = 2**20


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(SEED)


def lines(path: Path) -> list[Record]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_tracked_reviews_are_those_of_the_generator(catalogue: Catalogue) -> None:
    assert lines(TRACKED / "reviews.json.gz") == catalogue.reviews


def test_tracked_metadata_are_those_of_the_generator(catalogue: Catalogue) -> None:
    assert lines(TRACKED / "metadata.json.gz") == catalogue.metadata


def test_tracked_pictures_are_those_of_the_generator(catalogue: Catalogue) -> None:
    paths = {path.stem: path for path in (TRACKED / "images").iterdir()}
    assert paths.keys() == catalogue.pictures.keys()
    for asin, pixels in catalogue.pictures.items():
        with Image.open(paths[asin]) as picture:
            np.testing.assert_array_equal(np.asarray(picture), pixels)


def test_tracked_files_are_small() -> None:
    sizes = [len(data) for data in contents(TRACKED).values()]
    assert max(sizes) < 0.5 * MIB
    assert sum(sizes) < 0.5 * MIB


def test_gzip_headers_hold_neither_name_nor_time(tmp_path: Path) -> None:
    write_lines(tmp_path / "written.json.gz", [{"asin": "B000000001"}])
    for path in (*TRACKED.glob("*.gz"), tmp_path / "written.json.gz"):
        header = path.read_bytes()[:10]
        assert header[3] == 0, f"{path.name} has optional header fields"
        assert header[4:8] == bytes(4), f"{path.name} has a time"


def test_same_seed_same_bytes_and_another_seed_another_shop(tmp_path: Path) -> None:
    for name, seed in (("one", "3"), ("again", "3"), ("other", "4")):
        result = CliRunner().invoke(main, [str(tmp_path / name), "--seed", seed])
        assert result.exit_code == 0, result.output
    assert contents(tmp_path / "one") == contents(tmp_path / "again")
    one, other = contents(tmp_path / "one"), contents(tmp_path / "other")
    assert one["reviews.json.gz"] != other["reviews.json.gz"]
    assert one.keys() != other.keys()


def test_pictures_of_another_catalogue_are_not_mixed_in(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "B0SOMEWHERE.png").touch()
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 1
    assert "B0SOMEWHERE.png" in result.output
    assert not (tmp_path / "reviews.json.gz").exists()
