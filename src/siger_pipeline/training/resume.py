"""Where a training that was broken off stands, and whether this one can go on from there.

Its last checkpoint is written last in an epoch, so it says how far the training came: what the
other outputs hold beyond that epoch is left out, and made anew when the epoch is repeated.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.training.trainer import Progress

OUTPUTS = ("checkpoint", "history", "timings", "last_checkpoint")


class CannotResumeError(Exception):
    """The outputs of the earlier training are not those of this one; the message says why."""


def earlier_progress(
    unfinished: Mapping[str, Any], now: Mapping[str, Any], monitor: str
) -> Progress:
    """The progress of a training that was broken off, as of its last whole epoch.

    Args:
        unfinished: its outputs by their catalog names, as the catalog loads them: checkpoints,
            and Ibis tables.
        now: the state of this training before its first epoch.
        monitor: the validation metric that chooses the best epoch.

    Returns:
        What the training yielded after that epoch. `best` is empty where the best checkpoint was
        already replaced by that of the epoch to be repeated.

    Raises:
        CannotResumeError: an output is missing, or belongs to another training.
    """
    missing = [name for name in OUTPUTS if name not in unfinished]
    if missing:
        raise CannotResumeError(f"{', '.join(missing)} of the training broken off is not there")
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
    """What checkpoints of one training have in common whatever the epoch, as plain values."""
    held = _mapping(checkpoint)
    return {
        "format": held.get("format"),
        "model": held.get("model"),
        "device": str(held.get("device")).partition(":")[0],
        "config": held.get("config"),
        "threads": bool(held.get("threads")),
        "weights": _shapes(held.get("weights")),
        "optimiser": _mapping(held.get("optimiser")).get("settings"),
        "generators": _shapes(held.get("generators")),
        "progress": dict.fromkeys(_mapping(held.get("progress")), "given"),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _shapes(tensors: Any) -> dict[str, list[int]]:
    return {name: list(getattr(held, "shape", ())) for name, held in _mapping(tensors).items()}


def _difference(earlier: Any, now: Any, place: str = "") -> str:
    """The first place where nested values differ, as words; empty where there is none."""
    if not (isinstance(earlier, dict) and isinstance(now, dict)):
        return "" if earlier == now else f"{place} is {earlier!r}, this training's is {now!r}"
    for key in {**now, **earlier}:
        inner = f"{place}.{key}" if place else str(key)
        difference = _difference(earlier.get(key), now.get(key), inner)
        if difference:
            return difference
    return ""


def _rows(table: Any, name: str, column: str, epoch: int) -> pd.DataFrame:
    """The rows of the epochs up to one, all of them."""
    frame = table.to_pandas()
    if not {"epoch", column} <= set(frame):
        raise CannotResumeError(f"its {name} has no column '{column}' or no 'epoch'")
    kept = frame[frame["epoch"] <= epoch].sort_values("epoch", ignore_index=True)
    if kept["epoch"].tolist() != list(range(1, epoch + 1)):
        raise CannotResumeError(f"its {name} does not hold each epoch from 1 to {epoch} once")
    return kept


def _best(best: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """The checkpoint of the best epoch, if one of the two still is it."""
    progress, found = last["progress"], best["progress"]["epoch"]
    epoch, best_epoch = progress["epoch"], progress["best_epoch"]
    if found == best_epoch:
        return best
    if epoch == best_epoch:
        return last
    if found == epoch + 1 and not progress["finished"]:
        return {}
    raise CannotResumeError(
        f"its checkpoint is of epoch {found}, but the best of its {epoch} epochs is {best_epoch}"
    )
