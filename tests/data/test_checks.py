import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.expr.types import Table

from siger_pipeline.data.checks import BLANK_LINE, materialise, require_columns, separate
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

MakeLines = Callable[[Sequence[str | None]], Table]


def reasons(lines: MakeLines, texts: Sequence[str | None]) -> Table:
    """Lines whose text is the reason why they are bad; "" where they are blank."""
    raw = lines(texts)
    reason = ibis.ifelse(raw.line == "", BLANK_LINE, raw.line)
    return raw.mutate(**{Columns.REASON: reason})


def test_bad_lines_within_the_share_are_left_out_and_reported(lines: MakeLines) -> None:
    parsed = reasons(lines, [None, "broken", None, None])
    good, report = separate(parsed, "the file", max_bad_share=0.25)
    assert good.line_number.to_pyarrow().to_pylist() == [1, 3, 4]
    assert Columns.REASON not in good.columns and Columns.FILE not in good.columns
    assert (report.lines, report.bad, report.examples) == (4, 1, ("line 2: broken",))


def test_more_bad_lines_than_the_share_name_file_count_share_and_the_first_three(
    lines: MakeLines,
) -> None:
    parsed = reasons(lines, [None, "d", "b", None, "c", "a", None, None])
    with pytest.raises(InputError) as error:
        separate(parsed, "the file", max_bad_share=0.49)
    message = str(error.value)
    assert "folder/raw.txt: 4 of 8 lines (50.00%) are bad" in message
    assert "line 2: d; line 3: b; line 5: c." in message and "line 6" not in message
    assert "49.00%" in message and "ingest.max_bad_share" in message


@pytest.mark.parametrize(
    ("texts", "bad"),
    [([None, ""], 0), ([None, "", ""], 1), (["", None], 1), ([None, "", None, ""], 1)],
)
def test_only_the_blank_line_that_ends_a_file_is_no_bad_line(
    lines: MakeLines, texts: list[str | None], bad: int
) -> None:
    assert separate(reasons(lines, texts), "the file", max_bad_share=1)[1].bad == bad


@pytest.mark.parametrize("texts", [[], [""]])
def test_an_empty_file_is_refused(lines: MakeLines, texts: list[str | None]) -> None:
    with pytest.raises(InputError, match="is empty: wanted"):
        separate(reasons(lines, texts), "the file", max_bad_share=1)


def test_an_absent_column_is_named_with_those_found_and_wanted(
    texts: Callable[[dict[str, Any]], Table],
) -> None:
    table = texts({"userID": ["0"], "label": ["1"]})
    with pytest.raises(InputError) as error:
        require_columns(table, ["userID", "itemID", "x_label"], "the file")
    message = str(error.value)
    assert "folder/raw.txt: no column 'itemID', 'x_label'" in message
    assert "found 'userID', 'label', wanted 'userID', 'itemID', 'x_label'" in message


def test_a_truncated_gzip_is_named(con: Any, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(map(str, range(100_000))).encode())
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: len(whole) // 2])
    raw = con.read_csv(path, header=False, columns={"line": "VARCHAR"}, auto_detect=False)
    with pytest.raises(InputError, match=r"the reviews cannot be read to the end.*cut\.gz.*fetch"):
        materialise(raw, "the reviews")
