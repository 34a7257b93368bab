"""Raw text files as other people write them, made into what DuckDB reads line by line."""

from __future__ import annotations

import codecs
import gzip
import io
import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from siger_pipeline.datasets.duckdb import NO_DELIMITER
from siger_pipeline.datasets.kinds import GZIP, NotTextError, binary_kind
from siger_pipeline.datasets.records import records

if TYPE_CHECKING:
    import fsspec

LOG = logging.getLogger(__name__)
CHUNK = 1 << 20  # bytes
LONGEST_LINE = 16_000_000  # bytes, of a line that is read whole
SHOWN = 1_000  # characters that are left of a longer one
UNREADABLE = "\ufffd"
BETWEEN_FIELDS = "\x1f"  # in the clean copy of a file with quoted fields
CONTINUED = "\x1e"  # stands for each further line of a record, so that line numbers hold
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
ESCAPED = re.compile(r"[\udc80-\udcff\x01]")


@dataclass
class Look:
    """What one reading of a file shows.

    Attributes:
        encoding: of its text.
        packed: whether it is gzip.
        quotes: whether it holds a quote mark.
        blank: whether a line in it is blank.
        clean: whether it is UTF-8 with plain line ends, and no line too long.
    """

    encoding: str
    packed: bool
    quotes: bool = False
    blank: bool = False
    clean: bool = True


def glance(filesystem: fsspec.AbstractFileSystem, path: str) -> Look:
    """What the beginning of a file shows.

    Raises:
        NotTextError: it is of a known kind that is not text, or named .gz and not packed.
    """
    with filesystem.open(path, "rb") as handle:
        packed = handle.read(len(GZIP)) == GZIP
    with _open(filesystem, path, packed) as stream:
        start = stream.read(CHUNK)
    if not packed and path.endswith(".gz"):
        raise NotTextError(f"Not a gzipped file, whatever its name: it begins with {start[:9]!r}")
    if kind := binary_kind(start):
        raise NotTextError(f"it is {kind}")
    encoding = _encoding(start)
    return Look(encoding, packed, clean=encoding.startswith("utf-8"))


def look(filesystem: fsspec.AbstractFileSystem, path: str) -> Look:
    """What a file shows that is read once to its end, in small pieces.

    Raises:
        EOFError, gzip.BadGzipFile, zlib.error: truncated or damaged.
        NotTextError: as of `glance`.
    """
    seen = glance(filesystem, path)
    with _open(filesystem, path, seen.packed) as stream:
        _look_through(stream, seen)
    return seen


def _look_through(stream: IO[bytes] | gzip.GzipFile, seen: Look) -> None:
    decoder, length, before = codecs.getincrementaldecoder("utf-8")(), 0, b"\n"
    while chunk := stream.read(CHUNK):
        seen.quotes = seen.quotes or b'"' in chunk
        seen.blank = seen.blank or b"\n\n" in chunk or before + chunk[:1] == b"\n\n"
        before = chunk[-1:]
        if seen.clean:
            last = chunk.rfind(b"\n")
            length = length + len(chunk) if last < 0 else max(length + chunk.find(b"\n"), 0)
            seen.clean = length < LONGEST_LINE and not (b"\r" in chunk or b"\x01" in chunk)
            length = length if last < 0 else len(chunk) - last - 1
            seen.clean = seen.clean and _decodes(decoder, chunk)
    seen.clean = seen.clean and _decodes(decoder, b"", final=True)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(start: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    # UTF-16 without a mark: in most scripts of data files every other byte is zero.
    head = start[: min(len(start), SHOWN) // 2 * 2]
    zeros = head[::2].count(0), head[1::2].count(0)
    if max(zeros) * 4 > len(head) and min(zeros) * 10 < max(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return "utf-8"


@contextmanager
def _open(
    filesystem: fsspec.AbstractFileSystem, path: str, packed: bool
) -> Iterator[IO[bytes] | gzip.GzipFile]:
    with filesystem.open(path, "rb") as raw:
        if packed:
            with gzip.open(raw) as stream:
                yield stream
        else:
            yield raw


@contextmanager
def open_text(
    filesystem: fsspec.AbstractFileSystem, path: str, seen: Look
) -> Iterator[Iterator[str]]:
    """The lines, without their ends: `\\n`, `\\r\\n` or `\\r`.

    Bytes that are not of the encoding are `UNREADABLE`; a line longer than `LONGEST_LINE` is cut.
    """
    errors = "surrogateescape" if seen.encoding.startswith("utf-8") else "replace"
    with (
        _open(filesystem, path, seen.packed) as raw,
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
            " their beginning): %d, the first of them line %d.",
            *(path, text.encoding.removesuffix("-sig"), UNREADABLE, LONGEST_LINE // 1_000_000),
            *(len(unreadable), unreadable[0]),
        )


def write_lines(lines: Iterable[str], folder: str) -> str:
    """A clean copy of the lines in a folder of ours, until the process ends; its path."""
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
