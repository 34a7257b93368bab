from collections.abc import Callable
from typing import Any

import pytest
from ibis.expr.types import Table

from siger_pipeline.data.checks import SHOWN
from siger_pipeline.data.index import user_index
from siger_pipeline.data.numbered.interactions import read_numbered
from siger_pipeline.data.numbered.names import read_items, read_users
from siger_pipeline.data.schema import Columns, raw_name
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
    items = read_items(texts(mapping), raw, ASIN).rows
    rows = read_numbered(raw, items, None).rows
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
def test_time_is_the_timestamp_or_else_the_position(
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
    ({"userID": "1e-3"}, "userID is 1e-3, not a whole number"),
    ({"userID": "99999999999999999999"}, "userID is 99999999999999999999, not a whole number"),
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
    found = read_items(mapping, texts(INTER), columns).rows.to_pyarrow().to_pylist()
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
    items = read_items(no_file, raw, ASIN).rows
    assert items.select(Columns.ITEM, Columns.ROW).to_pyarrow().to_pylist() == [
        {Columns.ITEM: "0", Columns.ROW: 0},
        {Columns.ITEM: "1", Columns.ROW: 1},
    ]
    rows = read_numbered(raw, items, None).rows
    assert sorted(rows.item.to_pyarrow().to_pylist()) == ["0", "1", "1"]


def test_without_an_item_file_items_without_a_gap_are_wanted(
    texts: MakeTexts, no_file: Table
) -> None:
    with pytest.raises(InputError, match="itemID goes up to 5, but only 2 numbers occur, and 0 is"):
        read_items(no_file, texts({**INTER, "itemID": ["1", "5", "1"]}), ASIN)


def test_whole_numbers_may_be_written_as_floats(texts: MakeTexts) -> None:
    inter = {name: [f"{value}.0" for value in values] for name, values in INTER.items()}
    mapping = {"asin": ["B0", "B1"], "itemID": ["0.0", "1e0"]}
    assert read(texts, {**inter, "timestamp": ["1.4e9", "5.0", "-1"]}, mapping) == read(
        texts, {**INTER, "timestamp": ["1400000000", "5", "-1"]}, MAPPING
    )


@pytest.mark.parametrize(
    ("strategy", "judged"),
    [
        ("published", {"x_label"}),
        ("random_per_user", set()),
        ("temporal_per_user", {"its time"}),
        ("temporal_global", {"its time"}),
        ("leave_one_out", {"its time"}),
    ],
)
def test_only_what_the_split_needs_is_judged(
    texts: MakeTexts, strategy: str, judged: set[str]
) -> None:
    wrong = {"rating": "good", "x_label": "7", "timestamp": "soon"}
    words = {"rating": "rating", "x_label": "x_label", "timestamp": "its time"}
    for column, value in wrong.items():
        raw = texts({**INTER, "timestamp": ["1", "2", "3"], column: [value, "1", "2"]})
        items = read_items(texts(MAPPING), raw, ASIN).rows
        if words[column] in judged:
            with pytest.raises(InputError, match=f"line 2: {words[column]} is {value}"):
                read_numbered(raw, items, None, strategy=strategy)
            continue
        rows, bad_lines, [remark] = read_numbered(raw, items, None, strategy=strategy)
        assert rows.count().to_pyarrow().as_py() == 3 and bad_lines == 0
        assert f" line 2: {words[column]} is {value}" in remark.text


def test_a_split_of_our_own_needs_no_labels(texts: MakeTexts) -> None:
    raw = texts({name: values for name, values in INTER.items() if name != "x_label"})
    items = read_items(texts(MAPPING), raw, ASIN).rows
    rows = read_numbered(raw, items, None, strategy="random_per_user").rows
    assert rows[Columns.SPLIT].to_pyarrow().to_pylist() == [None] * 3


@pytest.mark.parametrize("order", [1, -1])
def test_a_pair_with_two_labels_is_refused_in_any_order(texts: MakeTexts, order: int) -> None:
    inter = {"userID": list("0011"), "itemID": list("1101"), "x_label": list("0210")}
    raw = texts({name: values[::order] for name, values in inter.items()})
    items = read_items(texts(MAPPING), raw, ASIN).rows
    lines = "2, 3" if order == 1 else "4, 5"
    with pytest.raises(InputError, match=f"userID 0, itemID 1 on lines {lines}") as caught:
        read_numbered(raw, items, None)
    assert "1 pairs of a user and an item have different labels" in str(caught.value)
    rows = read_numbered(raw, items, None, strategy="random_per_user").rows
    assert rows.count().to_pyarrow().as_py() == 4


NAMES_OF_OURS = sorted(
    value for key, value in vars(Columns).items() if key.isupper() and value != "rating"
)


def test_columns_with_names_of_ours_are_left_alone(texts: MakeTexts) -> None:
    known = {*INTER, "timestamp"}
    others = [
        raw_name(n, name)
        for n, name in enumerate([*NAMES_OF_OURS, "degree", "place", "record", "user_number"])
        if name not in known
    ]
    odd = {name: ["x"] * 3 for name in others}
    inter = {raw_name(90 + n, name): values for n, (name, values) in enumerate(INTER.items())}
    odd_items = {name: ["x"] * 2 for name in others if name not in ("asin", "itemID")}
    mapping = {raw_name(90 + n, name): values for n, (name, values) in enumerate(MAPPING.items())}
    assert read(texts, {**odd, **inter}, {**odd_items, **mapping}) == read(texts, INTER, MAPPING)


@pytest.mark.parametrize(
    ("mapping", "remark"),
    [
        ({"item_id": ["B0", "B1"], "itemID": ["0", "1"]}, "column 'item_id' is taken for"),
        ({"ASIN": ["B0", "B1"], " itemid": ["0", "1"]}, ""),
        ({"B0": ["B1"], "0": ["1"]}, "has no line of column names: column 2 is taken for itemID"),
        ({"0": ["1"], "B0": ["B1"]}, "has no line of column names: column 1 is taken for itemID"),
    ],
)
def test_ids_are_read_whatever_their_column_is_called(
    texts: MakeTexts, mapping: dict[str, Any], remark: str
) -> None:
    assert read(texts, INTER, mapping) == read(texts, INTER, MAPPING)
    remarks = read_items(texts(mapping), texts(INTER), ASIN).remarks
    assert [remark in each.text for each in remarks] == ([True] if remark else [])


def test_an_item_file_without_ids_gives_the_numbers(texts: MakeTexts) -> None:
    mapping = {"itemID": ["2", "0", "1"], "keywords": ["c", "a", "b"]}
    columns = {"item": "asin", "title": "keywords"}
    items, _, [remark] = read_items(texts(mapping), texts(INTER), columns)
    found = items.select(Columns.ITEM, Columns.TITLE).to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in found] == [("0", "a"), ("1", "b"), ("2", "c")]
    assert "has no column of ids" in remark.text


