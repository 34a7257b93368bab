from collections.abc import Callable, Sequence
from typing import Any

import pytest
from ibis.expr.types import Table
from pydantic import ValidationError

from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.microlens import SOURCE, Config
from siger_pipeline.data.sources.microlens.interactions import read_pairs
from siger_pipeline.data.sources.microlens.interactions import read_sequences as read_interactions
from siger_pipeline.data.sources.microlens.items import read_texts
from siger_pipeline.errors import InputError


def read_items(titles: Table, max_bad_share: float) -> Read:
    return read_texts(titles, None, None, max_bad_share)


MakeLines = Callable[[Sequence[str | None]], Table]
MakeTexts = Callable[[dict[str, Sequence[Any]]], Table]


def test_a_sequence_is_interactions_in_its_order(lines: MakeLines) -> None:
    rows, bad_lines, remarks = read_interactions(lines(["7\t30 10 20", "8\t10"]), 0.0)
    columns = [Columns.USER, Columns.ITEM, Columns.TIMESTAMP, Columns.IS_POSITION]
    result = rows.order_by(Columns.USER, Columns.TIMESTAMP).select(*columns).to_pyarrow()
    assert [tuple(row.values()) for row in result.to_pylist()] == [
        ("7", "30", 0, True),
        ("7", "10", 1, True),
        ("7", "20", 2, True),
        ("8", "10", 0, True),
    ]
    assert (bad_lines, remarks) == (0, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (None, "blank"),
        ("9", "not a user, a tab"),
        ("9 10 20", "not a user, a tab"),
        ("9\t", "not a user, a tab"),
        ("\t10 20", "not a user, a tab"),
        ("9\t10  20", "not a user, a tab"),
        ("9\t10\t20", "not a user, a tab"),
        ("9\t10,20,30", "a blank is wanted between its items"),
        ("9\t10;20", "a blank is wanted between its items"),
        ("7\t50", "its user has a line already: 7"),
    ],
)
def test_a_line_of_another_form_is_bad(lines: MakeLines, line: str | None, reason: str) -> None:
    raw = lines(["7\t10", line, "8\t10"])
    rows, bad_lines, [remark] = read_interactions(raw, 0.5)
    assert rows.count().to_pyarrow().as_py() == 2 and bad_lines == 1
    assert " line 2: " in remark.text and reason in remark.text
    with pytest.raises(InputError, match="1 of 3 lines"):
        read_interactions(raw, 0.1)


def test_titles_are_items(texts: MakeTexts) -> None:
    items, bad_lines, _ = read_items(
        texts({"item": ["2", "1", "2", "3"], "title": ["first", "one, two", "later", " "]}), 0.0
    )
    result = items.to_pyarrow().to_pylist()
    assert [(row[Columns.ITEM], row[Columns.TITLE]) for row in result] == [
        ("1", "one, two"),
        ("2", "first"),
        ("3", None),
    ]
    assert result[0][Columns.BRAND] is None and result[0][Columns.ROW] is None
    assert bad_lines == 0


def test_a_title_without_item_is_a_bad_row(texts: MakeTexts) -> None:
    raw = texts({"item": ["1", None], "title": ["a", "b"]})
    [remark] = read_items(raw, 0.5).remarks
    assert "bad: line 3: item is missing or empty." in remark.text
    with pytest.raises(InputError, match="1 of 2 lines"):
        read_items(raw, 0.4)


