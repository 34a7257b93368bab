"""Resuming an interrupted training from its outputs, if they fit.

The last checkpoint is written last in an epoch, so it tells which epoch is complete. Rows of later
epochs are dropped, and written again when the epoch is repeated.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from siger_pipeline.training.checkpoint import kept_for_scoring
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.trainer import Training

OUTPUTS = ("checkpoint", "history", "timings", "last_checkpoint")
logger = logging.getLogger(__name__)


class CannotResumeError(Exception):
    """The outputs are not those of this training; the message says why."""


def continued(training: Training, unfinished: Mapping[str, Any]) -> Iterator[Progress]:
    """The epochs after those of an interrupted training, or all of them; the log says which.

    Args:
        training: before its first epoch.
        unfinished: outputs of the interrupted one, by their catalog names.
    """
    name = training.name
    try:
        earlier = earlier_progress(unfinished, training.state(), training.config.monitor)
    except CannotResumeError as why:
        logger.warning("the training of %s starts anew: %s", name, why)
        return training.epochs()
    epoch = earlier.last["progress"]["epoch"]
    logger.info("the training of %s, which was interrupted, resumes after epoch %d", name, epoch)
    if earlier.last["progress"]["finished"]:
        return iter([earlier])
    training.resume(earlier)
    if len(set(training.threads)) > 1:
        logger.warning(
            "the training of %s used %s threads: its bytes differ from those of a training without "
            "interruption; to get these, set the parameter threads to the first number",
            name,
            ", then ".join(map(str, training.threads)),
        )
    return training.epochs()


def earlier_progress(
    unfinished: Mapping[str, Any], now: Mapping[str, Any], monitor: str
) -> Progress:
    """The progress of an interrupted training, as of its last complete epoch.

    Args:
        unfinished: its outputs by their catalog names, as the catalog loads them: checkpoints,
            and Ibis tables.
        now: the state of this training before its first epoch.
        monitor: the validation metric that chooses the best epoch.

    Returns:
        What the training yielded after that epoch. `best` is empty if the best checkpoint was
        already replaced by that of the epoch to be repeated.

    Raises:
        CannotResumeError: an output is missing, or belongs to another training.
    """
    missing = [name for name in OUTPUTS if name not in unfinished]
    if missing:
        raise CannotResumeError(f"{', '.join(missing)} of the interrupted training is missing")
    best, last = unfinished["checkpoint"], unfinished["last_checkpoint"]
    for name, checkpoint in (("checkpoint", best), ("last_checkpoint", last)):
        difference = _difference(outline(checkpoint), outline(now))
        if difference:
            raise CannotResumeError(f"in its {name}, {difference}")
    epoch = last["progress"]["epoch"]
    history = _rows(unfinished["history"], "history", monitor, epoch)
    timings = _rows(unfinished["timings"], "timings", "seconds_train", epoch)
    return Progress(_best(best, last), last, history, timings)


def outline(checkpoint: Any) -> dict[str, Any]:
    """What all checkpoints of a training have in common, whatever the epoch, as JSON values."""
    content = _mapping(checkpoint)
    return {
        "format": content.get("format"),
        "model": content.get("model"),
        "device": str(content.get("device")).partition(":")[0],
        "config": content.get("config"),
        "threads": bool(content.get("threads")),
        "weights": _shapes(content.get("weights")),
        "optimiser": _mapping(content.get("optimiser")).get("settings"),
        "randomness": _shapes(content.get("randomness")),
        "progress": dict.fromkeys(_mapping(content.get("progress")), "given"),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _shapes(tensors: Any) -> dict[str, list[int]]:
    return {name: list(getattr(value, "shape", ())) for name, value in _mapping(tensors).items()}


def _difference(earlier: Any, now: Any, path: str = "") -> str:
    """The first difference between nested values, in words; empty if there is none."""
    if not (isinstance(earlier, dict) and isinstance(now, dict)):
        return "" if earlier == now else f"{path} is {earlier!r}, this training's is {now!r}"
    for key in {**now, **earlier}:
        inner = f"{path}.{key}" if path else str(key)
        difference = _difference(earlier.get(key), now.get(key), inner)
        if difference:
            return difference
    return ""


def _rows(table: Any, name: str, column: str, epoch: int) -> pd.DataFrame:
    """The rows of the epochs up to one, which must all be there."""
    frame = table.to_pandas()
    if not {"epoch", column} <= set(frame):
        raise CannotResumeError(f"its {name} has no column '{column}' or no 'epoch'")
    complete = frame[frame["epoch"] <= epoch].sort_values("epoch", ignore_index=True)
    if complete["epoch"].tolist() != list(range(1, epoch + 1)):
        raise CannotResumeError(f"its {name} does not hold each epoch from 1 to {epoch} once")
    return complete


def _best(best: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """The checkpoint of the best epoch, if it is one of the two."""
    progress, of_best = last["progress"], best["progress"]["epoch"]
    epoch, best_epoch = progress["epoch"], progress["best_epoch"]
    if of_best == best_epoch:
        return best
    if best_epoch in (0, epoch):  # 0: no epoch is validated yet, and the last one stands in
        return kept_for_scoring(last)
    if of_best == epoch + 1 and not progress["finished"]:
        return {}
    raise CannotResumeError(
        f"its checkpoint is of epoch {of_best}, but the best of its {epoch} epochs is {best_epoch}"
    )
