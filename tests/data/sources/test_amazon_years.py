"""Amazon's files of 2014 and 2023, told apart by their first lines, and published splits."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ibis.expr.types import Table
from pydantic import ValidationError

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.sources.amazon import Config, read_interactions, read_items
from siger_pipeline.data.sources.amazon.metadata import read_metadata
from siger_pipeline.data.sources.amazon.reviews import read_reviews
from siger_pipeline.data.sources.amazon.years import year_of
from siger_pipeline.errors import InputError

MakeLines = Callable[[Sequence[str | None]], Table]
MakeTexts = Callable[[dict[str, Any]], Table]

OF_2014 = {"reviewerID": "A1", "asin": "B1", "helpful": [0, 0], "overall": 4.0, "unixReviewTime": 9}
OF_2018 = {"reviewerID": "A1", "asin": "B1", "verified": True, "overall": 4.0, "unixReviewTime": 9}
OF_2023 = {
    "user_id": "AE1",
    "parent_asin": "007",
    "asin": "B9",
    "rating": 4.0,
    "timestamp": 1_588_687_728_923,
}
HEADER = "user_id,parent_asin,rating,timestamp"


def rows_of(read: Any, *columns: str) -> list[tuple[Any, ...]]:
    found = read.rows.order_by(Columns.LINE_NUMBER).select(*columns).to_pyarrow().to_pylist()
    return [tuple(row.values()) for row in found]


def interactions(
    reviews: Table, *parts: Table, strategy: str = "random_per_user", share: float = 0.0
) -> Any:
    validation, test = parts or (None, None)
    return read_interactions(reviews, share, strategy, validation, test)


@pytest.mark.parametrize(
    ("lines_", "year"),
    [
        ([json.dumps(OF_2014)], "2014"),
        ([json.dumps(OF_2018)], "2018"),
        ([json.dumps(OF_2023)], "2023"),
        ([HEADER, "AE1,B1,5.0,1"], "2023"),
        (["", '{"asin": "B", "imUrl": "x"}'], "2014"),
        (['{"asin": "B", "category": []}'], "2018"),
        (['{"parent_asin": "B", "categories": []}'], "2023"),
        (['{"asin": "B"}', "no", "[" * 9_999], None),
        (["<html>"], None),
    ],
)
def test_the_first_lines_tell_the_year(
    lines: MakeLines, lines_: list[str], year: str | None
) -> None:
    assert year_of(lines(lines_)) == year


def test_a_review_of_2023_is_of_the_family_of_the_item(lines: MakeLines) -> None:
    read = read_reviews(lines([json.dumps(OF_2023)]), 0.0)
    columns = (Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP)
    assert rows_of(read, *columns) == [("AE1", "007", 4.0, 1_588_687_728_923)]


def test_the_csv_of_2023_is_read_by_its_header(lines: MakeLines) -> None:
    raw = lines(["rating,parent_asin,user_id,timestamp,history", '4.0,"007",AE1,12,', "5.0,B,,1,"])
    read = read_reviews(raw, 0.5)
    columns = (Columns.LINE_NUMBER, Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP)
    assert rows_of(read, *columns) == [(2, "AE1", "007", 4.0, 12)]
    assert "line 3: user_id is missing" in read.remarks[0].text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("AE1,B1,5.0", "it has not the 4 fields of the header"),
        ("AE1,B1,5.0,1,2", "it has not the 4 fields of the header"),
        ("AE1,,5.0,1", "parent_asin is missing"),
        ("AE1,B1,5.0,1.5", "timestamp is 1.5, not a whole number"),
    ],
)
def test_a_bad_line_of_the_csv_is_told(lines: MakeLines, line: str, words: str) -> None:
    with pytest.raises(InputError, match="1 of 2 lines") as caught:
        read_reviews(lines([HEADER, "AE1,B1,5.0,1", line]), 0.1)
    assert f"line 3: {words}" in str(caught.value)


def test_a_header_alone_is_refused(lines: MakeLines) -> None:
    with pytest.raises(InputError, match="is empty: wanted is a line for each record"):
        read_reviews(lines([HEADER, ""]), 1.0)


def item_of(lines: MakeLines, record: dict[str, Any]) -> dict[str, Any]:
    items = read_metadata(lines([json.dumps(record)]), 0.0).rows.to_pyarrow().to_pylist()
    return {name: value for name, value in items[0].items() if value is not None}


def test_metadata_of_2014_are_an_item(lines: MakeLines) -> None:
    record = {
        "asin": "007",
        "title": "مصباح",
        "price": 5.5,
        "imUrl": "http://x/1.jpg",
        "brand": "Mill",
        "categories": [["Baby", "Feeding"], ["Baby"]],
        "description": "Grinds.",
        "salesRank": {"Baby": 1},
    }
    assert item_of(lines, record) == {
        Columns.ITEM: "007",
        Columns.TITLE: "مصباح",
        Columns.BRAND: "Mill",
        Columns.CATEGORIES: "Baby Feeding Baby",
        Columns.DESCRIPTION: "Grinds.",
        Columns.PRICE: 5.5,
        Columns.IMAGE: "http://x/1.jpg",
    }


def test_metadata_of_2023_are_an_item(lines: MakeLines) -> None:
    record = {
        "parent_asin": "B1",
        "title": "折りたたみ",
        "features": ["light", "folds"],
        "description": ["One.", "Two."],
        "price": 12.5,
        "images": [
            {"thumb": "t", "large": "l", "variant": "MAIN", "hi_res": None},
            {"hi_res": "h"},
        ],
        "store": "Mill",
        "categories": ["Home", "Chairs"],
        "details": {"Brand": "x"},
    }
    assert item_of(lines, record) == {
        Columns.ITEM: "B1",
        Columns.TITLE: "折りたたみ",
        Columns.BRAND: "Mill",
        Columns.CATEGORIES: "Home Chairs",
        Columns.DESCRIPTION: "One. Two.",
        Columns.FEATURES: "light folds",
        Columns.PRICE: 12.5,
        Columns.IMAGE: "l",
    }


def test_the_picture_is_the_first_in_its_largest_size(lines: MakeLines) -> None:
    record = {"asin": "B", "imageURL": ["s1", "s2"], "imageURLHighRes": ["l1", "l2"]}
    assert item_of(lines, record)[Columns.IMAGE] == "l1"
    assert item_of(lines, {**record, "imageURLHighRes": []})[Columns.IMAGE] == "s1"


def test_paths_and_texts_in_one_list_lose_nothing(lines: MakeLines) -> None:
    assert item_of(lines, {"asin": "B", "categories": [["a"], "b"]})["categories"] == '["a"] b'


def test_files_of_two_years_are_refused_with_both_named(lines: MakeLines) -> None:
    metadata = lines(['{"parent_asin": "B1", "title": "x"}'])
    with pytest.raises(InputError) as caught:
        read_items(metadata, lines([json.dumps(OF_2014)]), 0.0)
    assert "belongs to Amazon 2023, folder/raw.txt to Amazon 2014" in str(caught.value)
    assert read_items(metadata, lines([json.dumps(OF_2023)]), 0.0).bad_lines == 0


def test_reviews_of_2023_in_place_of_metadata_are_refused(lines: MakeLines) -> None:
    with pytest.raises(InputError, match="line 1: it is a review: it has a user_id"):
        read_metadata(lines([json.dumps(OF_2023)]), 0.01)


def part(lines: MakeLines, *pairs: str) -> Table:
    return lines([HEADER, *(f"{pair},5.0,{n}" for n, pair in enumerate(pairs))])


def test_three_files_are_a_published_split(lines: MakeLines) -> None:
    parts = [part(lines, "u,a", "u,b"), part(lines, "u,c"), part(lines, "u,d")]
    read = interactions(*parts, strategy="published")
    found = {(row["item"], row["split"]) for row in read.rows.to_pyarrow().to_pylist()}
    assert found == {("a", "train"), ("b", "train"), ("c", "validation"), ("d", "test")}
    assert "train 2, validation 1, test 1" in read.remarks[-1].text


def test_a_pair_in_two_parts_is_refused(lines: MakeLines) -> None:
    parts = [part(lines, "u,a", "u,b"), part(lines, "u,c"), part(lines, "u,b")]
    with pytest.raises(
        InputError, match=r"1 pairs .* user 'u', item 'b' in those of test and train"
    ):
        interactions(*parts, strategy="published")
    assert interactions(*parts, strategy="random_per_user").rows.count().to_pyarrow().as_py() == 4


def test_a_published_split_is_taken_whole(lines: MakeLines) -> None:
    parts = [part(lines, "u,a"), part(lines, "u,c", ",x"), part(lines, "u,d")]
    with pytest.raises(InputError, match="1 of 2 lines"):
        interactions(*parts, strategy="published", share=0.9)
    assert interactions(*parts, strategy="leave_one_out", share=0.9).bad_lines == 1


INTER = {"userID": ["0", "0", "1"], "itemID": ["1", "0", "1"], "x_label": ["0", "1", "2"]}
ITEMS = {"asin": ["B0", "B1"], "itemID": ["0", "1"]}
USERS = {"user_id": ["A0", "A1"], "userID": ["0", "1"]}


def overlaid(
    lines: MakeLines, texts: MakeTexts, pairs: list[str], share: float, strategy: str = "published"
) -> Any:
    records = [{"reviewerID": p.split()[0], "asin": p.split()[1]} for p in pairs]
    raw = lines([json.dumps(record) for record in records])
    files = [texts(columns) for columns in (INTER, ITEMS, USERS)]
    return read_interactions(raw, share, strategy, None, None, *files)


def test_mmrecs_split_is_laid_over_the_reviews_by_ids(lines: MakeLines, texts: MakeTexts) -> None:
    read = overlaid(lines, texts, ["A1 B1", "A0 B0", "A0 B1"], 0.0)
    assert rows_of(read, Columns.USER, Columns.ITEM, Columns.SPLIT) == [
        ("A1", "B1", Split.TEST),
        ("A0", "B0", Split.VALIDATION),
        ("A0", "B1", Split.TRAIN),
    ]
    assert read.remarks == []


def test_pairs_of_one_side_alone_are_counted_and_refused_beyond_a_share(
    lines: MakeLines, texts: MakeTexts
) -> None:
    pairs = ["A1 B1", "A0 B0", "A9 B1"]
    read = overlaid(lines, texts, pairs, 0.5)
    assert rows_of(read, Columns.USER) == [("A1",), ("A0",)]
    words = "1 of its 3 pairs of a user and an item are in no review, and 1 of 3 reviewed pairs"
    assert words in read.remarks[-1].text
    with pytest.raises(InputError, match=r"1 of its 3 pairs .* at most 30.00% may be"):
        overlaid(lines, texts, pairs, 0.3)
    with pytest.raises(InputError, match="3 of its 3 pairs"):
        overlaid(lines, texts, ["X Y"], 1.0)


def test_the_split_is_not_laid_over_where_another_is_chosen(
    lines: MakeLines, texts: MakeTexts
) -> None:
    read = overlaid(lines, texts, ["A9 B9"], 0.0, "leave_one_out_of_time")
    assert rows_of(read, Columns.USER, Columns.SPLIT) == [("A9", None)]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"validation": "v"}, "name both or none, found validation 'v' and test None"),
        ({"split_items": "i"}, "belong together: name all of them"),
        (
            {"validation": "v", "test": "t", "split_interactions": "a"}
            | {"split_items": "b", "split_users": "c"},
            "name the files of one",
        ),
    ],
)
def test_files_of_a_split_are_named_together(names: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Config(**names)
