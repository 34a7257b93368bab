"""Lines of delimited text as records: fields, and how many lines they take."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator

TAB = "\t"
csv.field_size_limit(1 << 30)  # characters of a field; the module's own limit is 131,072
MOST_LINES = 50  # of a record whose quoted field holds line ends
WHOLLY_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str], int]]:
    """Fields of each record, and the number of lines that it takes.

    Between tabs, or several characters, a quote mark is text like any other, and a record is a
    line: that is how data sets of this field are written. With any other delimiter, a field that
    begins with a quote mark ends at the closing one, and may hold delimiters and line ends; where
    there is no proper closing one, the quote mark is text. In both, a field that is quoted from end
    to end is read without its quotes.
    """
    if delimiter == TAB or len(delimiter) > 1:
        yield from ((_split(line, delimiter), 1) for line in lines)
        return
    source, waiting = iter(lines), deque[str]()
    while (line := waiting.popleft() if waiting else next(source, None)) is not None:
        if '"' in line:
            fields, more = _quoted(line, delimiter, source, waiting)
            yield fields, 1 + more
        else:
            yield line.split(delimiter), 1


def _quoted(
    line: str, delimiter: str, source: Iterator[str], waiting: deque[str]
) -> tuple[list[str], int]:
    """Fields of the record that begins with the line, and how many further lines it takes."""
    text = line
    for more in range(MOST_LINES):
        try:
            fields = next(csv.reader([text], delimiter=delimiter, strict=True), [""])
        except csv.Error as error:
            if "unexpected end" not in str(error):
                break
        else:
            for _ in range(more):
                waiting.popleft()
            return fields, more
        if len(waiting) <= more:
            following = next(source, None)
            if following is None:
                break
            waiting.append(following)
        text = f"{text}\n{waiting[more]}"
    return _split(line, delimiter), 0


def _split(line: str, delimiter: str) -> list[str]:
    fields = line.split(delimiter)
    return [unquoted(field) for field in fields] if '"' in line else fields


def unquoted(field: str) -> str:
    """The field without quotes that enclose all of it."""
    if not WHOLLY_QUOTED.fullmatch(field):
        return field
    return field[1:-1].replace('""', '"')
