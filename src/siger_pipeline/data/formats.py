"""The format of a raw file by its first lines, for messages on a wrong file."""

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

DELIMITERS: Mapping[str, str] = {
    "\t": "tabs",
    ",": "commas",
    ";": "semicolons",
    "|": "bars",
    "::": "double colons",
    " ": "blanks",
}
SHOWN = 6  # columns in a message
SEQUENCE = re.compile(r"[^\t ]+\t[^\t ]+( [^\t ]+)+")
NAME = re.compile(r"[\w.:()\[\]/-]{1,40}( [\w()]{1,20}){0,2}")
NUMBER = re.compile(r"-?\d+(\.\d+)?|user_?id|item_?id|x_label|rating|timestamp", re.IGNORECASE)
ID = r"[^\s,;|]*\d[^\s,;|]*"  # a digit in it tells ids from words
OTHER_SEQUENCE = re.compile(rf"{ID}([,;| ]){ID}( {ID}){{2,}}")
WEB_PAGE = re.compile(r"<(!doctype|html|head|\?xml)", re.IGNORECASE)
READ_AMAZON = "ingest.source: amazon reads those of Amazon 2014, 2018 and 2023"
READ_MMREC = (
    "ingest.source: mmrec reads a tab-separated file with the header userID, itemID, x_label and"
    " ids that are whole numbers from 0"
)
IN_REVIEWS = "set ingest.source: amazon and name them in ingest.amazon.reviews"
IN_METADATA = "set ingest.source: amazon and name them in ingest.amazon.metadata"
REVIEWS = f"Amazon reviews of 2014 or 2018 (reviewerID, asin): {IN_REVIEWS}"
REVIEWS_2023 = f"reviews of Amazon 2023 (user_id, parent_asin): {IN_REVIEWS}"
METADATA = f"Amazon metadata of 2014 or 2018 (asin): {IN_METADATA}"
METADATA_2023 = f"metadata of Amazon 2023 (parent_asin): {IN_METADATA}"
PAIRS_MICROLENS = (
    "MicroLens' pairs with times: set ingest.source: microlens, name them in"
    " ingest.microlens.pairs and set sequences: null"
)


def advice(lines: Iterable[str | None], delimiter: str | None = None) -> str | None:
    """A sentence on the format that a file seems to have, and what to do; None for an unknown one.

    Args:
        lines: the first ones of the file, or its header.
        delimiter: between the fields that are wanted: a table with it is of the right format.
    """
    written = [line.strip() for line in lines if line and line.strip()]
    kind = _kind(written[0], delimiter) if written else None
    return f"It looks like {kind}." if kind else None


def separated_otherwise(names: Sequence[str], delimiter: str) -> str | None:
    """A sentence where a header of one column holds another delimiter; None elsewhere."""
    if len(names) != 1:
        return None
    other = _delimiter(names[0])
    if other is None or other == delimiter:
        return None
    return (
        f"Its columns are separated by {DELIMITERS[other]}, wanted are {DELIMITERS[delimiter]}:"
        " write it anew with those."
    )


def _kind(line: str, delimiter: str | None) -> str | None:
    if WEB_PAGE.match(line):
        return "a web page or XML, perhaps one that says why the file was not sent: fetch it again"
    if line.startswith("["):
        return "one JSON document; wanted is a JSON object on each line"
    if line.startswith("{"):
        return _record(line)
    if SEQUENCE.fullmatch(line):
        return "MicroLens' sequences (a user, a tab, items): set ingest.source: microlens"
    if match := OTHER_SEQUENCE.fullmatch(line):
        by = DELIMITERS[match[1]]
        return (
            f"MicroLens' sequences with {by} where a tab is wanted between the user and the items"
        )
    return _table(line, delimiter)


def _record(line: str) -> str | None:
    record = _object(line)
    if record is None:
        return "JSON over several lines; wanted is an object on each" if line == "{" else None
    keys = set(record)
    if "parent_asin" in keys:
        return REVIEWS_2023 if "user_id" in keys else METADATA_2023
    if "asin" in keys:
        return REVIEWS if "reviewerID" in keys else METADATA
    named = ", ".join(list(map(str, record))[:SHOWN])
    return f"JSON lines of another source ({named}), which are not read: {READ_AMAZON}"


def _object(line: str) -> dict[Any, Any] | None:
    for read in (json.loads, ast.literal_eval):
        try:
            value = read(line)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _table(line: str, wanted: str | None) -> str | None:
    delimiter = _delimiter(line)
    if delimiter is None:
        return None
    names = [name.strip() for name in line.split(delimiter)]
    by = f"separated by {DELIMITERS[delimiter]}"
    if known := _of_source(names, by):
        return known
    if re.fullmatch(r"-?\d+(\.\d+)?", names[-1]):
        return f"a table without a header, {by} ({line[:60]!r})"
    if delimiter == wanted:
        return None
    listed = ", ".join(names[:SHOWN])
    return f"a table {by}, with the columns {listed}, which no source reads: {READ_MMREC}"


def _of_source(names: Sequence[str], by: str) -> str | None:
    """The table of a source that has these columns; None where no source has them."""
    bare = {name.casefold() for name in names}
    if any(re.fullmatch(r"\w+:(token|float|token_seq|float_seq)", name) for name in names):
        return f"an atomic file of RecBole (columns as {names[0]!r}): set ingest.source: recbole"
    if {"userid", "itemid", "x_label"} <= bare:
        return f"MMRec's .inter file: set ingest.source: mmrec, with tabs (this one is {by})"
    if {"user_id", "parent_asin"} <= bare:
        return REVIEWS_2023
    return PAIRS_MICROLENS if bare == {"user", "item", "timestamp"} else None


def _delimiter(line: str) -> str | None:
    """What separates the fields of a line, if they look like names or numbers."""
    for sign in DELIMITERS:
        fields = [field.strip().strip('"') for field in line.split(sign)]
        usual = NUMBER if sign == " " else NAME
        if len(fields) > 1 and all(usual.fullmatch(field) for field in fields):
            return sign
    return None
