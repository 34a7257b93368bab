"""Columns of raw tables, by the names that files give them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.expr.types import Table

from siger_pipeline.data.raw import file_of, find, header, require_columns, take
from siger_pipeline.data.schema import Columns, raw_name
from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.errors import InputError

MakeTexts = Callable[[dict[str, Any]], Table]


def raw(texts: MakeTexts, *names: str) -> Table:
    """A raw table with one row: each field holds the name of its column."""
    return texts({raw_name(place, name): [name] for place, name in enumerate(names)})


def test_an_absent_column_is_named_with_those_of_the_file_and_those_wanted(
    texts: MakeTexts,
) -> None:
    table = texts({"userID": ["0"], "label": ["1"]})
    with pytest.raises(InputError) as error:
        require_columns(table, ["userID", "itemID", "x_label"], "the file")
    message = str(error.value)
    assert "folder/raw.txt: no column 'itemID', 'x_label'" in message
    assert "found 'userID', 'label', wanted 'userID', 'itemID', 'x_label'" in message


@pytest.mark.parametrize("found", ["userID", "userid", " userID ", "\ufeffuserID", '"userID"'])
def test_case_and_blanks_of_a_column_name_do_not_matter(texts: MakeTexts, found: str) -> None:
    table = raw(texts, "price", found)
    assert header(table) == {"0:price": "price", f"1:{found}": found}
    assert find(table, "userID") == f"1:{found}"


def test_the_exact_name_comes_before_one_that_is_alike(texts: MakeTexts) -> None:
    assert find(raw(texts, "Title", "title"), "title") == "1:title"
    with pytest.raises(InputError, match=r"more than one column is 'title' \('Title', 'TITLE'\)"):
        find(raw(texts, "Title", "TITLE"), "title")
    with pytest.raises(InputError, match="more than one column is 'title'"):
        find(raw(texts, "title", "title"), "title")


OURS = sorted(value for key, value in vars(Columns).items() if key.isupper())


def test_no_column_of_a_file_clashes_with_ours(texts: MakeTexts) -> None:
    table = raw(texts, *OURS, "asked for")
    taken = take(table, require_columns(table, ["asked for"], "the file"))
    assert set(taken.columns) == {Columns.LINE_NUMBER, Columns.FILE, "asked for"}
    assert taken.line_number.to_pyarrow().to_pylist() == [2]


@pytest.mark.parametrize(
    ("names", "delimiter", "words"),
    [
        (["userID,itemID,x_label"], "\t", "separated by commas, wanted are tabs"),
        (["userID;itemID;x_label"], "\t", "separated by semicolons, wanted are tabs"),
        (["userID itemID x_label"], "\t", "separated by blanks, wanted are tabs"),
        (["userID\titemID\tx_label"], ",", "separated by tabs, wanted are commas"),
        (["user_id:token", "item_id:token", "rating:float"], "\t", "atomic file of RecBole"),
        (["0", "5", "0"], "\t", "without a header"),
    ],
)
def test_another_delimiter_or_format_is_said(
    texts: MakeTexts, names: list[str], delimiter: str, words: str
) -> None:
    with pytest.raises(InputError, match="no column 'userID'") as caught:
        require_columns(raw(texts, *names), ["userID"], "the file", delimiter)
    assert words in str(caught.value)


def test_absent_columns_are_null(texts: MakeTexts) -> None:
    taken = take(raw(texts, "a"), {"b": None})
    assert taken["b"].to_pyarrow().to_pylist() == [None]
    assert taken.schema()["b"] == ibis.dtype("string")


def test_a_file_without_a_row_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text("user,item\n")
    bare = DelimitedDataset(filepath=tmp_path / "bare.csv", delimiter=",").load()
    assert bare.count().to_pyarrow().as_py() == 0
    assert (
        file_of(bare.filter(bare[str(find(bare, "user"))] != "x"), "the file")
        == f"{tmp_path}/bare.csv"
    )
    with pytest.raises(InputError, match=r"^/.*/bare\.csv: no column 'title'"):
        require_columns(bare, ["title"], "the file")
    (tmp_path / "other.csv").write_text("user,item\n1,2\n")
    other = DelimitedDataset(filepath=tmp_path / "other.csv", delimiter=",").load()
    both = bare.select("file").union(other.select("file"))
    assert file_of(both, "the files") == f"{tmp_path}/other.csv"


def test_names_in_messages_are_short_and_few(texts: MakeTexts) -> None:
    table = raw(texts, *("x" * 3_000 for _ in range(50)))
    with pytest.raises(InputError) as caught:
        require_columns(table, ["user"], "the file")
    assert "and 20 more, wanted 'user'" in str(caught.value) and len(str(caught.value)) < 2_000
