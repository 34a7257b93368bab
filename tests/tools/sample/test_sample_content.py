"""Texts show the room, pictures show the look, and neither shows the other."""

import re
from collections import Counter
from html import unescape

import numpy as np
import pytest

from tools.sample.pictures import LOOKS, Look, draw_picture, silhouette
from tools.sample.rooms import ROOMS
from tools.sample.texts import escaped, metadata_record, pick_some
from tools.sample.words import BRANDS, MOODS, SHOP_TALK, SIZES

LOOK_WORDS = re.compile(
    r"\b(stripe|check(er|s\b)|chequer|dot|zigzag|pattern|colour|navy|red\b|green|blue|purple|pink)",
    re.IGNORECASE,
)
SIZE = 40


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_escaping_is_what_unescaping_undoes() -> None:
    text = "Corkle & Finch's 9\" <mug>"
    assert "&amp;" in escaped(text)
    assert unescape(escaped(text)) == text


@pytest.mark.parametrize("room", range(len(ROOMS)))
def test_a_record_is_written_in_the_words_of_its_room(room: int) -> None:
    product = next(iter(ROOMS[room].products))
    record = metadata_record("B000000001", room, product, rng())
    assert product in record["title"]
    assert escaped(ROOMS[room].products[product]) in record["description"][0]
    assert record["category"][-1] == escaped(ROOMS[room].shelf)


def test_no_sentence_and_no_product_is_said_in_two_rooms() -> None:
    said = [s for room in ROOMS for s in (*room.sentences, *room.products.values())]
    products = [product for room in ROOMS for product in room.products]
    assert len(set(said)) == len(said)
    assert len(set(products)) == len(products)


def test_texts_are_silent_about_looks() -> None:
    texts = [s for room in ROOMS for s in (*room.products, *room.products.values())]
    texts += [s for room in ROOMS for s in (room.shelf, *room.sentences)]
    texts += [*BRANDS, *MOODS, *SIZES, *SHOP_TALK]
    assert [text for text in texts if LOOK_WORDS.search(text)] == []


def test_picks_are_different_and_as_many_as_told() -> None:
    generator = rng()
    counts = set()
    for _ in range(50):
        picks = pick_some(SHOP_TALK, 1, 3, generator)
        assert len(set(picks)) == len(picks)
        counts.add(len(picks))
    assert counts == {1, 2, 3}


@pytest.mark.parametrize("look", LOOKS)
def test_a_picture_has_wall_ink_and_ground(look: Look) -> None:
    picture = draw_picture(look, SIZE, rng())
    assert picture.shape == (SIZE, SIZE, 3)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 3
    np.testing.assert_array_equal(picture, draw_picture(look, SIZE, rng()))


@pytest.mark.parametrize("kind", range(3))
def test_a_silhouette_grows_with_its_reach(kind: int) -> None:
    small, large = (silhouette(kind, SIZE, reach) for reach in (10, 15))
    assert small.any()
    assert (small <= large).all()
    assert small.sum() < large.sum() < SIZE**2


def test_no_pattern_and_no_colour_belongs_to_one_look_alone() -> None:
    assert min(Counter(look.pattern for look in LOOKS).values()) >= 2
    assert min(Counter(look.ink for look in LOOKS).values()) >= 2
    assert len({(look.pattern, look.ink) for look in LOOKS}) == len(LOOKS)


def test_a_look_is_recognised_by_pattern_and_colour_together() -> None:
    """Nearest neighbour by colour shares and edge directions: far above chance (1 in 12)."""
    looks = np.repeat(np.arange(len(LOOKS)), 12)
    generator = rng(5)
    shown = [draw_picture(LOOKS[look], SIZE, generator).astype(float) for look in looks]
    traits = np.stack([_traits(picture) for picture in shown])
    standardised = (traits - traits.mean(axis=0)) / (traits.std(axis=0) + 1e-9)
    distances = ((standardised[:, None] - standardised[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (looks[distances.argmin(axis=1)] == looks).mean() > 0.5


def _traits(picture: np.ndarray) -> np.ndarray:
    grey = picture.mean(axis=2)
    down, right = np.gradient(grey)
    directions = np.histogram(
        np.arctan2(down, right) % np.pi, bins=8, range=(0, np.pi), weights=np.hypot(down, right)
    )[0]
    middle = picture[12:28, 12:28].reshape(-1, 3)
    return np.concatenate([directions / directions.sum(), middle.mean(axis=0) / 255])
