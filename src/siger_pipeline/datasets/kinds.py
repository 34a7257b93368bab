"""The kind of a file by its first bytes, for messages on files of the wrong kind."""

from __future__ import annotations

from collections.abc import Mapping

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
KINDS: Mapping[bytes, str] = {
    GZIP: "a gzip file",
    b"PK\x03\x04": "a zip archive (an .xlsx or .npz file is one)",
    b"BZh": "a bzip2 file",
    ZSTD: "a Zstandard file",
    b"\xfd7zXZ\x00": "an xz file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy file (.npy)",
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"SQLite format 3": "an SQLite database",
    b"version https://git-lfs": "a pointer of Git LFS, not the file: `git lfs pull` fetches it",
}
WEB_PAGE = (b"<!doctype html", b"<html")


class NotTextError(ValueError):
    """A file is of a known kind, and not the wanted one; the message says which."""


def binary_kind(start: bytes) -> str | None:
    """The kind of file, not text, that begins so, in words; None for one that is not known."""
    return next((kind for magic, kind in KINDS.items() if start.startswith(magic)), None)


def verdict_on(start: bytes, own: tuple[bytes, ...]) -> str:
    """What a file that cannot be read is, by its first bytes: empty, damaged, of another kind.

    Args:
        start: its first bytes.
        own: what a file of the wanted kind begins with; empty if anything.
    """
    if not start:
        return "It is empty"
    if own and start.startswith(own):
        return "It is damaged"
    if start.lstrip()[:20].lower().startswith(WEB_PAGE):
        return "It is a web page, perhaps one that says why the file was not sent"
    kind = binary_kind(start)
    return f"It is {kind}" if kind else "It is damaged or of another kind"