def test_several_columns_that_may_be_ids_are_refused(texts: MakeTexts) -> None:
    mapping = {"a": ["B0", "B1"], "b": ["C0", "C1"], "itemID": ["0", "1"]}
    with pytest.raises(InputError, match="which column holds the source's ids"):
        read_items(texts(mapping), texts(INTER), ASIN)


USERS = {"user_id": ["Ann", "Bob"], "userID": ["0", "1"]}


@pytest.mark.parametrize(
    "mapping",
    [USERS, {"reviewerID": ["Bob", "Ann"], "USERID": ["1.0", "0"]}, {"Ann": ["Bob"], "0": ["1"]}],
)
def test_users_are_named_by_the_user_file(texts: MakeTexts, mapping: dict[str, Any]) -> None:
    raw = texts(INTER)
    items = read_items(texts(MAPPING), raw, ASIN).rows
    users, _ = read_users(texts(mapping))
    rows = read_numbered(raw, items, users).rows
    found = rows.order_by(Columns.LINE_NUMBER).select(Columns.USER, Columns.USER_ROW)
    assert [tuple(row.values()) for row in found.to_pyarrow().to_pylist()] == [
        ("Ann", 0),
        ("Ann", 0),
        ("Bob", 1),
    ]


def test_names_of_users_change_no_number(texts: MakeTexts) -> None:
    raw = texts({"userID": list("2010"), "itemID": list("0101"), "x_label": list("0000")})
    items = read_items(texts(MAPPING), raw, ASIN).rows
    users, _ = read_users(texts({"userID": ["0", "1", "2"], "user": ["zzz", "y", "xx"]}))
    named, numbered = (
        user_index(read_numbered(raw, items, known).rows).to_pyarrow().to_pylist()
        for known in (users, None)
    )
    assert [tuple(row.values()) for row in numbered] == [(0, "0"), (1, "1"), (2, "2")]
    assert [tuple(row.values()) for row in named] == [(0, "zzz"), (1, "y"), (2, "xx")]


