from collections.abc import Callable
from typing import Any

import pytest
from ibis.expr.types import Table

from siger_pipeline.data.checks import SHOWN
from siger_pipeline.data.mmrec import read_interactions, read_items
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

MakeTexts = Callable[[dict[str, Any]], Table]
ASIN = {"item": "asin"}
INTER = {"userID": ["0", "0", "1"], "itemID": ["1", "0", "1"], "x_label": ["0", "1", "2"]}
MAPPING = {"asin": ["B0", "B1"], "itemID": ["0", "1"]}


@pytest.fixture
def no_file(texts: MakeTexts) -> Table:
    return texts({"x": []}).drop("x")


def read(texts: MakeTexts, inter: dict[str, Any], mapping: dict[str, Any]) -> list[dict[str, Any]]:
    raw = texts(inter)
    items = read_items(texts(mapping), raw, ASIN)
    rows, _ = read_interactions(raw, items)
    found: list[dict[str, Any]] = rows.order_by(Columns.LINE_NUMBER).to_pyarrow().to_pylist()
    return found


def test_interactions_carry_the_ids_of_the_source_and_the_published_split(texts: MakeTexts) -> None:
    found = read(texts, INTER, MAPPING)
    assert [(r[Columns.USER], r[Columns.ITEM], r[Columns.SPLIT]) for r in found] == [
        ("0", "B1", "train"),
        ("0", "B0", "validation"),
        ("1", "B1", "test"),
    ]
    assert {(r[Columns.RATING], r[Columns.TIMESTAMP]) for r in found} == {(None, None)}


@pytest.mark.parametrize(
    ("times", "expected", "position"),
    [
        ({"timestamp": ["5", "-1", None]}, [5, -1, None], False),
        ({"pos": ["0", "1", "0"]}, [0, 1, 0], True),
        ({"pos": ["0", "1", "0"], "timestamp": ["7", "8", "9"]}, [7, 8, 9], False),
    ],
)
def test_time_is_the_timestamp_or_else_the_place(
    texts: MakeTexts, times: dict[str, Any], expected: list[int | None], position: bool
) -> None:
    found = read(texts, {**INTER, **times, "rating": ["5.0", "3", ""]}, MAPPING)
    assert [row[Columns.TIMESTAMP] for row in found] == expected
    assert {row[Columns.IS_POSITION] for row in found} == {position}
    assert [row[Columns.RATING] for row in found] == [5.0, 3.0, None]


BAD_LINES: list[tuple[dict[str, str | None], str]] = [
    ({"userID": "-1"}, "userID is -1, not a whole number from 0"),
    ({"userID": "x"}, "userID is x, not a whole number"),
    ({"itemID": "0.5"}, "itemID is 0.5, not a whole number"),
    ({"itemID": None}, "itemID is missing, not a whole number"),
    ({"itemID": "2"}, "itemID 2 is beyond the item file, which has 2 items"),
    ({"x_label": "3"}, "x_label is 3, not 0, 1 or 2"),
    ({"x_label": None}, "x_label is missing, not 0, 1 or 2"),
    ({"rating": "good"}, "rating is good, not a number"),
    ({"timestamp": "1.5"}, "its time is 1.5, not a whole number"),
]


@pytest.mark.parametrize("first", range(0, len(BAD_LINES), SHOWN))
def test_bad_lines_are_refused_since_a_published_split_is_taken_whole(
    texts: MakeTexts, first: int
) -> None:
    names = ["userID", "itemID", "x_label", "rating", "timestamp"]
    good: dict[str, str | None] = dict(zip(names, "01015", strict=True))
    bad = BAD_LINES[first : first + SHOWN]
    rows = [*[good] * 1000, *({**good, **change} for change, _ in bad)]
    with pytest.raises(InputError) as error:
        read(texts, {name: [row[name] for row in rows] for name in names}, MAPPING)
    message = str(error.value)
    assert "folder/raw.txt: 3 of 1003 lines" in message
    for number, (_, reason) in enumerate(bad, start=1002):
        assert f"line {number}: {reason}" in message
    assert "max_bad_share" not in message


def test_users_without_a_gap_are_wanted(texts: MakeTexts) -> None:
    with pytest.raises(InputError) as error:
        read(texts, {**INTER, "userID": ["0", "0", "3"]}, MAPPING)
    message = str(error.value)
    assert "userID goes up to 3, but only 2 numbers occur, and 1 is the first" in message


def test_a_file_without_split_column_is_refused(texts: MakeTexts) -> None:
    inter = {key: value for key, value in INTER.items() if key != "x_label"}
    with pytest.raises(InputError, match="no column 'x_label'; found 'userID', 'itemID'"):
        read(texts, inter, MAPPING)


def test_items_without_interactions_stay_and_texts_come_from_named_columns(
    texts: MakeTexts,
) -> None:
    mapping = texts(
        {
            "itemID": ["2", "0", "1"],
            "asin": ["B2", "B0", "B1"],
            "keywords": ["ball", "", "net"],
            "attributes": ["Sports | Balls", "Sports", None],
        }
    )
    columns = {"item": "asin", "title": "keywords", "categories": "attributes"}
    found = read_items(mapping, texts(INTER), columns).to_pyarrow().to_pylist()
    names = [Columns.ROW, Columns.ITEM, Columns.TITLE, Columns.CATEGORIES, Columns.BRAND]
    assert [tuple(row[name] for name in names) for row in found] == [
        (0, "B0", None, "Sports", None),
        (1, "B1", "net", None, None),
        (2, "B2", "ball", "Sports | Balls", None),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"itemID": ["0", "0"]}, "line 3: itemID 0 occurs a second time"),
        ({"itemID": ["0", "-1"]}, "line 3: itemID is -1, not a whole number from 0"),
        ({"itemID": ["0", "7"]}, "itemID goes up to 7, but only 2 numbers occur, and 1 is"),
        ({"asin": ["B0", " "]}, "line 3: asin is missing or empty"),
        ({"asin": ["B0", "B0"]}, "line 3: asin B0 occurs a second time"),
    ],
)
def test_a_bad_item_file_is_refused(texts: MakeTexts, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=r"folder/raw\.txt") as error:
        read(texts, INTER, {**MAPPING, **change})
    assert reason in str(error.value)


def test_an_item_file_without_a_named_column_is_refused(texts: MakeTexts) -> None:
    with pytest.raises(InputError, match="no column 'video_id'; found 'asin', 'itemID'"):
        read_items(texts(MAPPING), texts(INTER), {"item": "video_id"})


def test_without_an_item_file_items_are_their_numbers(texts: MakeTexts, no_file: Table) -> None:
    raw = texts(INTER)
    items = read_items(no_file, raw, ASIN)
    assert items.select(Columns.ITEM, Columns.ROW).to_pyarrow().to_pylist() == [
        {Columns.ITEM: "0", Columns.ROW: 0},
        {Columns.ITEM: "1", Columns.ROW: 1},
    ]
    rows, _ = read_interactions(raw, items)
    assert sorted(rows.item.to_pyarrow().to_pylist()) == ["0", "1", "1"]


def test_without_an_item_file_items_without_a_gap_are_wanted(
    texts: MakeTexts, no_file: Table
) -> None:
    with pytest.raises(InputError, match="itemID goes up to 5, but only 2 numbers occur, and 0 is"):
        read_items(no_file, texts({**INTER, "itemID": ["1", "5", "1"]}), ASIN)
