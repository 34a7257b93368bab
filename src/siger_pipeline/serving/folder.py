"""A fitted recommender as a folder of plain files: written once, memory-mapped when it is read."""

from __future__ import annotations

from pathlib import Path

from siger_pipeline.serving.parts import Parts

FORMAT = 1
MANIFEST = "recommender.json"


def save(parts: Parts, folder: str | Path) -> None:
    """Write a new folder; its manifest comes last, so that a half-written folder has none.

    Args:
        parts: of a fitted recommender.
        folder: to be made; one that exists must be empty.

    Raises:
        InputError: the folder is not empty.
    """
    raise NotImplementedError


def read(folder: str | Path, *, verify: bool = False) -> Parts:
    """The parts in a folder; large arrays are read-only memory maps, nothing is unpickled.

    Args:
        folder: as `save` wrote it.
        verify: compare the SHA-256 of every file, not only sizes.

    Raises:
        InputError: no such folder, one without a manifest, of another format or half-written, or a
            file that is missing, foreign or damaged: the message names it.
    """
    raise NotImplementedError
