"""Tables of any format as text, with their own names of columns."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError

from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.user_table import UserTableDataset, delimiter_of


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = UserTableDataset(filepath=path).load().to_pyarrow().to_pylist()
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a,b", "1,2"], ","),
        (["a;b;c", "1,5;2,5;x"], ";"),
        (["a\tb", "x, y, z\t2"], "\t"),
        (["a|b", "x;y|2"], "|"),
        (["1::2::3", "4::5::6"], "::"),
        (["name, first|age", "x|2", "y, z|3"], "|"),
        (['"a;b",c', '"1;2",3'], ","),
        (["one column", "x y"], ","),
        ([], ","),
    ],
)
def test_the_delimiter_is_the_one_that_splits_evenly(lines: list[str], expected: str) -> None:
    assert delimiter_of(lines) == expected


def test_parquet_is_text_by_the_paths_of_its_fields(tmp_path: Path) -> None:
    table = pa.table(
        {
            "n": pa.array([7, None], pa.int16()),
            "f": pa.array([0.5, 3.0]),
            "s": [{"a": "x", "in": {"b": 1}}, None],
            "tags": [["p", "q"], []],
            "at": pa.array([datetime(2024, 5, 1), None], pa.timestamp("us", "Europe/Berlin")),
            "file": ["own", "names"],
        }
    )
    pq.write_table(table, tmp_path / "t.bin")
    first, second = rows(tmp_path / "t.bin")
    named = {name.partition(":")[2] or name: value for name, value in first.items()}
    assert named | {"at": None} == {
        **{"n": "7", "f": "0.5", "s.a": "x", "s.in.b": "1", "tags": "p q", "at": None},
        **{"file": str(tmp_path / "t.bin"), "line_number": 1},
    }
    assert first["6:file"] == "own" and first["5:at"].startswith("2024-05-01 00:00:00")
    assert [second[name] for name in ("0:n", "1:f", "2:s.a", "3:s.in.b")] == [
        None,
        "3.0",
        None,
        None,
    ]
    assert second["line_number"] == 2


@pytest.mark.parametrize("kind", ["zstd", "gzip"])
@pytest.mark.parametrize("text", ["a,b\n1,é\n2,\n", 'a,b\r\n1,"é"\r\n2,\r\n', '{"a": "é"}\n'])
def test_packed_text_is_read_as_if_it_were_not(kind: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(text.encode())
    (tmp_path / "packed").write_bytes(pa.compress(text.encode(), kind, asbytes=True))
    expected = [{**row, "file": str(tmp_path / "packed")} for row in rows(tmp_path / "plain")]
    assert rows(tmp_path / "packed") == expected and expected


def test_one_damaged_line_makes_lines_of_json_no_table_of_text(tmp_path: Path) -> None:
    (tmp_path / "t").write_text('---;x\n{"a": 1}\n{"a": 2}\n')
    assert [row["line"] for row in rows(tmp_path / "t")] == ["---;x", '{"a": 1}', '{"a": 2}']


def test_a_truncated_zstandard_file_is_told(tmp_path: Path) -> None:
    content = pa.compress(b"some text\n" * 9_999, "zstd", asbytes=True)
    (tmp_path / "t").write_bytes(content[: len(content) // 2])
    with pytest.raises(DatasetError, match=r"t cannot be read as lines"):
        LinesDataset(filepath=tmp_path / "t").load()


def test_the_first_rows_are_shown(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a;b\n1;2\n3;4\n")
    preview = UserTableDataset(filepath=tmp_path / "t.csv").preview(1)
    assert preview["data"][0][:2] == ["1", "2"] and len(preview["data"]) == 1
