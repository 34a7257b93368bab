"""MMRec's mapping files: the source's id of each number of a user or an item."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.numbered.numbering import not_a_number, repeated
from siger_pipeline.data.raw import (
    SHOWN,
    file_of,
    find,
    header,
    listed,
    require_columns,
    take,
    with_header_as_row,
    wrong_count,
)
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import WHOLE_NUMBER, is_unreadable, null_if_blank, whole_number
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import Remark

# A published folder is taken whole: a number without its id would leave a gap.
NO_BAD_LINES = 0.0
MEND = "mend the file or fetch it again"
TAB = "\t"
UNNAMED = re.compile(r"\s*(Unnamed: \d+)?\s*")
REMEDY = "Name them so in its first line; for items, ingest.mmrec.item_columns may name others."
USUAL_NAMES = ("asin", "user_id")  # MMRec's, whatever the source


@dataclass(frozen=True)
class NumberedIds:
    """A mapping file, and its columns.

    Attributes:
        table: its rows; a first line without column names is one of them.
        number_name: what the numbers are called.
        number: the column of numbers.
        name: the column of ids; None where there is none.
        remarks: on columns that were not named as wanted.
    """

    table: Table
    number_name: str
    number: str
    name: str | None
    remarks: list[Remark] = field(default_factory=list)

    def rows(
        self, key: str, what: str, texts: Mapping[str, str] | None = None
    ) -> tuple[Table, str]:
        """The ids as column `key`, their numbers as `row`, and further columns; the file's path.

        Raises:
            InputError: a number is not whole, negative or occurs twice; an id is missing or occurs
                twice; a line has more or fewer fields than the header.
        """
        asked = {key: self.name or self.number, **(texts or {})}
        parsed = take(self.table, {self.number_name: self.number, **asked})
        texts_read = {ours: null_if_blank(parsed[ours]) for ours in asked}
        parsed = parsed.mutate(
            **texts_read, **{Columns.ROW: whole_number(parsed[self.number_name])}
        )
        if self.name is None:
            parsed = parsed.mutate(**{key: parsed[Columns.ROW].cast("string")})
        name = header(self.table)[asked[key]][:SHOWN]
        reason = ibis.cases(
            *wrong_count(parsed, self.table),
            not_a_number(parsed, self.number_name, Columns.ROW),
            (parsed[key].isnull(), f"{name} is missing or empty"),
            (is_unreadable(parsed[key]), f"{name} holds characters that are not text"),
            repeated(parsed, self.number_name, Columns.ROW),
            repeated(parsed, name, key),
        )
        parsed = parsed.mutate(**{Columns.REASON: reason})
        good, report = separate(parsed, what, NO_BAD_LINES, MEND)
        return good, report.file


def is_absent(table: Table) -> bool:
    """Whether an optional file is not there."""
    return not header(table)


def read_mapping(
    table: Table, number: str, name: str | None, what: str, others: Collection[str] = ()
) -> NumberedIds:
    """The columns of a mapping file: by name, or the only one that is left, or by position.

    Args:
        table: a raw table that is not absent.
        number: the name of the column of numbers.
        name: the name of the column of ids; None, or of `USUAL_NAMES`: whatever it is called.
        what: the file in words.
        others: columns of the table that are something else.

    Raises:
        InputError: more than one column may be the one of ids, or none the one of numbers.
    """
    numbers = find(table, number)
    if numbers is None:
        return _without_header(table, number, name, what)
    if name and (column := find(table, name)):
        return NumberedIds(table, number, numbers, column)
    if name and name not in USUAL_NAMES:
        require_columns(table, [number, name], what, TAB, REMEDY)
    return _only_one_left(table, number, numbers, {numbers, *others}, what)


def _only_one_left(
    table: Table, number: str, numbers: str, taken: Collection[str], what: str
) -> NumberedIds:
    left = {column: name for column, name in header(table).items() if column not in taken}
    # A column without a name beside others is the row index that pandas writes.
    named = {column: name for column, name in left.items() if not UNNAMED.fullmatch(name)}
    left = named or left
    file = file_of(table, what)
    if len(left) > 1:
        raise InputError(
            f"{file}: which column holds the source's ids? Found {listed(list(left.values()))}"
            f" beside {number}: leave one of them, or for the items of source mmrec name it in"
            " ingest.mmrec.item_columns."
        )
    if not left:
        text = f"{file} has no column of ids: the numbers are taken for them."
        return NumberedIds(table, number, numbers, None, [Remark(text)])
    column, name = left.popitem()
    text = f"{file}: column {name[:SHOWN]!r} is taken for the source's ids."
    return NumberedIds(table, number, numbers, column, [Remark(text)])


def _without_header(table: Table, number: str, name: str | None, what: str) -> NumberedIds:
    columns = header(table)
    whole = [column for column, first in columns.items() if re.match(WHOLE_NUMBER, first)]
    if len(columns) > 2 or not whole:
        require_columns(table, [number, *([] if name is None else [name])], what, TAB, REMEDY)
    # Numbers begin at 0, mostly on the first line; ids that are numbers need not.
    numbers = ([column for column in whole if columns[column].strip('" ') == "0"] or whole)[-1]
    names = next((column for column in columns if column != numbers), None)
    text = (
        f"{file_of(table, what)} has no line of column names: column"
        f" {list(columns).index(numbers) + 1} is taken for {number}."
    )
    return NumberedIds(with_header_as_row(table), number, numbers, names, [Remark(text)])
