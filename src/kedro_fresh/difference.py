"""Where two files or folders differ."""

from __future__ import annotations

from itertools import count
from pathlib import Path

CHUNK = 1 << 20  # bytes
SHOWN = 40  # characters of a line, from a little before the difference
BEFORE = 15


def difference(one: Path, other: Path) -> str:
    """Where two files, or folders of files, differ first, in words; empty where they do not."""
    names = [{path.relative_to(top) for path in _files(top)} for top in (one, other)]
    if lonely := sorted(names[0] ^ names[1]):
        return f"differs: {lonely[0]} was written in one run only"
    if not names[0]:
        return "differs: it was not written"
    several = len(names[0]) > 1
    for name in sorted(names[0]):
        if found := _in_file(one / name, other / name):
            return f"differs: {f'{name}, ' if several else ''}{found}"
    return ""


def _files(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file()]


def _in_file(one: Path, other: Path) -> str:
    offset = _first(one, other)
    if offset is None:
        return ""
    sizes = [path.stat().st_size for path in (one, other)]
    size = "" if sizes[0] == sizes[1] else f" ({sizes[0]:,} and {sizes[1]:,} bytes)"
    return f"byte {offset:,}{size}{_lines(one, other, offset)}"


def _first(one: Path, other: Path) -> int | None:
    with one.open("rb") as left, other.open("rb") as right:
        for number in count():
            a, b = left.read(CHUNK), right.read(CHUNK)
            if a != b:
                pairs = zip(a, b, strict=False)
                first = next((n for n, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))
                return number * CHUNK + first
            if not a:
                return None
    return None


def _lines(one: Path, other: Path, offset: int) -> str:
    """The line of a text in which the difference is, in both."""
    begun = [_beginning(path, offset + SHOWN) for path in (one, other)]
    if any(b"\0" in line for line in begun):
        return ""
    line = begun[0].rfind(b"\n", 0, offset) + 1
    begin = max(line, offset - BEFORE)
    shown = [line[begin:].partition(b"\n")[0].decode("utf-8", "replace") for line in begun]
    number = begun[0].count(b"\n", 0, offset) + 1
    return f", line {number}: {shown[0]!r} and {shown[1]!r}"


def _beginning(path: Path, size: int) -> bytes:
    with path.open("rb") as handle:
        return handle.read(size)
