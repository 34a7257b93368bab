"""What the command line prints: readable in any encoding, and sentences in place of tracebacks."""

from __future__ import annotations

import codecs
import sys
import unicodedata
from types import TracebackType

import click

from kedro_fresh.errors import interrupted
from siger_pipeline.shell.sentences import sentence_of

ERRORS = "siger_readable"
IN_ASCII = {
    "→": "->",
    "←": "<-",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "·": ".",
    "×": "x",
    "≤": "<=",
    "≥": ">=",
    "λ": "lambda",
    "β": "beta",
    "ε": "epsilon",
    "τ": "tau",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}


def prepare_console() -> None:
    """Make this process's output streams take any character, and errors of ours a sentence.

    Kedro's own commands (`registry`, `catalog`, `viz`) reach the terminal without passing through
    any code of the project's commands, so both are set for the process.
    """
    codecs.register_error(ERRORS, _readable)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=ERRORS)
    sys.excepthook = _say


def _readable(error: UnicodeError) -> tuple[str | bytes, int]:
    """A character that the encoding lacks, as similar ones that it has; else its number."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_similar, error.object[error.start : error.end])), error.end


def _similar(character: str) -> str:
    if character in IN_ASCII:
        return IN_ASCII[character]
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or character.encode("ascii", "backslashreplace").decode()


def _say(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """The end of a process by an error: a sentence where a person can mend it."""
    if (told := sentence_of(error)) and not interrupted(error):
        click.echo(f"Error: {told}", err=True)
    else:
        sys.__excepthook__(kind, error, traceback)
