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
    on_terminal, history = sys.stderr.isatty(), pd.DataFrame()
    with tqdm(total=max_epochs, desc=name, unit="epoch", disable=not on_terminal) as bar:
        for progress in epochs:
            history = progress.history
            if not history.empty:
                bar.set_postfix_str(standing(history, monitor))
                bar.update(len(history) - bar.n)
            if not history.empty and not on_terminal:
                told = line(history.iloc[-1], progress.timings.iloc[-1], monitor)
                logger.info("%s: %s", name, told)
            yield progress
    if not history.empty:
        logger.info("%s: stopped, %s", name, standing(history, monitor))


def standing(history: pd.DataFrame, monitor: str) -> str:
    """Where a training stands: this epoch's loss and the best epoch so far."""
    best = history.iloc[int(history[monitor].argmax())]
    loss = history["loss"].iloc[-1]
    return f"loss {loss:.4f}, best {monitor} {best[monitor]:.4f} at epoch {best['epoch']}"


def line(row: pd.Series, seconds: pd.Series, monitor: str) -> str:
    """One epoch of the history and of the timings as a line of text."""
    return (
        f"epoch {row['epoch']}: loss {row['loss']:.4f}, validation {monitor} {row[monitor]:.4f}"
        f"{' ← best' if row['best'] else ''} (training {seconds['seconds_train']:.1f} s, "
        f"validation {seconds['seconds_validation']:.1f} s)"
    )
