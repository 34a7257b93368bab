"""Why a file cannot be read where its content is not at fault."""

from __future__ import annotations

import gzip
import pickle
import struct
import sys
import zipfile
import zlib

from siger_pipeline.datasets.kinds import NotTextError

MEMORY = "There is not enough memory: free some, or give the process more."
ENGINE = "What reads it failed; that need not be the file's fault."
SYSTEM = "The system refuses it; that need not be the file's fault."
RIGHT_FILE = "Put the right file there, under the right name."
NO_ROOM = ("can't allocate memory", "out of memory", "cannot allocate memory")
# What readers raise where they meet bytes that they do not expect.
OF_CONTENT = (ValueError, EOFError, KeyError, zlib.error, struct.error, pickle.UnpicklingError)
BAD_ARCHIVE = (gzip.BadGzipFile, zipfile.BadZipFile)
OF_DUCKDB = ("IOException", "InvalidInputException", "ConversionException", "ParserException")
LONGEST = 500  # characters of a foreign message
OF_TORCH = "PytorchStreamReader"


def not_the_content(error: Exception) -> str | None:
    """What to do where the system or a library failed; None where the file's content may be bad."""
    words = str(error).lower()
    reasons = (
        (isinstance(error, MemoryError) or any(said in words for said in NO_ROOM), MEMORY),
        (_of("duckdb", ("OutOfMemoryException",), error), MEMORY),
        (isinstance(error, NotTextError), RIGHT_FILE),
        (isinstance(error, IsADirectoryError), "It is a folder, wanted is a file: move it away."),
        ("permission denied" in words, "Make it readable for this user."),
        (isinstance(error, OSError) and error.errno is not None, SYSTEM),
        (not _is_of_content(error), ENGINE),
    )
    return next((advice for holds, advice in reasons if holds), None)


def _is_of_content(error: Exception) -> bool:
    return (
        isinstance(error, OF_CONTENT + BAD_ARCHIVE)
        or OF_TORCH in str(error)
        or _of("duckdb", OF_DUCKDB, error)
        or _of("pyarrow", ("ArrowException",), error)
    )


def first_lines(error: Exception, count: int = 3) -> str:
    """A foreign message, short enough for one sentence of ours, without its own advice."""
    message = str(error).partition("Possible fixes:")[0]
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:count])[:LONGEST].rstrip(".") or type(error).__name__


def _of(module: str, names: tuple[str, ...], error: Exception) -> bool:
    """Whether the error is of a library's classes, without importing the library."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(error, tuple(getattr(loaded, n) for n in names))
