"""The whole made-up catalogue from one seed.

Shapes: N interactions.
"""

import numpy as np
from numpy.random import Generator

from tools.sample.pictures import LOOKS, draw_picture
from tools.sample.recipe import Recipe
from tools.sample.records import Catalogue, Picture, Record
from tools.sample.reviews import review_record
from tools.sample.rooms import ROOMS
from tools.sample.tastes import Integers, draw_interactions, draw_styles
from tools.sample.texts import metadata_record, pick
from tools.sample.warts import Warts, blemish
from tools.sample.words import REVIEWERS

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def draw_ids(prefix: str, length: int, count: int, rng: Generator) -> list[str]:
    """`count` different ids: the prefix and `length` digits or capital letters."""
    number_N = rng.choice(len(DIGITS) ** length, size=count, replace=False)
    digit_NL = number_N[:, None] // len(DIGITS) ** np.arange(length) % len(DIGITS)
    return [prefix + "".join(DIGITS[digit] for digit in row) for row in digit_NL]


def draw_pictures(
    asins: list[str], looks: Integers, recipe: Recipe, rng: Generator
) -> dict[str, Picture]:
    """A picture for each item, of its own look or, for a few, of any."""
    wrong_I = rng.random(len(asins)) < recipe.wrong_picture
    shown_I = np.where(wrong_I, rng.integers(len(LOOKS), size=len(asins)), looks[: len(asins)])
    return {
        asin: draw_picture(LOOKS[look], recipe.picture_size, rng)
        for asin, look in zip(asins, shown_I, strict=True)
    }


def write_reviews(
    pairs_N2: Integers, asins: list[str], products: list[str], rng: Generator
) -> list[Record]:
    """A review for each (user, item) pair; a user keeps one display name."""
    users = int(pairs_N2[:, 0].max()) + 1
    ids = draw_ids("A", 10, users, rng)
    names = [pick(REVIEWERS, rng) for _ in range(users)]
    return [
        review_record(ids[user], names[user], asins[item], products[item], rng)
        for user, item in pairs_N2
    ]


def as_filed(reviews: list[Record]) -> list[Record]:
    """Sorted by item, the latest review first, as in the real files."""
    return sorted(reviews, key=lambda r: (r["asin"], -r["unixReviewTime"], r["reviewerID"]))


def draw_catalogue(recipe: Recipe, rngs: list[Generator]) -> Catalogue:
    """A catalogue without defects; `rngs` are the streams of tastes, texts, pictures, reviews."""
    tastes_rng, texts_rng, pictures_rng, reviews_rng = rngs
    asins = draw_ids("B0", 8, recipe.sold + recipe.unsold, texts_rng)
    styles = draw_styles(len(asins), len(ROOMS), len(LOOKS), tastes_rng)
    pairs_N2 = draw_interactions(recipe, styles.first(recipe.sold), tastes_rng)
    products = [pick(tuple(ROOMS[room].products), texts_rng) for room in styles.rooms]
    return Catalogue(
        reviews=write_reviews(pairs_N2, asins, products, reviews_rng),
        metadata=[
            metadata_record(asin, int(room), product, texts_rng)
            for asin, room, product in zip(asins, styles.rooms, products, strict=True)
        ],
        pictures=draw_pictures(asins[: recipe.sold], styles.looks, recipe, pictures_rng),
    )


def make_catalogue(
    seed: int, recipe: Recipe | None = None, warts: Warts | None = None
) -> Catalogue:
    """The catalogue of a seed, with its defects; each part has its own stream of random numbers."""
    rngs = [np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(5)]
    clean = draw_catalogue(recipe or Recipe(), rngs[:4])
    spoilt = blemish(clean, warts or Warts(), rngs[4])
    return Catalogue(as_filed(spoilt.reviews), spoilt.metadata, spoilt.pictures)
