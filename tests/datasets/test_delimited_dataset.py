"""Raw delimited files as tables of text."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siger_pipeline.data.raw import header
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.delimited import DelimitedDataset


def rows_of(path: Path, delimiter: str = "\t", **options: Any) -> list[dict[str, Any]]:
    """The rows; columns of the file without their place, where no other has that name."""
    table = DelimitedDataset(filepath=path, delimiter=delimiter, **options).load()
    rows = table.order_by("line_number").to_pyarrow().to_pylist()
    return [{re.sub(r"^\d+:", "", name): value for name, value in row.items()} for row in rows]


def fields_of(path: Path, delimiter: str = "\t") -> list[tuple[int, list[str | None]]]:
    """Line number and fields of each row."""
    table = DelimitedDataset(filepath=path, delimiter=delimiter).load()
    rows = table.order_by("line_number").to_pyarrow().to_pylist()
    return [
        (row["line_number"], [value for name, value in row.items() if ":" in name]) for row in rows
    ]


def test_every_column_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.inter"
    path.write_text("userID\titemID\tx_label\n0\t007\t0\n1\t\tNULL\n")

    def own(line: int) -> dict[str, Any]:
        return {"fields": 3, "line_number": line, "file": str(path)}

    assert rows_of(path) == [
        {"userID": "0", "itemID": "007", "x_label": "0", **own(2)},
        {"userID": "1", "itemID": None, "x_label": "NULL", **own(3)},
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
    assert table.columns == ("fields", "line_number", "file")
    assert table.count().execute() == 0
    with pytest.raises(DataFileError, match=r"absent\.csv does not exist\. See the README\."):
        rows_of(absent, hint="See the README.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n1\t2\n3\n", [(2, ["1", "2"], 2), (3, ["3", None], 1)]),
        ("a\tb\n1\t2\t3\n", [(2, ["1", "2"], 3)]),
        ("a\tA\n1\t2\n", [(2, ["1", "2"], 2)]),
        ("a\t\n1\t2\n", [(2, ["1", "2"], 2)]),
        ("file\tline_number\n1\t2\n", [(2, ["1", "2"], 2)]),
    ],
)
def test_rows_of_another_length_and_odd_headers_are_for_the_reader_to_judge(
    tmp_path: Path, text: str, expected: list[tuple[int, list[str | None], int]]
) -> None:
    path = tmp_path / "odd.tsv"
    path.write_text(text)
    rows = rows_of(path)
    counts = [row["fields"] for row in rows]
    result = [
        (n, fields, count) for (n, fields), count in zip(fields_of(path), counts, strict=True)
    ]
    assert result == expected


@pytest.mark.parametrize("text", ["", "\n", "\n  \n"])
def test_an_empty_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.tsv").write_text(text)
    with pytest.raises(DataFileError, match=r"bad\.tsv is empty"):
        rows_of(tmp_path / "bad.tsv")


UNQUOTED = [
    ('"begins with a mark', '"begins with a mark'),
    ('ends with one"', 'ends with one"'),
    ('5" screen, 7" too', '5" screen, 7" too'),
    ('"Best" toy', '"Best" toy'),
    ('"', '"'),
    ('""', None),
    ('"wholly quoted"', "wholly quoted"),
    ('"with ""inner"" ones"', 'with "inner" ones'),
    ("a, comma", "a, comma"),
]


@pytest.mark.parametrize(("title", "read"), UNQUOTED)
def test_between_tabs_quote_marks_are_text(tmp_path: Path, title: str, read: str | None) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"itemID\ttitle\n0\tfirst\n1\t{title}\n2\tlast\n")
    assert fields_of(path) == [(2, ["0", "first"]), (3, ["1", read]), (4, ["2", "last"])]


QUOTED = [
    ('"a, b"', "a, b"),
    ('"two ""marks"""', 'two "marks"'),
    ('"over\ntwo lines"', "over two lines"),
    ('5" screen', '5" screen'),
    ('"Best" toy', '"Best" toy'),
    ('"never closed', '"never closed'),
    ("plain", "plain"),
]


@pytest.mark.parametrize(("title", "read"), QUOTED)
def test_between_commas_quotes_hold_what_is_not_text(tmp_path: Path, title: str, read: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'item,title\n1,"first"\n2,{title}\n3,"last"\n')
    more = title.count("\n")
    assert fields_of(path, ",") == [
        (2, ["1", "first"]),
        (3, ["2", read]),
        (4 + more, ["3", "last"]),
    ]


def test_line_ends_inside_quotes_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.csv").write_text('item,title\n1,"one\ntwo\nthree"\n')
    fields_of(tmp_path / "a.csv", ",")
    assert "a.csv: 1 quoted fields hold line ends, the first from line 2 to line 4" in caplog.text


@pytest.mark.parametrize("delimiter", ["\t", ","])
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.replace("\n", "\r\n", 2).encode(),
        lambda text: text.removesuffix("\n").encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\n\n").encode(),
        lambda text: gzip.compress(text.encode()),
    ],
)
def test_line_ends_and_encodings(
    tmp_path: Path, delimiter: str, encode: Callable[[str], bytes]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(encode("item,title\n1,é\n2,b\n3,c\n".replace(",", delimiter)))
    result = [fields for _, fields in fields_of(path, delimiter)]
    assert result == [["1", "é"], ["2", "b"], ["3", "c"]]
    assert list(rows_of(path, delimiter)[0])[:2] == ["item", "title"]


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


def test_a_quoted_field_may_be_long(tmp_path: Path) -> None:
    long = "a, " * 70_000
    (tmp_path / "a.csv").write_text(f'item,title\n1,"{long}"\n')
    assert fields_of(tmp_path / "a.csv", ",") == [(2, ["1", long])]


def test_a_nul_in_a_name_is_shown_and_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"us\0er,item\n1,2\n")
    table = DelimitedDataset(filepath=tmp_path / "t.csv", delimiter=",").load()
    assert list(header(table).values()) == ["us\ufffder", "item"]
    assert table[table.columns[0]].to_pyarrow().to_pylist() == ["1"]
