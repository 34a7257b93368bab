"""Picture features."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_limits

from siger_pipeline.errors import InputError
from siger_pipeline.features.config import PictureConfig
from siger_pipeline.features.visual import describe, picture_features, to_rgb

CONFIG = PictureConfig(size=32, cell=8, orientations=6, colours=2)
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
    features, missing = picture_features(list(PICTURES), PICTURES, CONFIG)
    cosines = features @ features.T
    assert set(cosines[0].argsort()[-2:]) == {0, 1}
    assert cosines[0, 4] < min(cosines[0, 2], cosines[0, 3])
    assert not missing.any()


def test_rows_follow_the_items_and_are_unit_or_missing() -> None:
    items = ["none", "up blue", "up red", "nothing"]
    features, missing = picture_features(items, PICTURES, CONFIG)
    assert features.dtype == np.float32
    assert missing.tolist() == [True, False, False, True]
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), ~missing, atol=1e-6)
    swapped, _ = picture_features(items[::-1], PICTURES, CONFIG)
    np.testing.assert_allclose(swapped, features[::-1], atol=1e-6)


def test_both_descriptors_weigh_the_same() -> None:
    gradients, colours = describe(striped(True, RED), CONFIG)
    assert gradients.shape == (3 * 3 * 2 * 2 * 6,)
    assert colours.shape == (8,)
    features, _ = picture_features(list(PICTURES), PICTURES, CONFIG)
    means = [np.square(part).sum(axis=1).mean() for part in np.split(features, [216], axis=1)]
    assert 0.3 < means[0] / means[1] < 3


def test_colour_shares_are_of_boxes() -> None:
    half = Image.fromarray(np.array([[RED, RED], [BLUE, RED]], dtype=np.uint8))
    config = PictureConfig(size=2, cell=1, orientations=1, colours=2)
    colours = describe(half, config)[1]
    np.testing.assert_allclose(colours[[0b100, 0b001]], np.sqrt([0.75, 0.25]))
    assert np.count_nonzero(colours) == 2


def grey16(value: int) -> Image.Image:
    return Image.fromarray(np.full((4, 4), value, dtype=np.uint16))


@pytest.mark.parametrize(
    ("picture", "pixel"),
    [
        (Image.new("RGB", (4, 4), RED), RED),
        (Image.new("L", (4, 4), 90), (90, 90, 90)),
        (Image.new("1", (4, 4), 1), (255, 255, 255)),
        (grey16(40000), (156, 156, 156)),
        (Image.new("RGB", (4, 4), RED).convert("P", palette=Image.Palette.ADAPTIVE), RED),
        (Image.new("RGBA", (4, 4), (*RED, 0)), (255, 255, 255)),
        (Image.new("RGBA", (4, 4), (*RED, 255)), RED),
        (Image.new("LA", (4, 4), (90, 0)), (255, 255, 255)),
        (Image.new("CMYK", (4, 4), (0, 0, 0, 255)), (0, 0, 0)),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else "",
)
def test_every_mode_is_shown_on_white(picture: Image.Image, pixel: tuple[int, int, int]) -> None:
    shown = to_rgb(picture)
    assert shown.mode == "RGB"
    np.testing.assert_allclose(np.asarray(shown)[0, 0], pixel, atol=1)
    assert np.isfinite(describe(picture, CONFIG)[0]).all()


def test_a_turned_picture_is_set_upright() -> None:
    picture = Image.new("RGB", (2, 6), RED)
    picture.getexif()[0x0112] = 6
    assert to_rgb(picture).size == (6, 2)


@pytest.mark.parametrize("count", [1, 7])
def test_pictures_that_are_all_the_same_tell_nothing(count: int) -> None:
    items = [f"i{n}" for n in range(count)]
    pictures = dict.fromkeys(items, opener(striped(True, RED)))
    features, missing = picture_features(items, pictures, CONFIG)
    assert missing.all()
    assert not features.any()


def test_no_picture_of_any_item_is_an_error() -> None:
    with pytest.raises(InputError, match=r"None of the 5 pictures.*such as B001\.jpg"):
        picture_features(["B001", "B002"], PICTURES, CONFIG)


def test_an_unreadable_picture_ends_the_stage() -> None:
    def broken() -> Image.Image:
        raise InputError("The picture B.jpg cannot be read")

    with pytest.raises(InputError, match=r"B\.jpg cannot be read"):
        picture_features(["up red", "B"], {**PICTURES, "B": broken}, CONFIG)


def test_the_number_of_threads_changes_no_byte() -> None:
    draw = np.random.default_rng(0)
    pictures = {
        str(n): opener(Image.fromarray(draw.integers(0, 256, (40, 48, 3), dtype=np.uint8)))
        for n in range(60)
    }
    with threadpool_limits(1):
        alone, _ = picture_features(list(pictures), pictures, CONFIG)
    with threadpool_limits(2):
        together, _ = picture_features(list(pictures), pictures, CONFIG)
    assert alone.tobytes() == together.tobytes()
