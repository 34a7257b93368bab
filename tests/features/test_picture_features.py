"""Picture features."""

import logging
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_limits

from reporting.made_up import in_duckdb
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractors.picture import Config, extract, picture_features
from siger_pipeline.features.pictures import describe
from siger_pipeline.remarks import Remark

BINS = {"size": 32, "cell": 8, "orientations": 6, "colours": 2}
CONFIG = Config(**BINS, max_bad_share=0.01)
RED, BLUE = (200, 30, 30), (30, 30, 200)


def striped(upright: bool, colour: tuple[int, int, int], phase: int = 0) -> Image.Image:
    y, x = np.indices((40, 48))
    on = ((x if upright else y) + phase) % 8 < 4
    return Image.fromarray(np.where(on[..., None], colour, (250, 250, 250)).astype(np.uint8))


def opener(picture: Image.Image) -> Callable[[], Image.Image]:
    return lambda: picture


PICTURES = {
    "up red": opener(striped(True, RED)),
    "up red, moved": opener(striped(True, RED, phase=1)),
    "across red": opener(striped(False, RED)),
    "up blue": opener(striped(True, BLUE)),
    "across blue": opener(striped(False, BLUE)),
}


def test_likeness_follows_pattern_and_colour() -> None:
    features, missing, _ = picture_features(list(PICTURES), PICTURES, CONFIG)
    cosines = features @ features.T
    assert set(cosines[0].argsort()[-2:]) == {0, 1}
    assert cosines[0, 4] < min(cosines[0, 2], cosines[0, 3])
    assert not missing.any()


def test_rows_follow_the_items_and_are_unit_or_missing() -> None:
    items = ["none", "up blue", "up red", "nothing"]
    features, missing, _ = picture_features(items, PICTURES, CONFIG)
    assert features.dtype == np.float32
    assert missing.tolist() == [True, False, False, True]
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), ~missing, atol=1e-6)
    swapped, _, _ = picture_features(items[::-1], PICTURES, CONFIG)
    np.testing.assert_allclose(swapped, features[::-1], atol=1e-6)


def test_both_descriptors_weigh_the_same() -> None:
    gradients, colours = describe(striped(True, RED), **BINS)
    assert gradients.shape == (3 * 3 * 2 * 2 * 6,)
    assert colours.shape == (8,)
    features, _, _ = picture_features(list(PICTURES), PICTURES, CONFIG)
    means = [np.square(part).sum(axis=1).mean() for part in np.split(features, [216], axis=1)]
    assert 0.3 < means[0] / means[1] < 3


def test_colour_shares_are_of_boxes() -> None:
    half = Image.fromarray(np.array([[RED, RED], [BLUE, RED]], dtype=np.uint8))
    colours = describe(half, size=2, cell=1, orientations=1, colours=2)[1]
    np.testing.assert_allclose(colours[[0b100, 0b001]], np.sqrt([0.75, 0.25]))
    assert np.count_nonzero(colours) == 2


@pytest.mark.parametrize("count", [1, 7])
def test_pictures_that_are_all_the_same_tell_nothing(count: int) -> None:
    items = [f"i{n}" for n in range(count)]
    pictures = dict.fromkeys(items, opener(striped(True, RED)))
    features, missing, _ = picture_features(items, pictures, CONFIG)
    assert missing.all()
    assert not features.any()


def test_no_picture_of_any_item_is_an_error() -> None:
    with pytest.raises(InputError, match=r"None of the 5 pictures.*such as B001\.jpg"):
        picture_features(["B001", "B002"], PICTURES, CONFIG)


def unreadable(name: str) -> Callable[[], Image.Image]:
    def opened() -> Image.Image:
        raise InputError(f"The picture {name}.jpg cannot be read: it is empty (0 bytes).")

    return opened