def test_a_user_that_the_user_file_lacks_is_named(texts: MakeTexts) -> None:
    raw = texts(INTER)
    items = read_items(texts(MAPPING), raw, ASIN).rows
    users, _ = read_users(texts({"user": ["Ann"], "userID": ["0"]}))
    with pytest.raises(InputError, match="userID 1 is not in the user file"):
        read_numbered(raw, items, users)


def test_without_a_user_file_users_are_their_numbers(no_file: Table) -> None:
    assert read_users(no_file) == (None, [])


def test_in_a_file_without_header_the_numbers_are_those_that_begin_at_0(texts: MakeTexts) -> None:
    # The first row was taken for the header.
    mapping = texts({"0": ["1"], "17": ["3"]})
    found = read_items(mapping, texts(INTER), ASIN).rows.to_pyarrow().to_pylist()
    assert [(row[Columns.ITEM], row[Columns.ROW]) for row in found] == [("17", 0), ("3", 1)]
    _, [remark] = read_users(mapping)
    assert "column 1 is taken for userID" in remark.text


def test_a_user_file_without_ids_is_logged(texts: MakeTexts) -> None:
    mapping = texts({"userID": ["0", "1"]})
    users, [remark] = read_users(mapping)
    assert users is None and "no column of ids" in remark.text
    assert read_users(texts({"user_id": ["a"], "userID": ["0"]}))[1] == []


@pytest.mark.parametrize("index", ["", "Unnamed: 0"])
def test_the_row_index_of_pandas_is_no_column_of_ids(texts: MakeTexts, index: str) -> None:
    users, _ = read_users(texts({raw_name(0, index): ["0"], "name": ["Ann"], "userID": ["0"]}))
    assert users is not None
    assert users.to_pyarrow().to_pylist() == [{Columns.USER: "Ann", Columns.ROW: 0}]


def test_the_message_on_other_column_names_says_where_they_are_set(texts: MakeTexts) -> None:
    with pytest.raises(InputError, match=r"ingest\.mmrec\.item_columns may name others"):
        read_items(texts({"id": ["a"], "number": ["0"]}), texts(INTER), ASIN)


def test_wrong_values_in_the_right_columns_are_no_other_format(texts: MakeTexts) -> None:
    words = {**INTER, "x_label": ["train", "valid", "test"]}
    with pytest.raises(InputError, match=r"x_label is train.*field names are right: mend the file"):
        read(texts, words, MAPPING)


@pytest.mark.parametrize(
    ("text", "value"),
    [("007", 7), ("-0", 0), ("5.5", None), ("1_000", None), ("0x10", None), ("1e300", None)],
)
def test_times_that_the_engine_would_read_in_its_own_way(
    texts: MakeTexts, text: str, value: int | None
) -> None:
    [first, *_] = read(texts, {**INTER, "timestamp": [text] * 3}, MAPPING)
    assert first[Columns.TIMESTAMP] == value
