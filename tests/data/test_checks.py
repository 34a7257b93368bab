import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import duckdb
import ibis
import pytest
from ibis.expr.types import Table

from siger_pipeline.data.checks import BLANK_LINE, materialise, separate
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


def test_a_truncated_gzip_is_named(con: Any, tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(map(str, range(100_000))).encode())
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[: len(whole) // 2])
    raw = con.read_csv(path, header=False, columns={"line": "VARCHAR"}, auto_detect=False)
    with pytest.raises(InputError, match=r"the reviews cannot be read to the end.*cut\.gz.*fetch"):
        materialise(raw, "the reviews")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            duckdb.OutOfMemoryException("Out of Memory Error: 5 GiB"),
            r"more memory than is available.*setting that limits it is memory_limit \(auto\)",
        ),
        (
            duckdb.OutOfMemoryException(
                "Out of Memory Error: failed to offload data block (1.0 MiB/1.0 MiB used).\n"
                "This limit was set by the 'max_temp_directory_size' setting."
            ),
            r"setting that limits it is TMPDIR \(",
        ),
        (duckdb.IOException('Cannot open file "x": Permission denied'), "Permission denied"),
        (duckdb.IOException("could not write to spill file: no room"), "no room"),
    ],
)
def test_damage_is_not_the_word_for_memory_or_rights(error: Exception, words: str) -> None:
    class Failing:
        def cache(self) -> None:
            raise error

    with pytest.raises(InputError, match=words) as caught:
        materialise(cast(Table, Failing()), "the reviews")
    assert "damaged" not in str(caught.value) and "fetch it again" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"temp_directory": "/dev/null/x"}, r"TMPDIR \(.*Failed to create directory"),
        ({"temp_directory": ""}, r"TMPDIR \("),
    ],
)
def test_a_setting_of_the_engine_is_named_and_not_the_file(
    settings: dict[str, str], setting: str, tmp_path: Path
) -> None:
    given = {"temp_directory": str(tmp_path), **settings}
    small = ibis.duckdb.connect(":memory:", memory_limit="8MB", threads=1, **given)
    small.raw_sql("CREATE VIEW made AS SELECT md5(range::VARCHAR) AS a FROM range(600000)")
    rows = small.table("made")
    with pytest.raises(InputError, match=f"the setting that limits it is {setting}") as caught:
        materialise(rows, "the reviews")
    assert "read to the end" not in str(caught.value) and "fetch it" not in str(caught.value)


def test_where_most_lines_are_bad_the_advice_is_not_to_tolerate_them(lines: MakeLines) -> None:
    parsed = reasons(lines, ["a", "b", "c", None])
    raw = parsed.mutate(line=parsed[Columns.REASON])
    with pytest.raises(InputError, match="another format") as caught:
        separate(parsed, "the file", max_bad_share=0.01, lines=raw)
    assert "max_bad_share" not in str(caught.value)
    with pytest.raises(InputError, match="field names are right: mend the file") as caught:
        separate(parsed, "the file", max_bad_share=0.01)
    assert "max_bad_share" not in str(caught.value)


def test_a_file_without_one_good_line_is_refused_whatever_is_tolerated(lines: MakeLines) -> None:
    with pytest.raises(InputError, match=r"3 of 3 lines \(100.00%\) are bad"):
        separate(reasons(lines, ["a", "b", "c"]), "the file", max_bad_share=1)


def test_a_value_that_nothing_needs_is_noted_and_its_line_stays(lines: MakeLines) -> None:
    parsed = reasons(lines, [None, None, "bad"])
    note = ibis.ifelse(parsed.line_number >= 2, "rating is x", ibis.null("string"))
    good, report = separate(parsed.mutate(**{Columns.NOTE: note}), "the file", 0.5)
    assert good.line_number.to_pyarrow().to_pylist() == [1, 2]
    assert Columns.NOTE not in good.columns
    assert (report.bad, report.noted, report.notes) == (1, 1, ("line 2: rating is x",))