def test_titles_without_their_columns_are_refused(texts: MakeTexts) -> None:
    with pytest.raises(InputError, match="no column 'title'; found 'item', 'name'"):
        read_items(texts({"item": ["1"], "name": ["a"]}), 1.0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("7,30 10 20 40", "sequences with commas where a tab is wanted"),
        ("7;30 10 20 40", "sequences with semicolons where a tab is wanted"),
        ("7 30 10 20 40", "sequences with blanks where a tab is wanted"),
        ("user,item,timestamp", "MicroLens' pairs with times"),
        ("userID\titemID\tx_label", "set ingest.source: mmrec"),
        ('{"reviewerID": "A", "asin": "B"}', "Amazon reviews of 2014 or 2018"),
    ],
)
def test_the_message_names_the_format_that_sequences_seem_to_have(
    lines: MakeLines, line: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_interactions(lines([line] * 3), 0.01)
    assert words in str(caught.value) and "max_bad_share" not in str(caught.value)


@pytest.mark.parametrize("taken", ["price", "brand", "row", "description", "reason", "note"])
def test_columns_with_names_of_ours_are_left_alone(texts: MakeTexts, taken: str) -> None:
    columns = {"0:item": ["1", "2"], f"1:{taken}": ["x", "y"], "2:TITLE": ["one", "two"]}
    result = read_items(texts(columns), 0.0).rows.to_pyarrow().to_pylist()
    read = {Columns.ITEM, Columns.TITLE}
    assert [row[Columns.TITLE] for row in result] == ["one", "two"]
    assert all(value is None for row in result for name, value in row.items() if name not in read)


def test_a_row_of_another_length_is_a_bad_row(texts: MakeTexts) -> None:
    columns = {"0:item": ["1", "2"], "1:title": ["a", "b"], "fields": ["2", "3"]}
    raw = texts(columns)
    raw = raw.mutate(fields=raw["fields"].cast("int64"))
    [remark] = read_items(raw, 0.5).remarks
    assert "bad: line 3: it has 3 fields, the header has 2." in remark.text


def test_commas_are_wanted_between_items_and_titles(texts: MakeTexts) -> None:
    with pytest.raises(InputError, match="separated by tabs, wanted are commas"):
        read_items(texts({"0:item\ttitle": ["1\ta"]}), 0.0)


def test_titles_under_other_names_are_asked_for_the_names(texts: MakeTexts) -> None:
    with pytest.raises(InputError, match=r"Its first line must hold these names\.$"):
        read_items(texts({"video_id": ["1"], "caption": ["a"]}), 0.0)


PAIRS = {"user": ["007", "2"], "item": ["1", "3"], "timestamp": ["1439856000101", "5"]}


def test_pairs_with_times_are_interactions(texts: MakeTexts) -> None:
    rows, bad_lines, remarks = read_pairs(texts(PAIRS), 0.0, timed=True)
    columns = [Columns.USER, Columns.ITEM, Columns.TIMESTAMP, Columns.IS_POSITION]
    assert [tuple(row.values()) for row in rows.select(*columns).to_pyarrow().to_pylist()] == [
        ("007", "1", 1_439_856_000_101, False),
        ("2", "3", 5, False),
    ]
    assert (bad_lines, remarks) == (0, [])


def test_a_pair_without_its_time_is_bad_where_times_count(texts: MakeTexts) -> None:
    raw = texts({**PAIRS, "timestamp": ["x", "5"]})
    with pytest.raises(InputError, match="line 2: timestamp is x, not a whole number"):
        read_pairs(raw, 0.0, timed=True)
    [remark] = read_pairs(raw, 0.0, timed=False).remarks
    assert "1 lines have a value that cannot be read" in remark.text


def test_titles_of_two_languages_and_tags_are_one_item_each(texts: MakeTexts) -> None:
    titles = texts({"item": ["1", "2"], "title": ["one", None]})
    other = texts({"0:1": ["2", "3"], "1:مصباح": ["折り", "drei"], "fields": ["2", "2"]})
    tags = texts({"0:1": ["2"], "1:Comedy": ["Food"], "fields": ["2"]})
    with_counts = [table.mutate(fields=table["fields"].cast("int64")) for table in (other, tags)]
    read = read_texts(titles, *with_counts, 0.0)
    columns = [Columns.ITEM, Columns.TITLE, Columns.CATEGORIES]
    assert [tuple(row.values()) for row in read.rows.select(*columns).to_pyarrow().to_pylist()] == [
        ("1", "one مصباح", "Comedy"),
        ("2", "折り", "Food"),
        ("3", "drei", None),
    ]
    assert len(read.remarks) == 2 and "has no line of column names" in read.remarks[0].text


def test_an_item_with_two_titles_is_told(texts: MakeTexts) -> None:
    read = read_items(texts({"item": ["1", "1", "1"], "title": ["a", "b", "a"]}), 0.0)
    [remark] = read.remarks
    assert "2 of 3 lines describe an item again, 1 of them otherwise" in remark.text


@pytest.mark.parametrize("given", [{"pairs": "p.csv"}, {"sequences": None}])
def test_one_file_of_interactions_is_named(given: dict[str, str | None]) -> None:
    with pytest.raises(ValidationError, match="name one and set the other to null"):
        Config(**given)


def test_times_are_there_where_pairs_are_named() -> None:
    assert SOURCE.holds_times(Config(sequences=None, pairs="p.csv"))
    assert not SOURCE.holds_times(Config())
