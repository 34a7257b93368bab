"""Removal of what killed runs left half-written."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from kedro_fresh.freshness import Freshness
from kedro_fresh.temporary import left_over, process_folders, remove_dead

LOG = logging.getLogger("kedro_fresh")


def remove_leftovers(freshness: Freshness) -> None:
    """Remove temporary files of processes that have ended, and say so.

    Looked for beside the outputs of the pipeline, among the records and in `TMPDIR`.
    """
    number, size = remove_dead(chain(_of_outputs(freshness), _of_records(freshness.folder)))
    folders, more = remove_dead(process_folders())
    if number + folders:
        LOG.info(
            "Temporary files left by killed runs: %d removed (%.1f MiB)",
            number + folders,
            (size + more) / 2**20,
        )


def _of_outputs(freshness: Freshness) -> Iterator[Path]:
    for name in freshness.pipeline.all_outputs() & freshness.locations.keys():
        location = freshness.locations[name]
        if location.path is not None:
            versions = location.path.glob("*/") if location.versioned else ()
            folders = [location.path.parent, *versions]  # beside a dataset: versions removed
            yield from chain.from_iterable(left_over(one, location.path.name) for one in folders)


def _of_records(folder: Path) -> Iterator[Path]:
    for each, _, _ in os.walk(folder):
        yield from left_over(Path(each))
