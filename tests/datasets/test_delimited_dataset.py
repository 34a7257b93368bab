"""Raw delimited files as tables of text."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.delimited import DelimitedDataset


def rows_of(path: Path, delimiter: str = "\t", **options: Any) -> list[dict[str, Any]]:
    table = DelimitedDataset(filepath=path, delimiter=delimiter, **options).load()
    return table.order_by("line_number").to_pyarrow().to_pylist()


def test_every_column_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.inter"
    path.write_text("userID\titemID\tx_label\n0\t007\t0\n1\t\tNULL\n")
    assert rows_of(path) == [
        {"userID": "0", "itemID": "007", "x_label": "0", "line_number": 2, "file": str(path)},
        {"userID": "1", "itemID": None, "x_label": "NULL", "line_number": 3, "file": str(path)},
    ]


fields = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(fields, fields), min_size=1))
def test_quoted_csv_comes_back(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("a", "b"), *rows])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    assert [(row["a"], row["b"]) for row in rows_of(path, ",")] == rows


def test_optional_absent_file_has_no_rows(tmp_path: Path) -> None:
    absent = tmp_path / "absent.csv"
    table = DelimitedDataset(filepath=absent, delimiter=",", optional=True).load()
    assert table.columns == ("line_number", "file")
    assert table.count().execute() == 0
    with pytest.raises(DataFileError, match=r"absent\.csv does not exist\. See the README\."):
        rows_of(absent, hint="See the README.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\tb\n1\t2\n3\n", r"Line: 3.*Expected Number of Columns: 2 Found: 1"),
        ("a\tb\n1\t2\t3\n", r"Line: 2.*Expected Number of Columns: 2 Found: 3"),
        ('a\tb\n"1\t2\n', r"Line: 2"),
        ("", "line 1: the header is"),
        ("a\tA\n1\t2\n", "line 1: the header is"),
        ("a\t\n1\t2\n", "line 1: the header is"),
        ("a\tfile\n1\t2\n", "line 1: the header is"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(DataFileError, match=rf"bad\.tsv.*{message}"):
        rows_of(tmp_path / "bad.tsv")


def test_preview_is_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('item,title\n1,"a, b"\n2,c\n')
    dataset = DelimitedDataset(filepath=path, delimiter=",")
    assert dataset.preview(nrows=1) == {
        "index": [0],
        "columns": ["item", "title"],
        "data": [["1", "a, b"]],
    }
    absent = DelimitedDataset(filepath=tmp_path / "b.csv", delimiter=",", optional=True)
    assert absent.preview()["data"] == []
