"""The first rows of raw tables, to guess from."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ibis.expr.types import Table

from siger_pipeline.data.guess.sheet import NUMBER, Named, Sheet
from siger_pipeline.data.json_fields import EACH
from siger_pipeline.data.raw import header, with_header_as_row
from siger_pipeline.data.schema import Columns

ROWS = 100_000  # that are looked at


def sheet_of(name: str, table: Table, without: Collection[str] = ()) -> Sheet:
    """The first rows of a raw table.

    A text whose first line holds a number has no header: its columns are known by their numbers.

    Args:
        name: of the file.
        table: of text, or of lines of JSON.
        without: columns that are not looked at.
    """
    if Columns.LINE in table.columns:
        lines = table.filter(table[Columns.LINE].notnull()).order_by(Columns.LINE_NUMBER)
        texts = lines.limit(ROWS)[Columns.LINE].to_pyarrow().to_pylist()
        return Sheet(name, _columns_of_json(texts))
    names = {column: name for column, name in header(table).items() if name not in without}
    bare = Columns.FIELDS in table.columns and any(map(NUMBER.fullmatch, names.values()))
    rows = (with_header_as_row(table) if bare else table).order_by(Columns.LINE_NUMBER).limit(ROWS)
    read = rows.select(*names).to_pyarrow()
    columns: dict[Named, Any] = {}
    for place, (column, named) in enumerate(names.items(), start=1):
        columns.setdefault(place if bare else named, read.column(column).to_pylist())
    return Sheet(name, columns)


def _columns_of_json(texts: list[str]) -> dict[Named, Any]:
    rows = [row for text in texts for row in _rows(text)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _rows(text: str) -> Iterator[dict[str, str]]:
    """The fields of a record by their paths; a row for each element of its first such list."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(record, Mapping):
        return
    lists = {path: value for path, value in _leaves(record) if _is_list_of_records(value)}
    plain = {path: _text(value) for path, value in _leaves(record) if path not in lists}
    path, elements = next(iter(lists.items()), ("", []))
    if not elements:
        yield plain
    for element in elements:
        own = {f"{path}{EACH}.{inner}": _text(value) for inner, value in _leaves(element)}
        yield plain | own


def _leaves(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{before}{name}.")
        elif inner is not None:
            yield f"{before}{name}", inner


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else json.dumps(value)
