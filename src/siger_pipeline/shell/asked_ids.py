"""The ids of users or items that a command is asked about."""

from __future__ import annotations

from pathlib import Path

import click

from siger_pipeline.errors import InputError


def asked_ids(what: str, listed: str | None, file: Path | None) -> list[str]:
    """The ids, as texts and in the given order.

    Args:
        what: `users` or `items`: the name of the option.
        listed: value of the option, with commas.
        file: value of the option for a file.

    Raises:
        UsageError: neither is given, or both.
        InputError: there is no id, or the file cannot be read.
    """
    if (listed is None) == (file is None):
        raise click.UsageError(
            f"name the {what} by --{what} a,b,c or by --{what}-file F, an id on each line: one of "
            "the two"
        )
    if file is not None:
        ids, where = _lines(file), f"{file} has"
    else:
        ids, where = [one.strip() for one in str(listed).split(",")], f"--{what} names"
    if found := [one for one in ids if one]:
        return found
    raise InputError(f"{where} no id of {what}: wanted is at least one")


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}; name a file of ids") from error
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            f"{file}, line {line}: it is not UTF-8; save the file as UTF-8, an id on each line"
        ) from error
    return [line.strip() for line in text.split("\n")]
