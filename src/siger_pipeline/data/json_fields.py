"""Fields of JSON records by dotted paths, `order.customer.id`, and lists as rows, `lines[].sku`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import JSONValue, StringValue, Table

from siger_pipeline.data.checks import materialise
from siger_pipeline.data.records import RECORD, records_of, text_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

EACH = "[]"  # behind a list in a path: a row for each of its elements
POSITION = "element_number"  # of an element in its list
ELEMENT = "element"
SAMPLED = 200  # records that show which fields there are
SCALAR = r"^(-?[0-9]|true|false)"  # JSON of a number or a truth value


@ibis.udf.scalar.builtin
def json_extract(value: dt.json, path: str) -> dt.json:
    """The value at a path of the engine's; null where there is none."""


def texts_of_records(lines: Table, paths: Sequence[str], what: str) -> tuple[Table, list[str]]:
    """The records' fields as text.

    Numbers are as they are written, texts of a list are joined with blanks. Where paths go through
    a list, each of its elements is a row; a record whose list is empty has one row, without them.

    Args:
        lines: columns `line_number`, `line`, `file`.
        paths: of fields.
        what: the file in words, for messages.

    Returns:
        Columns of `lines`, `record`, `element_number`, and `0`, `1`, … for `paths`, but for those
        that no record has; and, where there are such, the paths that the first records have.

    Raises:
        InputError: paths go through different lists.
    """
    spread = _spread(records_of(lines), paths, what)
    whole = {str(n): path for n, path in enumerate(paths) if all(path.split("."))}
    numbered = {n: _text(_field(spread, path)) for n, path in whole.items()}
    parsed = materialise(spread.mutate(**numbered), what)
    counted = parsed.aggregate(
        records=parsed[RECORD].count(), **{name: parsed[name].count() for name in numbered}
    )
    counts = counted.to_pyarrow().to_pylist()[0]
    absent = [name for name in numbered if counts["records"] and not counts[name]]
    some_absent = absent or len(whole) < len(paths)
    return parsed.drop(*absent), _known(lines) if some_absent else []


def _spread(records: Table, paths: Sequence[str], what: str) -> Table:
    """A row for each element of the list that paths go through."""
    lists = sorted({path.partition(EACH)[0] for path in paths if EACH in path})
    if not lists:
        return records.mutate(**{POSITION: ibis.literal(0, "int64")})
    if len(lists) > 1 or any(path.count(EACH) > 1 for path in paths):
        raise InputError(
            f"{what}: paths go through more than one list ({', '.join(map(repr, lists))}): name"
            " fields of one list, or write the table with a row for each."
        )
    elements = _walk(records[RECORD], lists[0]).try_cast("array<json>")
    listed = records.mutate(**{ELEMENT: elements})
    return listed.unnest(ELEMENT, offset=POSITION, keep_empty=True)


def _field(records: Table, path: str) -> JSONValue:
    _, each, after = path.partition(EACH)
    if not each:
        return _walk(records[RECORD], path)
    element = records[ELEMENT]
    return _walk(element, after.removeprefix(".")) if after else element


def _walk(record: JSONValue, path: str) -> JSONValue:
    """The value at a path: of nested fields, or of one with dots in its own name."""
    names = path.split(".")
    nested = json_extract(record, _quoted(names))
    if len(names) == 1:
        return nested
    return cast(JSONValue, json_extract(record, _quoted([path])).coalesce(nested))


def _quoted(names: Sequence[str]) -> str:
    """The engine's path to nested fields, whatever signs are in their names."""
    escaped = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "$" + "".join(f'."{name}"' for name in escaped)


def _text(field: JSONValue) -> StringValue:
    written = field.cast("string")
    scalar = ibis.ifelse(written.re_search(SCALAR), written, ibis.null("string"))
    return text_of(field).coalesce(scalar)


def _known(lines: Table) -> list[str]:
    rows = lines.filter(lines[Columns.LINE].notnull()).order_by(Columns.LINE_NUMBER)
    texts = rows.limit(SAMPLED)[Columns.LINE].to_pyarrow().to_pylist()
    return paths_of(texts)


def paths_of(texts: Sequence[str]) -> list[str]:
    """The paths of all fields of some records, as they come; lines of other kinds have none."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found |= dict.fromkeys(_paths(record, ""))
    return list(found)


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _paths(value[0], f"{path}{EACH}")
    elif value is not None:
        yield path
