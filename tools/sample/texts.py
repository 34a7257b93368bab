"""The shop's records of its items, in the format of Amazon's metadata of 2018."""

from numpy.random import Generator

from tools.sample.records import Record
from tools.sample.rooms import ROOMS, Room
from tools.sample.words import BRANDS, MOODS, SHOP_TALK, SIZES


def pick(choices: tuple[str, ...], rng: Generator) -> str:
    """One of the choices, drawn uniformly."""
    return choices[int(rng.integers(len(choices)))]


def pick_some(choices: tuple[str, ...], fewest: int, most: int, rng: Generator) -> list[str]:
    """Between `fewest` and `most` different choices, in a random order."""
    count = int(rng.integers(fewest, most + 1))
    return [choices[n] for n in rng.permutation(len(choices))[:count]]


def escaped(text: str) -> str:
    """The text with the HTML entities of the real files."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#39;")


def _title(brand: str, product: str, rng: Generator) -> str:
    words = f"{brand} {pick(MOODS, rng)} {product}"
    return f"{words}, {pick(SIZES, rng)}" if rng.random() < 0.5 else words


def _description(room: Room, product: str, rng: Generator) -> list[str]:
    copy = [room.products[product], *pick_some(room.sentences, 0, 1, rng)]
    talk = pick_some(SHOP_TALK, 1, 2, rng)
    return [escaped(" ".join(copy)), escaped(" ".join(talk))]


def _price(rng: Generator) -> str:
    return f"${int(rng.integers(4, 90))}.{pick(('00', '50', '95', '99'), rng)}"


def metadata_record(asin: str, room: int, product: str, rng: Generator) -> Record:
    """One complete record of an item that is written in the words of `ROOMS[room]`."""
    words, brand = ROOMS[room], pick(BRANDS, rng)
    picture = f"https://pictures.example.org/{asin}"
    return {
        "category": [escaped("Home & Outdoor"), escaped(words.shelf)],
        "tech1": "",
        "description": _description(words, product, rng),
        "fit": "",
        "title": escaped(_title(brand, product, rng)),
        "also_buy": [],
        "tech2": "",
        "brand": escaped(brand),
        "feature": [escaped(line) for line in pick_some(SHOP_TALK, 0, 2, rng)],
        "rank": f"{int(rng.integers(1_000, 999_999)):,} in Home & Outdoor (",
        "also_view": [],
        "details": {"Shipping Weight:": f"{int(rng.integers(2, 80)) / 10} pounds", "ASIN:": asin},
        "main_cat": escaped("Home & Outdoor"),
        "similar_item": "",
        "date": "",
        "price": _price(rng),
        "asin": asin,
        "imageURL": [f"{picture}._SS40_.png"],
        "imageURLHighRes": [f"{picture}.png"],
    }
