"""Bad lines of raw files: counted, quoted in messages and, up to a stated share, left out."""

import logging
import re
from dataclasses import dataclass

import duckdb
from ibis.expr.types import Table

from siger_pipeline.data.formats import advice
from siger_pipeline.data.raw import path_in
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.memory import setting_behind
from siger_pipeline.remarks import Remark

BLANK_LINE = "the line is blank"
SHOWN = 3  # bad lines in a message
RAISE_SHARE = "mend the file, or raise ingest.max_bad_share"
MOST = 0.5  # share of bad lines above which the file is of another kind
WRONG_FILE = "this does not seem to be the file that is wanted, or it is of another format"
DAMAGED_REMEDY = " The file is damaged or was not fetched whole: fetch it again."
DAMAGED = re.compile(r"gzip|truncat|ended|corrupt|magic bytes|checksum|crc", re.IGNORECASE)


@dataclass(frozen=True)
class BadLines:
    """What was left out of a raw file.

    Attributes:
        file: its path, or what it is.
        lines: in all.
        bad: lines that were left out.
        examples: line number and reason of the first few of these.
        noted: good lines with a value that cannot be read and that no stage needs.
        notes: line number and reason of the first few of these.
    """

    file: str
    lines: int
    bad: int
    examples: tuple[str, ...]
    noted: int = 0
    notes: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Bad lines over all lines, 0 for an empty file."""
        return self.bad / self.lines if self.lines else 0.0

    def __str__(self) -> str:
        """One sentence: file, count, share, the first few."""
        first = "; ".join(self.examples)
        return f"{self.file}: {self.bad} of {self.lines} lines ({self.share:.2%}) are bad: {first}"

    def remarks(self) -> list[Remark]:
        """A warning on the lines that were left out, and one on values that cannot be read."""
        texts = []
        if self.bad:
            texts.append(f"{self}. They are left out.")
        if self.noted:
            texts.append(
                f"{self.file}: {self.noted} lines have a value that cannot be read and that nothing"
                f" needs: {'; '.join(self.notes)}."
            )
        return [Remark(text, logging.WARNING) for text in texts]


def materialise(table: Table, what: str) -> Table:
    """The table, computed once; its rows stay in the engine as long as something refers to it.

    Raises:
        InputError: the engine cannot read the raw file to its end (a truncated gzip only shows
            there).
    """
    try:
        return table.cache()
    except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InvalidInputException) as error:
        reason = _in_one_line(error)
        if setting := setting_behind(reason):
            raise InputError(
                f"{what} needs more memory than is available, and the setting that limits it is"
                f" {setting}: {reason}. Raise memory_limit, or set TMPDIR to a disk with more room."
            ) from error
        remedy = DAMAGED_REMEDY if DAMAGED.search(reason) else ""
        raise InputError(f"{what} cannot be read to the end: {reason}.{remedy}") from error


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")


def separate(
    parsed: Table,
    what: str,
    max_bad_share: float,
    remedy: str = RAISE_SHARE,
    lines: Table | None = None,
    kind: str | None = None,
) -> tuple[Table, BadLines]:
    """The good rows of a parsed raw file (those with a null `reason`), and a report on the others.

    A blank line that ends the file does not count.

    Args:
        parsed: columns `line_number`, `file`, `reason` (text, null where the line is good), others;
            perhaps `note` (text, null where all of a good line can be read).
        what: the file in words, for messages, when its name is not known.
        max_bad_share: largest tolerated share of bad lines, 0 … 1.
        remedy: what to do about too many bad lines, for the message.
        lines: the same as raw lines, for a message on the format where most are bad.
        kind: what `formats` calls such a file.

    Returns:
        The good rows without `file`, `reason` and `note`, computed once; the report.

    Raises:
        InputError: no line at all; more bad lines than tolerated, or only bad ones; a file that
            cannot be read.
    """
    what = path_in(parsed) or what
    parsed = materialise(parsed, what)
    report = _report(parsed, what)
    if not report.lines:
        raise InputError(f"{report.file} is empty: wanted is a line for each record.")
    if report.share > max_bad_share or report.bad == report.lines:
        raise InputError(
            f"{report}. {_verdict(report, max_bad_share, remedy, _looks(lines, kind))}"
        )
    good = parsed.filter(parsed[Columns.REASON].isnull())
    left = {Columns.FILE, Columns.REASON, Columns.NOTE}.intersection(parsed.columns)
    return good.drop(*left), report


def _verdict(report: BadLines, allowed: float, remedy: str, looks: str | None) -> str:
    """What to do about too many bad lines: where most are, the file may be of another format."""
    if report.share <= MOST:
        return f"At most {allowed:.2%} may be: {remedy}."
    return looks or "Most lines are bad, though the field names are right: mend the file."


def _looks(lines: Table | None, kind: str | None) -> str | None:
    """The format that bad lines seem to have; None where their fields are those wanted."""
    if lines is None:
        return None
    written = lines.filter(lines[Columns.LINE].notnull()).order_by(Columns.LINE_NUMBER)
    texts = written.limit(SHOWN)[Columns.LINE].to_pyarrow().to_pylist()
    right = kind is not None and advice(texts) == f"It looks like {kind}."
    return None if right else advice(texts) or f"Most lines are bad: {WRONG_FILE}."


def _report(parsed: Table, what: str) -> BadLines:
    reason, number = parsed[Columns.REASON], parsed[Columns.LINE_NUMBER]
    noted = parsed[Columns.NOTE].count(where=reason.isnull()) if _has_notes(parsed) else None
    counted = parsed.aggregate(
        file=parsed[Columns.FILE].max(),
        lines=parsed.count(),
        bad=reason.count(),
        last=number.max(),
        last_blank=number.max(where=reason == BLANK_LINE),
        **({} if noted is None else {"noted": noted}),
    )
    counts = counted.to_pyarrow().to_pylist()[0]
    ends_blank = counts["lines"] > 0 and counts["last"] == counts["last_blank"]
    bad, notes = counts["bad"] - ends_blank, counts.get("noted", 0)
    good = parsed.filter(reason.isnull())
    return BadLines(
        file=counts["file"] or what,
        lines=counts["lines"] - ends_blank,
        bad=bad,
        examples=_examples(parsed, Columns.REASON, min(bad, SHOWN)),
        noted=notes,
        notes=_examples(good, Columns.NOTE, min(notes, SHOWN)),
    )


def _has_notes(parsed: Table) -> bool:
    return Columns.NOTE in parsed.columns


def _examples(parsed: Table, column: str, count: int) -> tuple[str, ...]:
    if not count:
        return ()
    marked = parsed.filter(parsed[column].notnull()).order_by(Columns.LINE_NUMBER)
    rows = marked.select(Columns.LINE_NUMBER, column).limit(count).to_pyarrow().to_pylist()
    return tuple(f"line {row[Columns.LINE_NUMBER]}: {row[column]}" for row in rows)
