"""The defects of real raw files, put into the made-up ones on purpose."""

from dataclasses import dataclass

from numpy.random import Generator

from tools.sample.records import Catalogue, Record
from tools.sample.reviews import opinion, written

JUNK_PRICE = (
    ".a-box-inner{background-color:#fff}#alohaBuyBoxWidget .selected{background-color:#ffc}"
)
ODD_PRICES = (JUNK_PRICE, "$12.99 - $24.50", "$1,250.00", "", "Currently unavailable")
TAGGED = (
    "<p>{0}</p>",
    "<b>From the maker</b><br />{0}",
    '<span class="a-text-bold">{0}</span>',
    "{0}<br><br>",
)
REVIEW_FIELDS_LOST = ("reviewText", "reviewerName", "summary")
METADATA_FIELDS_LOST = ("description", "brand", "price", "feature")


@dataclass(frozen=True)
class Warts:
    """How many records have each defect."""

    without_metadata: int = 2  # items
    without_picture: int = 5  # items
    without_description: int = 12  # an empty list
    lacking_fields: int = 8  # no such key at all
    odd_price: int = 60
    tagged: int = 70  # HTML tags around the description
    duplicate_metadata: int = 5
    duplicate_reviews: int = 30  # the same line twice
    second_reviews: int = 30  # the same user and item, another day and opinion
    reviews_lacking_fields: int = 40


def _drawn(count: int, total: int, rng: Generator) -> list[int]:
    return [int(n) for n in rng.permutation(total)[:count]]


def _without(record: Record, fields: tuple[str, ...]) -> Record:
    return {key: value for key, value in record.items() if key not in fields}


def blemish_metadata(records: list[Record], warts: Warts, rng: Generator) -> list[Record]:
    """The records with odd prices, tags and missing fields, then some of them again."""
    blemished, total = list(records), len(records)
    for turn, n in enumerate(_drawn(warts.odd_price, total, rng)):
        blemished[n] = blemished[n] | {"price": ODD_PRICES[turn % len(ODD_PRICES)]}
    for turn, n in enumerate(_drawn(warts.tagged, total, rng)):
        tagged = [TAGGED[turn % len(TAGGED)].format(text) for text in blemished[n]["description"]]
        blemished[n] = blemished[n] | {"description": tagged}
    for n in _drawn(warts.without_description, total, rng):
        blemished[n] = blemished[n] | {"description": []}
    for n in _drawn(warts.lacking_fields, total, rng):
        blemished[n] = _without(blemished[n], METADATA_FIELDS_LOST)
    return blemished + [blemished[n] for n in _drawn(warts.duplicate_metadata, total, rng)]


def blemish_reviews(records: list[Record], warts: Warts, rng: Generator) -> list[Record]:
    """The reviews with missing fields, then copies, then a second review of the same pair."""
    blemished, total = list(records), len(records)
    for turn, n in enumerate(_drawn(warts.reviews_lacking_fields, total, rng)):
        lost = REVIEW_FIELDS_LOST[turn % len(REVIEW_FIELDS_LOST)]
        blemished[n] = _without(blemished[n], (lost,))
    copies = [blemished[n] for n in _drawn(warts.duplicate_reviews, total, rng)]
    second = [
        records[n] | opinion("one", rng) | written(rng)
        for n in _drawn(warts.second_reviews, total, rng)
    ]
    return blemished + copies + second


def blemish(clean: Catalogue, warts: Warts, rng: Generator) -> Catalogue:
    """The catalogue with the defects of real files; the interacting pairs stay the same."""
    asins = list(clean.pictures)
    lost = _drawn(warts.without_metadata + warts.without_picture, len(asins), rng)
    unknown = {asins[n] for n in lost[: warts.without_metadata]}
    unseen = {asins[n] for n in lost[warts.without_metadata :]}
    pictures = {asin: picture for asin, picture in clean.pictures.items() if asin not in unseen}
    no_address: Record = {"imageURL": [], "imageURLHighRes": []}
    metadata = [
        record if record["asin"] in pictures else record | no_address
        for record in clean.metadata
        if record["asin"] not in unknown
    ]
    return Catalogue(
        reviews=blemish_reviews(clean.reviews, warts, rng),
        metadata=blemish_metadata(metadata, warts, rng),
        pictures=pictures,
    )
