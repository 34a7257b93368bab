"""Raw text files of any encoding and line ends, as the lines that DuckDB reads."""

from __future__ import annotations

import io
import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siger_pipeline.datasets.duckdb import NO_DELIMITER
from siger_pipeline.datasets.look import LONGEST_LINE, Look, unpacked
from siger_pipeline.datasets.records import records

if TYPE_CHECKING:
    import fsspec

LOG = logging.getLogger(__name__)
SHOWN = 1_000  # characters that are left of a line that is too long
UNREADABLE = "\ufffd"
BETWEEN_FIELDS = "\x1f"  # in the clean copy of a file with quoted fields
CONTINUED = "\x1e"  # in place of each further line of a record, so that line numbers are right
ESCAPED = re.compile(r"[\udc80-\udcff\x01]")


@contextmanager
def open_text(
    filesystem: fsspec.AbstractFileSystem, path: str, seen: Look
) -> Iterator[Iterator[str]]:
    """The lines, without their ends: `\\n`, `\\r\\n` or `\\r`.

    Bytes that are not of the encoding are `UNREADABLE`; a line longer than `LONGEST_LINE` is cut.
    """
    errors = "surrogateescape" if seen.encoding.startswith("utf-8") else "replace"
    with (
        unpacked(filesystem, path, seen.packing) as raw,
        io.TextIOWrapper(raw, encoding=seen.encoding, errors=errors) as text,
    ):
        yield _lines(text, path)


def _lines(text: io.TextIOWrapper, path: str) -> Iterator[str]:
    unreadable: list[int] = []
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        whole = line.endswith("\n") or len(line) < LONGEST_LINE
        if not whole:
            while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            line = line[:SHOWN] + UNREADABLE
        line = line.removesuffix("\n")
        if not line.isascii() or NO_DELIMITER in line:
            line, count = ESCAPED.subn(UNREADABLE, line)
            whole = whole and not count
        if not whole:
            unreadable.append(number)
        yield line
    if unreadable:
        LOG.warning(
            "%s: lines with bytes that are not %s text (read as %s), or longer than %d MB (cut to"
            " their beginning): %d, the first of them line %d. Text in another encoding can be"
            " written anew, such as Latin-1 by iconv -f latin1 -t utf-8.",
            *(path, text.encoding.removesuffix("-sig"), UNREADABLE, LONGEST_LINE // 1_000_000),
            *(len(unreadable), unreadable[0]),
        )


def write_lines(lines: Iterable[str], folder: str) -> str:
    """The path of a clean copy of the lines in a folder of ours, which goes with the process."""
    path = Path(folder) / f"{uuid.uuid4().hex}.txt"
    with path.open("w", encoding="utf-8", newline="\n") as copy:
        copy.writelines(f"{line}\n" for line in lines)
    return str(path)


def separated(lines: Iterable[str], delimiter: str, path: str) -> Iterator[str]:
    """Lines whose fields are separated by `BETWEEN_FIELDS`, none of them quoted."""
    long: list[tuple[int, int]] = []
    number = 1
    for fields, count in records(lines, delimiter):
        yield BETWEEN_FIELDS.join(fields).replace("\n", " ")
        yield from [CONTINUED] * (count - 1)
        if count > 1:
            long.append((number, number + count - 1))
        number += count
    if long:
        LOG.warning(
            "%s: %d quoted fields hold line ends, the first from line %d to line %d.",
            *(path, len(long), *long[0]),
        )
