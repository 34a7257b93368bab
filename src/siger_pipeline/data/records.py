"""Raw lines as JSON objects, and why some are none."""

import ibis
from ibis.expr.types import BooleanValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import BLANK_LINE
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import is_blank, no_id, null_if_blank

RECORD = "record"  # a line as JSON, null where it is no JSON object
PAIR_OF_ESCAPES = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
LONE_ESCAPE = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
CONTROLS = r"[\x00-\x08\x0b-\x1f]"
# In place of a backslash while the line is mended: of an escaped backslash, of a surrogate pair.
ESCAPED_BACKSLASH, BACKSLASH = "\x1e", "\x1f"


@ibis.udf.scalar.builtin
def json_valid(text: str) -> bool:  # type: ignore[empty-body]
    """True where the engine can read the text as JSON."""


@ibis.udf.scalar.builtin
def list_count(values: list[list[str]]) -> int:  # type: ignore[empty-body]
    """How many values of a list are not null."""


def records_of(lines: Table) -> Table:
    """The lines with `record`, a JSON object; null where a line is none.

    Args:
        lines: columns `line_number`, `line`, `file`.
    """
    line = lines[Columns.LINE]
    readable = ibis.ifelse(json_valid(line), line, _mended(line))
    mended = lines.mutate(**{RECORD: readable})
    text = mended[RECORD]
    is_object = json_valid(text) & text.strip().startswith("{")
    return mended.mutate(**{RECORD: ibis.ifelse(is_object, text, ibis.null("string")).cast("json")})


def _mended(line: StringValue) -> StringValue:
    """The line with U+FFFD for what strict JSON forbids: half a surrogate pair, control characters.

    Other programs write such texts, and most of them are in fields that no stage reads.
    """
    text = line.re_replace(CONTROLS, r"\\ufffd").replace("\t", " ")
    text = text.replace("\\\\", ESCAPED_BACKSLASH)
    text = text.re_replace(PAIR_OF_ESCAPES, rf"{BACKSLASH}u\1{BACKSLASH}u\2")
    text = text.re_replace(LONE_ESCAPE, r"\\ufffd")
    return text.replace(BACKSLASH, "\\").replace(ESCAPED_BACKSLASH, "\\\\")


def no_id_in(field: str, value: StringValue) -> list[tuple[BooleanValue, str]]:
    """Where the id of a record is missing or cannot be one; and the words."""
    return no_id(field, value, "is missing, empty or not text")


def not_a_record(parsed: Table) -> list[tuple[BooleanValue, str]]:
    """Where a line is no JSON object; and the words."""
    return [
        (is_blank(parsed[Columns.LINE]), BLANK_LINE),
        (parsed[RECORD].isnull(), "it is not a JSON object"),
    ]


def text_of(field: JSONValue) -> StringValue:
    """A text as it is, and a list of texts, or of lists of these, joined with blanks; else null."""
    flat = field.try_cast("array<string>")
    nested = field.try_cast("array<array<string>>")  # Amazon 2014: a list for each path
    lists_alone = list_count(nested) == nested.length()
    joined = ibis.ifelse(lists_alone, nested.flatten(), flat).join(" ")
    return null_if_blank(field.str.coalesce(joined))
