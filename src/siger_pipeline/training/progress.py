"""Telling a person how training goes: a bar on a terminal, plain lines elsewhere."""

import logging
import sys
from collections.abc import Iterator

import pandas as pd
from tqdm import tqdm

from siger_pipeline.training.trainer import Progress

logger = logging.getLogger(__name__)


def narrated(
    epochs: Iterator[Progress], name: str, max_epochs: int, monitor: str
) -> Iterator[Progress]:
    """The same progress, told as it passes."""
    on_terminal = sys.stderr.isatty()
    with tqdm(total=max_epochs, desc=name, unit="epoch", disable=not on_terminal) as bar:
        for progress in epochs:
            if progress.history.empty:
                yield progress
                continue
            row = progress.history.iloc[-1]
            best = progress.history[monitor].max()
            bar.set_postfix_str(
                f"loss {row['loss']:.4f}, {monitor} {row[monitor]:.4f}, best {best:.4f}"
            )
            bar.update()
            if not on_terminal:
                logger.info("%s: %s", name, line(row, monitor))
            yield progress


def line(row: pd.Series, monitor: str) -> str:
    """One epoch of the history as a line of text."""
    return (
        f"epoch {row['epoch']}: loss {row['loss']:.4f}, validation {monitor} {row[monitor]:.4f}"
        f"{' ← best' if row['best'] else ''} (training {row['seconds_train']:.1f} s, "
        f"validation {row['seconds_validation']:.1f} s)"
    )
