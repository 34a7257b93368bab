from collections.abc import Callable
from typing import Any

import pytest
from ibis.expr.types import Table
from pydantic import ValidationError

from siger_pipeline.data.schema import Columns
from siger_pipeline.data.sources.recbole import SOURCE, Config, read_interactions, read_items
from siger_pipeline.errors import InputError

MakeTexts = Callable[[dict[str, Any]], Table]
COLUMNS = {"user": "user_id", "item": "item_id", "rating": "rating", "timestamp": "timestamp"}
INTER = {
    "0:user_id:token": ["007", "u2"],
    "1:item_id:token": ["1", "b"],
    "2:rating:float": ["4.5", None],
    "3:timestamp:float": ["1372685460.0", "1.4E9"],
}
ITEM = {
    "0:item_id:token": ["b", "1", "b"],
    "1:title:token_seq": ["折り たたみ", "مصباح", "other"],
    "2:price:float": ["1.5", None, "2"],
    "3:colour:token": ["red", "blue", "red"],
}
WITH_TEXTS = {**COLUMNS, "title": "title", "price": "price"}


def read(table: Table, share: float = 0.0, strategy: str = "leave_one_out", **columns: str) -> Any:
    return read_interactions(table, columns or COLUMNS, share, strategy)


def rows_of(result: Any, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in result.rows.select(*columns).to_pyarrow().to_pylist()]


def test_typed_columns_are_interactions(texts: MakeTexts) -> None:
    result = read(texts(INTER))
    columns = (Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP, Columns.SPLIT)
    assert sorted(rows_of(result, *columns)) == [
        ("007", "1", 4.5, 1_372_685_460, None),
        ("u2", "b", None, 1_400_000_000, None),
    ]
    assert result.remarks == []


def test_three_benchmark_files_are_a_split(texts: MakeTexts) -> None:
    others = [texts({**INTER, "0:user_id:token": [name + "1", name + "2"]}) for name in ("v", "t")]
    result = read_interactions(texts(INTER), COLUMNS, 0.0, "published", *others)
    assert sorted(rows_of(result, Columns.USER, Columns.SPLIT)) == [
        *(("007", "train"), ("t1", "test"), ("t2", "test"), ("u2", "train")),
        *(("v1", "validation"), ("v2", "validation")),
    ]
    items = read_items(texts(INTER), COLUMNS, 0.0, None, *others)
    assert rows_of(items, Columns.ITEM, Columns.TITLE) == [("1", None), ("b", None)]


def test_the_item_file_is_items_and_what_is_not_read_is_told(texts: MakeTexts) -> None:
    result = read_items(texts(INTER), WITH_TEXTS, 0.0, texts(ITEM))
    assert rows_of(result, Columns.ITEM, Columns.TITLE, Columns.PRICE) == [
        ("1", "مصباح", None),
        ("b", "折り たたみ", 1.5),
    ]
    told = [remark.text for remark in result.remarks]
    assert "1 of 3 lines describe an item again, 1 of them otherwise" in told[0]
    assert told[1].endswith("columns that are not read: colour (see ingest.recbole.columns).")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("user_id", "line 1: column 'user_id' of the header is not a name, a colon and one of"),
        ("user_id:tok", "Write it as user_id:token."),
        (":token", "column ':token' of the header"),
        ("user_id:float", "is of type float, and ingest.recbole.columns takes it for user"),
        ("uid:token", "no column 'user_id'; found 'uid', 'item_id', 'rating', 'timestamp'"),
        ("item_id:token", "more than one column is 'item_id'"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(texts: MakeTexts, header: str, words: str) -> None:
    rows = {f"0:{header}": ["a", "b"], **{k: v for k, v in INTER.items() if k[0] != "0"}}
    with pytest.raises(InputError) as caught:
        read(texts(rows))
    assert words in str(caught.value) and str(caught.value).startswith("folder/raw.txt")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("user_id:token,item_id:token", "separated by commas"),
        ("userID\titemID\tx_label", "set ingest.source: mmrec"),
        ("<!DOCTYPE html>", "a web page"),
    ],
)
def test_another_file_is_told_by_its_header(texts: MakeTexts, header: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(texts({f"{n}:{name}": ["a"] for n, name in enumerate(header.split("\t"))}))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("0:user_id:token", None, "user_id is missing or empty"),
        ("1:item_id:token", "a\ufffd", "item_id holds characters that are not text"),
        ("3:timestamp:float", "1.5", "timestamp is 1.5, not a whole number"),
    ],
)
def test_a_bad_line_is_told(texts: MakeTexts, column: str, value: str | None, words: str) -> None:
    raw = texts({**INTER, column: [INTER[column][0], value]})
    with pytest.raises(InputError, match="1 of 2 lines") as caught:
        read(raw)
    assert f"line 3: {words}" in str(caught.value)
    assert read(raw, share=0.5).bad_lines == 1


def test_times_may_be_left_out(texts: MakeTexts) -> None:
    columns = {"user": "user_id", "item": "item_id"}
    result = read(texts(INTER), strategy="random_per_user", **columns)
    assert set(rows_of(result, Columns.TIMESTAMP, Columns.RATING)) == {(None, None)}
    assert not SOURCE.holds_times(Config(columns=columns)) and SOURCE.holds_times(Config())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": {**COLUMNS, "titel": "t"}}, "did you mean 'title'"),
        ({"columns": {"user": "u"}}, "must name those of 'user' and 'item'"),
        ({"columns": WITH_TEXTS}, "columns names price, title, which are of the item file"),
        ({"test": "t"}, "name both or none"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Config(**given)
