"""The columns of raw tables, by the names that their files give them.

A raw table names its columns `<position>:<name in the file>`, so that no name of a user's file can
be mistaken for one of ours.
"""

import re
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.operations as ops
from ibis.expr.types import BooleanValue, StringValue, Table

from siger_pipeline.data.formats import advice, separated_otherwise
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

OURS = (Columns.LINE_NUMBER, Columns.FILE, Columns.FIELDS)
LISTED = 30  # names in a message
SHOWN = 40  # characters of a name in it
POSITION = re.compile(r"\d+:")


def header(table: Table) -> dict[str, str]:
    """Column of a raw table -> its name in the file, in the file's order; empty without a file."""
    return {
        column: POSITION.sub("", column, count=1) for column in table.columns if column not in OURS
    }


def find(table: Table, name: str) -> str | None:
    """The column of this name, exactly or but for case and blanks around it; None without one.

    Raises:
        InputError: two columns have the name.
    """
    names = header(table)
    exact = [column for column, written in names.items() if written == name]
    alike = [column for column, written in names.items() if _bare(written) == _bare(name)]
    if len(columns := exact or alike) > 1:
        several = listed([names[column] for column in columns])
        raise InputError(
            f"{file_of(table, 'the file')}: more than one column is {name!r} ({several}): take out"
            " or rename all but one."
        )
    return columns[0] if columns else None


def require_columns(
    table: Table,
    wanted: Sequence[str],
    what: str,
    delimiter: str | None = None,
    remedy: str = "Its first line must hold these names.",
) -> dict[str, str]:
    """The columns of these names; see `find`.

    Args:
        table: a raw table.
        wanted: names in the file.
        what: the file in words, for messages, when its name is not known.
        delimiter: what separates the fields of such a file.
        remedy: what to do about a file of the right format with other column names.

    Returns:
        Name -> column of the table.

    Raises:
        InputError: it names the file, the columns found and those wanted.
    """
    columns = {name: find(table, name) for name in wanted}
    absent = [name for name, column in columns.items() if column is None]
    if absent:
        names = list(header(table).values())
        hint = separated_otherwise(names, delimiter) if delimiter else None
        hint = hint or advice([(delimiter or "\t").join(names)], delimiter or "\t") or remedy
        raise InputError(
            f"{file_of(table, what)}: no column {', '.join(map(repr, absent))}; found"
            f" {listed(names)}, wanted {', '.join(map(repr, wanted))}. {hint}".strip()
        )
    return {name: column for name, column in columns.items() if column is not None}


def listed(names: Sequence[str]) -> str:
    """Names of columns for a message: the first ones, each cut where it is long."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(repr(name[:SHOWN]) for name in names[:LISTED]) + more


def take(table: Table, columns: Mapping[str, str | None]) -> Table:
    """`line_number`, `file`, `fields` and these columns (our name -> theirs; None: all null)."""
    return table.select(
        *(name for name in OURS if name in table.columns),
        **{
            ours: ibis.null("string") if theirs is None else table[theirs]
            for ours, theirs in columns.items()
        },
    )


def wrong_count(parsed: Table, raw: Table) -> list[tuple[BooleanValue, StringValue]]:
    """Where a line has more or fewer fields than the header; and the words."""
    if Columns.FIELDS not in parsed.columns:
        return []
    wanted, fields = len(header(raw)), parsed[Columns.FIELDS]
    words = "it has " + fields.cast("string") + f" fields, the header has {wanted}"
    return [(fields != wanted, words)]


def with_header_as_row(table: Table) -> Table:
    """The rows of a file without a header, whose first line was taken for one."""
    names = header(table)
    first = {column: ibis.literal(name).nullif("") for column, name in names.items()}
    ours = {
        Columns.FIELDS: ibis.literal(len(names), "int64"),
        Columns.LINE_NUMBER: ibis.literal(1, "int64"),
        Columns.FILE: table[Columns.FILE],
    }
    row = table.limit(1).select(**{name: (first | ours)[name] for name in table.columns})
    return row.union(table)


def file_of(table: Table, what: str) -> str:
    """The path of the file that a raw table was read from; `what` where nothing knows it."""
    if path := path_in(table):
        return path
    rows = table.select(Columns.FILE).limit(1).to_pyarrow().to_pylist()
    return rows[0][Columns.FILE] if rows else what


def path_in(table: Table) -> str | None:
    """The path that an expression writes beside each row, which it knows also without a row.

    None of a table that was computed before, or is of several files.
    """
    values = (project.values.get(Columns.FILE) for project in table.op().find(ops.Project))
    paths = {value.value for value in values if isinstance(value, ops.Literal)}
    return paths.pop() if len(paths) == 1 else None


def _bare(name: str) -> str:
    return name.strip("\ufeff \t\r\n\"'").casefold()
