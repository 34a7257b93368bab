"""Raw lines under suspicion: bad ones are counted, shown and, within a stated share, left out."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

BLANK_LINE = "the line is blank"
SHOWN = 3  # bad lines in a message
RAISE_SHARE = "mend the file, or raise ingest.max_bad_share"


@dataclass(frozen=True)
class BadLines:
    """What was left out of a raw file. `examples` holds the first few: line number and reason."""

    file: str
    lines: int
    bad: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        """Bad lines over all lines, 0 for an empty file."""
        return self.bad / self.lines if self.lines else 0.0

    def __str__(self) -> str:
        """One sentence: file, count, share, the first few."""
        first = "; ".join(self.examples)
        return f"{self.file}: {self.bad} of {self.lines} lines ({self.share:.2%}) are bad: {first}"


def materialise(table: Table, what: str) -> Table:
    """Compute the table once and keep the result in the engine, until nothing refers to it.

    Raises:
        InputError: the engine cannot read the raw file behind it to its end (a truncated gzip, for
            one, only shows there).
    """
    try:
        return table.cache()
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f"{what} cannot be read to the end: {reason}. The file is damaged or was not fetched"
            " whole: fetch it again."
        ) from error


def require_columns(table: Table, wanted: Sequence[str], what: str) -> None:
    """Refuse a table that lacks a wanted column.

    Raises:
        InputError: it names the file, the columns found and those wanted.
    """
    absent = [name for name in wanted if name not in table.columns]
    if absent:
        found = [n for n in table.columns if n not in (Columns.FILE, Columns.LINE_NUMBER)]
        raise InputError(
            f"{_file(table, what)}: no column {', '.join(map(repr, absent))}; found"
            f" {', '.join(map(repr, found))}, wanted {', '.join(map(repr, wanted))}."
        )


def separate(
    parsed: Table, what: str, max_bad_share: float, remedy: str = RAISE_SHARE
) -> tuple[Table, BadLines]:
    """The good rows of a parsed raw file (those with a null `reason`), and a report of the others.

    A blank line that ends the file does not count.

    Args:
        parsed: columns `line_number`, `file`, `reason` (text, null where the line is good), others.
        what: the file in words, for messages, when its name is not known.
        max_bad_share: largest tolerated share of bad lines, 0 … 1.
        remedy: what to do about too many bad lines, for the message.

    Returns:
        The rows that are good, without `file` and `reason`, computed once and kept; the report.

    Raises:
        InputError: no line at all; more bad lines than tolerated; a file that cannot be read.
    """
    parsed = materialise(parsed, what)
    report = _report(parsed, what)
    if not report.lines:
        raise InputError(f"{report.file} is empty: wanted is a line for each record.")
    if report.share > max_bad_share:
        raise InputError(f"{report}. At most {max_bad_share:.2%} may be: {remedy}.")
    good = parsed.filter(parsed[Columns.REASON].isnull())
    return good.drop(Columns.FILE, Columns.REASON), report


def _report(parsed: Table, what: str) -> BadLines:
    reason, number = parsed[Columns.REASON], parsed[Columns.LINE_NUMBER]
    counted = parsed.aggregate(
        file=parsed[Columns.FILE].max(),
        lines=parsed.count(),
        bad=reason.count(),
        last=number.max(),
        last_blank=number.max(where=reason == BLANK_LINE),
    )
    found = counted.to_pyarrow().to_pylist()[0]
    ends_blank = found["lines"] > 0 and found["last"] == found["last_blank"]
    bad = found["bad"] - ends_blank
    return BadLines(
        file=found["file"] or what,
        lines=found["lines"] - ends_blank,
        bad=bad,
        examples=_examples(parsed, min(bad, SHOWN)),
    )


def _examples(parsed: Table, count: int) -> tuple[str, ...]:
    if not count:
        return ()
    bad = parsed.filter(parsed[Columns.REASON].notnull()).order_by(Columns.LINE_NUMBER)
    rows = bad.limit(count).to_pyarrow().to_pylist()
    return tuple(f"line {row[Columns.LINE_NUMBER]}: {row[Columns.REASON]}" for row in rows)


def _file(table: Table, what: str) -> str:
    return table[Columns.FILE].max().to_pyarrow().as_py() or what
