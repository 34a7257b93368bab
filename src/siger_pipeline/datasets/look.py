"""What one reading of a raw text file shows: its encoding, and what DuckDB could not read."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from siger_pipeline.datasets.kinds import GZIP, ZSTD, NotTextError, binary_kind

if TYPE_CHECKING:
    import fsspec

CHUNK = 1 << 20  # bytes
LONGEST_LINE = 16_000_000  # bytes, of a line that is read whole
PACKINGS: Mapping[bytes, str] = {GZIP: "gzip", ZSTD: "zstd"}  # as DuckDB calls them
PLAIN = "none"
SAMPLED = 1_000  # bytes that tell UTF-16 without a mark
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass
class Look:
    """What one reading of a file shows.

    Attributes:
        encoding: of its text.
        packing: of the file: none, gzip or zstd.
        quotes: whether it holds a quote mark.
        blank: whether a line in it is blank.
        clean: whether it is UTF-8 whose lines end with line feeds, none too long.
    """

    encoding: str
    packing: str
    quotes: bool = False
    blank: bool = False
    clean: bool = True


def glance(filesystem: fsspec.AbstractFileSystem, path: str) -> Look:
    """What the beginning of a file shows.

    Raises:
        NotTextError: it is of a known kind that is not text, or named .gz and not gzip.
    """
    with filesystem.open(path, "rb") as handle:
        first = handle.read(4)
    packing = next((kind for magic, kind in PACKINGS.items() if first.startswith(magic)), PLAIN)
    with unpacked(filesystem, path, packing) as stream:
        start = stream.read(CHUNK)
    if packing != PACKINGS[GZIP] and path.endswith(".gz"):
        raise NotTextError(f"Not a gzipped file, whatever its name: it begins with {start[:9]!r}")
    if kind := binary_kind(start):
        raise NotTextError(f"it is {kind}")
    encoding = _encoding(start)
    return Look(encoding, packing, clean=encoding.startswith("utf-8"))


def look(filesystem: fsspec.AbstractFileSystem, path: str) -> Look:
    """What a file shows, read once to its end in small pieces.

    Raises:
        EOFError, gzip.BadGzipFile, zlib.error: truncated or damaged.
        NotTextError: as of `glance`.
    """
    seen = glance(filesystem, path)
    with unpacked(filesystem, path, seen.packing) as stream:
        _look_through(stream, seen)
    return seen


def _look_through(stream: Any, seen: Look) -> None:
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
    head = start[: min(len(start), SAMPLED) // 2 * 2]
    zeros = head[::2].count(0), head[1::2].count(0)
    if max(zeros) * 4 > len(head) and min(zeros) * 10 < max(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return "utf-8"


@contextmanager
def unpacked(filesystem: fsspec.AbstractFileSystem, path: str, packing: str) -> Iterator[Any]:
    """The bytes of the text, unpacked where the file is packed."""
    with filesystem.open(path, "rb") as raw:
        if packing == PLAIN:
            yield raw
        else:
            with _opened(raw, packing) as stream:
                yield stream


def _opened(raw: IO[bytes], packing: str) -> Any:
    if packing == PACKINGS[GZIP]:
        return gzip.open(raw)
    import pyarrow as pa

    return pa.CompressedInputStream(raw, packing)
