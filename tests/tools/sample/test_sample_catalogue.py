"""The catalogue has the size, the shape and the warts that it is meant to have."""

from collections import Counter

import pytest

from tools.sample.__main__ import SEED
from tools.sample.catalogue import make_catalogue
from tools.sample.records import Catalogue, Record
from tools.sample.warts import JUNK_PRICE

Pair = tuple[str, str]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(SEED)


@pytest.fixture(scope="module")
def core(catalogue: Catalogue) -> set[Pair]:
    return five_core({(review["reviewerID"], review["asin"]) for review in catalogue.reviews})


@pytest.fixture(scope="module")
def core_items(core: set[Pair]) -> set[str]:
    return {item for _, item in core}


@pytest.fixture(scope="module")
def metadata(catalogue: Catalogue) -> dict[str, Record]:
    return {record["asin"]: record for record in catalogue.metadata}


def five_core(pairs: set[Pair]) -> set[Pair]:
    users, items = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    kept = {(user, item) for user, item in pairs if users[user] >= 5 and items[item] >= 5}
    return kept if kept == pairs else five_core(kept)


def test_five_core_has_the_intended_size(core: set[Pair], core_items: set[str]) -> None:
    assert len({user for user, _ in core}) == 600
    assert 290 <= len(core_items) <= 308
    assert 8 <= len(core) / 600 <= 12


def test_five_core_removes_users_and_items(catalogue: Catalogue, core_items: set[str]) -> None:
    assert len({review["reviewerID"] for review in catalogue.reviews}) == 630
    assert {review["asin"] for review in catalogue.reviews} - core_items


def test_popularity_has_a_long_tail(core: set[Pair]) -> None:
    counts = sorted(Counter(item for _, item in core).values())
    assert counts[-1] > 3 * counts[len(counts) // 2]


def test_reviews_are_grouped_by_item_and_the_latest_first(catalogue: Catalogue) -> None:
    keys = [(review["asin"], -review["unixReviewTime"]) for review in catalogue.reviews]
    assert keys == sorted(keys)


def test_reviews_lack_fields_and_have_rare_ones(catalogue: Catalogue) -> None:
    present = Counter(field for review in catalogue.reviews for field in review)
    everywhere = {"overall", "verified", "reviewTime", "reviewerID", "asin", "unixReviewTime"}
    assert {field for field, n in present.items() if n == len(catalogue.reviews)} == everywhere
    assert 0 < present["vote"] < present["style"] < present["summary"]


def test_some_lines_stand_twice_and_some_pairs_are_reviewed_again(catalogue: Catalogue) -> None:
    distinct = {str(review): review for review in catalogue.reviews}
    assert len(catalogue.reviews) - len(distinct) == 30
    again = Counter((review["reviewerID"], review["asin"]) for review in distinct.values())
    assert sum(n > 1 for n in again.values()) >= 25


def test_reviewed_items_without_metadata(
    core_items: set[str], metadata: dict[str, Record], catalogue: Catalogue
) -> None:
    unknown = core_items - metadata.keys()
    assert len(unknown) == 2
    assert unknown <= catalogue.pictures.keys()


def test_metadata_of_items_never_reviewed(
    catalogue: Catalogue, metadata: dict[str, Record]
) -> None:
    assert len(metadata.keys() - {review["asin"] for review in catalogue.reviews}) >= 6


def test_items_without_a_picture_have_no_address(
    core_items: set[str], catalogue: Catalogue, metadata: dict[str, Record]
) -> None:
    unseen = core_items - catalogue.pictures.keys()
    assert len(unseen) == 5
    for asin, record in metadata.items():
        assert bool(record["imageURL"]) == (asin in catalogue.pictures)


def test_duplicate_metadata_lines(catalogue: Catalogue, metadata: dict[str, Record]) -> None:
    assert len(catalogue.metadata) - len(metadata) == 5
    assert all(metadata[record["asin"]] == record for record in catalogue.metadata)


def test_items_without_description_or_other_fields(
    core_items: set[str], metadata: dict[str, Record]
) -> None:
    known = [metadata[asin] for asin in core_items & metadata.keys()]
    assert any(record.get("description") == [] for record in known)
    for field in ("description", "brand", "price", "feature"):
        assert any(field not in record for record in known)


@pytest.mark.parametrize("price", ["", JUNK_PRICE, "$1,250.00", "$12.99 - $24.50"])
def test_odd_prices(price: str, catalogue: Catalogue) -> None:
    assert price in {record.get("price") for record in catalogue.metadata}


@pytest.mark.parametrize("entity", ["&amp;", "&quot;", "&#39;"])
def test_titles_have_html_entities(entity: str, catalogue: Catalogue) -> None:
    assert any(entity in record["title"] for record in catalogue.metadata)


@pytest.mark.parametrize("tag", ["<p>", "<br />", '<span class="a-text-bold">', "<b>"])
def test_descriptions_have_html_tags(tag: str, catalogue: Catalogue) -> None:
    texts = [text for record in catalogue.metadata for text in record.get("description", [])]
    assert any(tag in text for text in texts)
