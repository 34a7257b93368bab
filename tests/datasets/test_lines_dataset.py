"""Raw text files as tables of lines."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siger_pipeline.datasets import look, rawtext
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.lines import LinesDataset


def lines_of(path: Path) -> list[tuple[int, str | None]]:
    table = LinesDataset(filepath=path).load().order_by("line_number").to_pyarrow()
    assert set(table["file"].to_pylist()) <= {str(path)}
    return list(zip(table["line_number"].to_pylist(), table["line"].to_pylist(), strict=True))


letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x01\r\n")


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.text(letters, min_size=1), min_size=1), packed=st.booleans())
def test_lines_come_back_as_they_are(
    lines: list[str], packed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if lines[0].startswith("\ufeff"):
        lines[0] = "x"
    data = "\n".join(lines).encode()
    path = tmp_path_factory.mktemp("lines") / ("a.json.gz" if packed else "a.json")
    path.write_bytes(gzip.compress(data) if packed else data)
    assert lines_of(path) == list(enumerate(lines, start=1))


def test_empty_lines_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b'\n{"a": "1"}\n\n"x"\n')
    assert lines_of(tmp_path / "a") == [(1, None), (2, '{"a": "1"}'), (3, None), (4, '"x"')]
    (tmp_path / "b").write_bytes(b"")
    assert lines_of(tmp_path / "b") == []
    (tmp_path / "c").write_bytes(b"a\r\n\r\nb")
    assert lines_of(tmp_path / "c") == [(1, "a"), (2, None), (3, "b")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\r\nb\n", ["a", "b"]),
        (b"a\nb\rc\n", ["a", "b", "c"]),
        (b"a\nb\x01c\n", ["a", "b\ufffdc"]),
        (b"a\nb", ["a", "b"]),
        (b"\xef\xbb\xbfa\r\nb", ["a", "b"]),
        ("é\nb\n".encode("utf-16"), ["é", "b"]),
        ('{"a": 1}\n{"b": 2}\n'.encode("utf-16-le"), ['{"a": 1}', '{"b": 2}']),
        (b"good\ncaf\xe9\n", ["good", "caf\ufffd"]),
        (b"a\x00b\nc\n", ["a\x00b", "c"]),
    ],
)
def test_any_line_ends_and_bytes_that_are_no_text(
    tmp_path: Path, data: bytes, expected: list[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert lines_of(tmp_path / "a.txt") == list(enumerate(expected, start=1))


def test_a_line_longer_than_may_be_is_cut_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in (look, rawtext):
        monkeypatch.setattr(module, "LONGEST_LINE", 2_000_000)
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\n" + b"x" * 5_000_000 + b"\nb\n")
    (_, first), (_, cut), (_, last) = lines_of(path)
    assert (first, cut, last) == ("a", "x" * rawtext.SHOWN + "\ufffd", "b")
    assert "a.txt: lines with bytes" in caplog.text and "1, the first of them line 2" in caplog.text


def test_many_lines_are_numbered_in_order(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("".join(f"line {n} {'x' * 50}\n" for n in range(1, 300_001)))
    table = LinesDataset(filepath=tmp_path / "a").load()
    own = table.line.split(" ")[1].cast("int64")
    assert table.filter(own != table.line_number).count().execute() == 0
    assert table.count().execute() == 300_000


def test_truncated_or_damaged_gzip_is_named(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"line {n}\n" for n in range(10_000)).encode())
    path = tmp_path / "reviews.json.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataFileError, match=r"reviews\.json\.gz.*ended before.*fetch it again"):
        LinesDataset(filepath=path).load()
    path.write_bytes(whole[:-8] + b"\x00" * 4 + whole[-4:])
    with pytest.raises(DataFileError, match=r"reviews\.json\.gz.*CRC"):
        LinesDataset(filepath=path).load()
    path.write_bytes(b"not packed\n")
    with pytest.raises(DataFileError, match=r"reviews\.json\.gz.*Not a gzipped file"):
        LinesDataset(filepath=path).load()


def test_bytes_that_are_not_utf8_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.json").write_bytes(b"good\ncaf\xe9\nn\xe9e\n")
    LinesDataset(filepath=tmp_path / "a.json").load()
    assert "a.json: lines with bytes that are not utf-8 text" in caplog.text
    assert "2, the first of them line 2" in caplog.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "zip archive"),
        (b"PAR1rest", "a Parquet file"),
        (b"\xfd7zXZ\x00rest", "an xz file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_a_file_of_another_kind_is_not_called_damaged(
    tmp_path: Path, data: bytes, words: str
) -> None:
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(DataFileError, match=words) as caught:
        LinesDataset(filepath=tmp_path / "a.json").load()
    assert "damaged" not in str(caught.value)


def test_gzip_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(gzip.compress(b"a\nb\n"))
    assert lines_of(tmp_path / "a.json") == [(1, "a"), (2, "b")]


def test_missing_file_tells_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"a\.json does not exist\. Ask for it\."):
        LinesDataset(filepath=tmp_path / "a.json", hint="Ask for it.").load()


def test_preview_is_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"a\r\n" + b"b" * 1000 + b"\nc\n"))
    assert LinesDataset(filepath=path).preview(nrows=2) == {
        "index": [0, 1],
        "columns": ["line_number", "line"],
        "data": [[1, "a"], [2, "b" * 240]],
    }
