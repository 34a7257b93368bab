"""The shop behind all formats: a few hundred reviews, in which all have five."""

from collections import Counter
from dataclasses import dataclass

from tools.sample.catalogue import make_catalogue
from tools.sample.recipe import Recipe
from tools.sample.records import Picture, Record
from tools.sample.warts import Warts

CORE = 5  # reviews that every user and item has
RECIPE = Recipe(users=40, passers_by=0, items=30, slow_sellers=0, unsold=2, extra=3.0)
WARTS = Warts(
    without_metadata=1,
    without_picture=2,
    without_description=2,
    lacking_fields=2,
    odd_price=5,
    tagged=5,
    duplicate_metadata=2,
    duplicate_reviews=0,
    second_reviews=0,
    reviews_lacking_fields=4,
)
TRAIN, VALIDATION, TEST = "train", "valid", "test"
# Texts that must come out as they went in: a scene, right to left, no blanks, signs beyond ASCII.
FOREIGN_TITLES = ("Lampe d’été 🏖️🔆", "مصباح الحديقة", "折りたたみ椅子", "Grüße – „Stuhl“ № 7")


@dataclass(frozen=True)
class Shop:
    """What is sold and who reviewed it, in the fields of Amazon's files of 2018."""

    reviews: list[Record]
    metadata: list[Record]
    pictures: dict[str, Picture]

    @property
    def users(self) -> list[str]:
        """Ids in the order of their texts."""
        return sorted({review["reviewerID"] for review in self.reviews})

    @property
    def items(self) -> list[str]:
        """Ids of the reviewed items in the order of their texts."""
        return sorted({review["asin"] for review in self.reviews})

    def described(self) -> dict[str, Record]:
        """Id -> the first record of each item that has one."""
        return {record["asin"]: record for record in reversed(self.metadata)}

    def last_out(self) -> dict[str, list[Record]]:
        """The reviews in time order; each user's last tests, the one before validates."""
        parts: dict[str, list[Record]] = {TRAIN: [], VALIDATION: [], TEST: []}
        for user in self.users:
            *train, validation, test = in_time(r for r in self.reviews if r["reviewerID"] == user)
            parts[TRAIN] += train
            parts[VALIDATION].append(validation)
            parts[TEST].append(test)
        return parts


def in_time(reviews: object) -> list[Record]:
    """The reviews, the earliest first."""
    return sorted(reviews, key=lambda r: (r["unixReviewTime"], r["asin"]))  # type: ignore[call-overload]


def make_shop(seed: int) -> Shop:
    """The shop of a seed."""
    catalogue = make_catalogue(seed, RECIPE, WARTS)
    reviews = core(catalogue.reviews)
    metadata = [dict(record) for record in catalogue.metadata]
    for record, title in zip(metadata[3:], FOREIGN_TITLES, strict=False):
        record["title"] = title
    return Shop(reviews, metadata, catalogue.pictures)


def core(reviews: list[Record]) -> list[Record]:
    """The reviews that are left when users and items with fewer than `CORE` go, again and again."""
    while True:
        counts = Counter(r[key] for r in reviews for key in ("reviewerID", "asin"))
        left = [r for r in reviews if min(counts[r["reviewerID"]], counts[r["asin"]]) >= CORE]
        if len(left) == len(reviews):
            return left
        reviews = left
