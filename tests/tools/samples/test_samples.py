"""The tracked samples are what the generator makes, small, and in the published formats."""

import ast
import gzip
import json
from pathlib import Path

import pytest

from tools.samples.__main__ import SEED, make_files
from tools.samples.amazon import DIMENSION
from tools.samples.shop import CORE, FOREIGN_TITLES

TRACKED = Path(__file__).parents[3] / "data" / "01_raw" / "samples"
PIXELS = ".jpg"  # whose bytes depend on the version of the encoder


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make_files(SEED)


def unpacked(name: str, content: bytes) -> bytes:
    return gzip.decompress(content) if name.endswith(".gz") else content


def test_tracked_files_are_those_of_the_generator(files: dict[str, bytes]) -> None:
    tracked = {str(p.relative_to(TRACKED)): p for p in TRACKED.rglob("*") if p.is_file()}
    assert tracked.keys() == files.keys()
    for name, content in files.items():
        if not name.endswith(PIXELS):
            assert unpacked(name, tracked[name].read_bytes()) == unpacked(name, content), name


def test_tracked_files_are_small(files: dict[str, bytes]) -> None:
    assert sum(map(len, files.values())) < 2**20


def test_another_seed_is_another_shop(files: dict[str, bytes]) -> None:
    name = "recbole/home.inter"
    assert make_files(SEED + 1)[name] != files[name]


def test_metadata_of_2014_are_literals_and_not_json(files: dict[str, bytes]) -> None:
    lines = gzip.decompress(files["amazon_2014/meta_Home.json.gz"]).decode("ascii").splitlines()
    titles = {ast.literal_eval(line)["title"] for line in lines}
    assert set(FOREIGN_TITLES) <= titles
    for line in lines:
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(line)


def test_vectors_of_2014_are_records_of_an_asin_and_floats(files: dict[str, bytes]) -> None:
    content = files["amazon_2014/image_features_Home.b"]
    length = 10 + 4 * DIMENSION
    assert len(content) % length == 0
    assert all(content[n : n + 2] == b"B0" for n in range(0, len(content), length))


def test_every_user_and_item_has_five_reviews(files: dict[str, bytes]) -> None:
    lines = gzip.decompress(files["amazon_2014/reviews_Home_5.json.gz"]).splitlines()
    for key in ("reviewerID", "asin"):
        ids = [json.loads(line)[key] for line in lines]
        assert min(ids.count(name) for name in set(ids)) >= CORE