def shop(bad: int, good: int) -> dict[str, Callable[[], Image.Image]]:
    made = {f"bad{n}": unreadable(f"bad{n}") for n in range(bad)}
    return made | {f"good{n}": opener(striped(n % 2 == 0, RED, n)) for n in range(good)}


def test_too_many_unreadable_pictures_end_the_stage_and_all_are_named() -> None:
    pictures = shop(bad=9, good=1)
    with pytest.raises(InputError) as error:
        picture_features(list(pictures), pictures, CONFIG)
    told = str(error.value)
    assert "9 of 10 pictures (90.00%) cannot be read, at most 1.00% may be" in told
    assert all(f"bad{n}.jpg cannot be read: it is empty (0 bytes);" in told for n in range(8))
    assert "bad8.jpg cannot be read: it is empty (0 bytes). Replace" in told
    assert "features.picture.max_bad_share" in told


def test_of_very_many_unreadable_pictures_the_first_are_named() -> None:
    pictures = shop(bad=25, good=1)
    with pytest.raises(InputError, match=r"25 of 26 pictures.*bad9\.jpg.*; and 15 more\. Replace"):
        picture_features(list(pictures), pictures, CONFIG)


def test_a_tolerated_unreadable_picture_is_a_missing_one() -> None:
    pictures = shop(bad=1, good=4)
    config = CONFIG.model_copy(update={"max_bad_share": 0.25})
    items = [*pictures, "none"]
    features, missing, (remark,) = picture_features(items, pictures, config)
    assert missing.tolist() == [True, False, False, False, False, True]
    assert not features[0].any()
    assert remark == Remark(
        "2 of 6 items (33.33%) have no picture features: 1 have no picture; 1 have one that cannot"
        " be read (The picture bad0.jpg cannot be read: it is empty (0 bytes)).",
        logging.WARNING,
    )
    good, _, _ = picture_features(items[1:], pictures, CONFIG)
    assert good.tobytes() == features[1:].tobytes()


def test_no_readable_picture_is_an_error_whatever_is_tolerated() -> None:
    pictures = shop(bad=2, good=0)
    config = CONFIG.model_copy(update={"max_bad_share": 1.0})
    with pytest.raises(InputError, match="2 of 2 pictures"):
        picture_features(list(pictures), pictures, config)


def test_nothing_is_said_where_nothing_is_missing() -> None:
    pictures = shop(bad=0, good=4)
    assert picture_features(list(pictures), pictures, CONFIG)[2] == []


class Folder(dict[str, Callable[[], Image.Image]]):
    left_out: ClassVar = ["bad0.heic", "notes.txt", "a.pdf", "b.h5", "c.mpg"]


def test_files_that_are_not_pictures_are_counted() -> None:
    folder = Folder(shop(bad=0, good=4))
    index = in_duckdb({"item_id": range(4), "item": list(folder), "row": range(4)})
    (remark,) = extract(index, CONFIG, folder)[2]
    text = "5 of the files beside the pictures are not of a kind that is read"
    names = "bad0.heic, notes.txt, a.pdf, b.h5, c.mpg"
    assert remark == Remark(f"{text}: {names}.")
    index = in_duckdb({"item_id": range(5), "item": [*folder, "bad0"], "row": range(5)})
    remark = extract(index, CONFIG, folder)[2][-1]
    assert remark.level == logging.WARNING
    assert remark.text == (
        f"{text}, and 1 of them are named after an item without a picture: bad0.heic. Save them as"
        " JPEG or PNG."
    )


def test_the_number_of_threads_changes_no_byte() -> None:
    draw = np.random.default_rng(0)
    pictures = {
        str(n): opener(Image.fromarray(draw.integers(0, 256, (40, 48, 3), dtype=np.uint8)))
        for n in range(60)
    }
    with threadpool_limits(1):
        alone, *_ = picture_features(list(pictures), pictures, CONFIG)
    with threadpool_limits(2):
        together, *_ = picture_features(list(pictures), pictures, CONFIG)
    assert alone.tobytes() == together.tobytes()
