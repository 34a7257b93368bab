"""Columns of a user's table as text: by name, by number, or by a path in JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table

from siger_pipeline.data.formats import separated_otherwise
from siger_pipeline.data.json_fields import POSITION, texts_of_records
from siger_pipeline.data.raw import (
    OURS,
    SHOWN,
    file_of,
    find,
    header,
    listed,
    take,
    with_header_as_row,
    wrong_count,
)
from siger_pipeline.data.records import not_a_record
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import null_if_blank
from siger_pipeline.errors import InputError

Named = str | int
NUMBER = re.compile(r"-?\d+([.,]\d+)?")


def pick(table: Table, asked: Mapping[str, Sequence[Named]], what: str, key: str) -> Table:
    """The columns that are asked for, as text.

    Args:
        table: raw, of text or of lines of JSON.
        asked: our name -> columns of the table, whose texts are joined with blanks.
        what: the table in words, for messages, when its name is not known.
        key: of the parameter that names the columns.

    Returns:
        `line_number`, `file`, `element_number` (of an element in the list of a record, else 0),
        `reason` (text, where the line is bad), and a column for each of `asked`, null where
        blank.

    Raises:
        InputError: the table has no such column; it lists those that there are.
    """
    named = [each for several in asked.values() for each in several]
    if Columns.LINE in table.columns:
        return _of_json(table, asked, what, key)
    bare, columns = _columns(table, named, what, key)
    names = {f"{ours}{n}": columns[each] for ours, many in asked.items() for n, each in _in(many)}
    parsed = take(bare, names)
    reasons = wrong_count(parsed, bare)
    texts = {ours: _joined([parsed[f"{ours}{n}"] for n, _ in _in(m)]) for ours, m in asked.items()}
    return _picked(parsed, texts, reasons, ibis.literal(0, "int64"))


def _in(several: Sequence[Named]) -> Iterator[tuple[int, Named]]:
    return enumerate(several)


def _picked(
    parsed: Table,
    texts: Mapping[str, StringValue],
    reasons: list[tuple[BooleanValue, StringValue]],
    position: IntegerValue,
) -> Table:
    reason = ibis.cases(*reasons) if reasons else ibis.null("string")
    kept = (name for name in OURS if name in parsed.columns and name != Columns.FIELDS)
    return parsed.select(*kept, **{POSITION: position, Columns.REASON: reason}, **texts)


def _joined(parts: Sequence[StringValue]) -> StringValue:
    blanked = [null_if_blank(part) for part in parts]
    if len(blanked) == 1:
        return blanked[0]
    return null_if_blank(ibis.literal(" ").join(blanked))


def _columns(
    table: Table, named: Sequence[Named], what: str, key: str
) -> tuple[Table, dict[Named, str]]:
    """The rows of the table, and asked column -> the table's name for it."""
    names = list(header(table).values())
    numbers = [each for each in named if isinstance(each, int)]
    if not numbers:
        found = {each: find(table, str(each)) for each in named}
        if absent := [str(each) for each, column in found.items() if column is None]:
            raise InputError(
                f"{file_of(table, what)}: no column {', '.join(map(repr, absent))}; found"
                f" {listed(names)}. {_remedy(absent, names, key)}"
            )
        return table, {each: column for each, column in found.items() if column is not None}
    if len(numbers) < len(named) or Columns.FIELDS not in table.columns:
        raise InputError(
            f"{what}: {key} names columns by their number, which is for text without a header and"
            f" then for each column; found {', '.join(map(repr, named))}. Its columns are"
            f" {listed(names)}."
        )
    if max(numbers) > len(names):
        raise InputError(
            f"{what}: {key} names column {max(numbers)}, and its first line has {len(names)}"
            f" fields ({listed(names)}): mend the number."
        )
    return with_header_as_row(table), {n: list(header(table))[n - 1] for n in numbers}


def _remedy(absent: Sequence[str], names: Sequence[str], key: str) -> str:
    if other := separated_otherwise(names, ","):
        return other
    if any(NUMBER.fullmatch(name) for name in names):
        return f"Its first line seems to hold values: name columns by number, from 1, in {key}."
    near = get_close_matches(absent[0], names, n=1)
    wish = f"Did you mean {near[0][:SHOWN]!r}? " if near else ""
    return f"{wish}Name the columns of your table in {key}."


def _of_json(table: Table, asked: Mapping[str, Sequence[Named]], what: str, key: str) -> Table:
    paths = list(dict.fromkeys(str(each) for several in asked.values() for each in several))
    parsed, known = texts_of_records(table, paths, what)
    columns = {path: f"{n}" for n, path in enumerate(paths)}
    if absent := [path for path, column in columns.items() if column not in parsed.columns]:
        raise InputError(
            f"{file_of(table, what)}: no record has {', '.join(map(repr, absent))}; found"
            f" {listed(known)}. {_remedy(absent, known, key)}"
        )
    texts = {
        ours: _joined([parsed[columns[str(each)]] for each in several])
        for ours, several in asked.items()
    }
    return _picked(parsed, texts, not_a_record(parsed), parsed[POSITION])
