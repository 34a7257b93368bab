"""Notes on what was tried: short Markdown files, one a topic, in the folder of a claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from siger_pipeline.errors import InputError

Notes = Mapping[tuple[str, str], list[str]]  # data set and claim -> texts


def read_notes(folder: Path, datasets: Collection[str], claims: Collection[str]) -> Notes:
    """The texts of `<data set>/<claim>/<topic>.md`, topics by name.

    Args:
        folder: of all notes.
        datasets: that have tables.
        claims: names.

    Raises:
        InputError: a note belongs to no claim or data set, or is empty.
    """
    notes: dict[tuple[str, str], list[str]] = {}
    for path in sorted(folder.rglob("*.md")):
        parts = path.relative_to(folder).parts
        if len(parts) != 3 or parts[0] not in datasets or parts[1] not in claims:
            raise InputError(
                f"{path} belongs to nothing: its folders must be a data set with tables "
                f"({', '.join(datasets)}) and a claim ({', '.join(claims)}): move it"
            )
        text = path.read_text(encoding="utf-8").strip()
        if not text:
            raise InputError(f"{path} is empty: write it, or remove it")
        notes.setdefault((parts[0], parts[1]), []).append(text)
    return notes
