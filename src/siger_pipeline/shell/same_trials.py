"""Which trials of a study are the same, and whether that is a slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from siger_pipeline.shell.trials import Trial, without_effect
from siger_pipeline.studies.differences import nested
from siger_pipeline.studies.grid import Point


@dataclass(frozen=True)
class Asked:
    """A trial as a study asks for it.

    Attributes:
        point: model, variant.
        overrides: of the point, by dotted keys with their block.
        trial: what it comes to.
    """

    point: Point
    overrides: Mapping[str, Any]
    trial: Trial


def distinct(asked: Iterable[Asked]) -> tuple[list[Asked], tuple[Asked, Asked] | None]:
    """The trials of a study, each once, and two that are the same by a slip.

    A trial may come again where its model reads none of what sets it apart, such as LightGCN
    without a modality, and where a parameter of `each` has its configured value. It is a slip if a
    variant has no trial of its own at all.
    """
    kept: dict[str, Asked] = {}
    again: dict[str, tuple[Asked, Asked]] = {}
    for each in asked:
        # Some disks take capital and small letters for the same.
        other = kept.setdefault(each.trial.name.casefold(), each)
        if other is each or (each.point.is_step and not other.point.is_step):
            continue
        if not _is_unread(other, each):
            return list(kept.values()), (other, each)
        again.setdefault(each.point.variant, (other, each))
    used = {each.point.variant for each in kept.values()}
    slips = (pair for variant, pair in again.items() if variant not in used)
    return list(kept.values()), next(slips, None)


def unread_by_all(asked: Iterable[Asked]) -> tuple[Asked, str] | None:
    """A parameter that a study overrides and that none of these trials reads, and one of them."""
    overriding: dict[str, Asked] = {}
    read: set[str] = set()
    for each in asked:
        unread = set(without_effect(each.trial, nested(each.overrides)))
        read |= each.overrides.keys() - unread
        overriding |= {key: overriding.get(key, each) for key in each.overrides}
    return next(((each, key) for key, each in overriding.items() if key not in read), None)


def _is_unread(one: Asked, other: Asked) -> bool:
    """Whether two differ in some parameters and their model reads none of these."""
    first, second = one.overrides, other.overrides
    shared = first.keys() & second.keys()
    apart = (first.keys() ^ second.keys()) | {key for key in shared if first[key] != second[key]}
    unread = without_effect(other.trial, nested(dict.fromkeys(apart)))
    return bool(apart) and len(unread) == len(apart)
