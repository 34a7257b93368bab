"""Remarks: sentences for the log on what was left out, removed, missing or assumed.

Pure functions return them, and the node logs them in one place.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SURPRISING = 0.1  # share of items without features or metadata above which it is a warning
LARGE = 0.5  # share removed by a step above which it is a warning


@dataclass(frozen=True)
class Remark:
    """A sentence for the log, and its level."""

    text: str
    level: int = logging.INFO


def log_all(logger: logging.Logger, remarks: Iterable[Remark]) -> None:
    """Log each remark in a line."""
    for remark in remarks:
        logger.log(remark.level, "%s", remark.text)


def level_of(share: float, limit: float) -> int:
    """WARNING above the limit, else INFO."""
    return logging.WARNING if share > limit else logging.INFO


def without_features(what: str, reasons: Mapping[str, int], total: int) -> list[Remark]:
    """A remark on the items without features of a modality; none where every item has some.

    Args:
        what: the features in words, such as "text features".
        reasons: why items have none, in words -> their number.
        total: all items.
    """
    count = sum(reasons.values())
    if not count:
        return []
    listed = "; ".join(f"{number:,} {reason}" for reason, number in reasons.items() if number)
    text = f"{count:,} of {total:,} items ({count / total:.2%}) have no {what}: {listed}."
    return [Remark(text, level_of(count / total, SURPRISING))]


def few(names: list[str], shown: int, separator: str = ", ") -> str:
    """The first names, and how many more there are."""
    more = f"{separator}and {len(names) - shown:,} more" if len(names) > shown else ""
    return separator.join(names[:shown]) + more
