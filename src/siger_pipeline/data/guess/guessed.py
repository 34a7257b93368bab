"""What was guessed of a shop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from siger_pipeline.data.guess.sheet import Named

Sure = Literal["sure", "likely", "unsure"]
OVERLAP = 0.05  # share of the items' ids that another table must have


@dataclass(frozen=True)
class Note:
    """What was guessed, and how sure that is."""

    what: str
    sure: Sure
    check: str = ""


@dataclass
class Shop:
    """What an environment says of a shop.

    Attributes:
        interactions: file.
        item_file: file; None where no table describes items.
        columns: our column -> that of the interactions.
        item_columns: likewise of the items.
        only: column of the interactions -> values that count.
        time_format: of dates; None where they need none.
        decimal: sign of numbers.
        bad_share: share of the rows without a user, an item or a time.
        pictures: what the column `image` has: addresses, or paths of files; null without one.
        notes: on each guess.
    """

    interactions: str
    item_file: str | None = None
    columns: dict[str, Named] = field(default_factory=dict)
    item_columns: dict[str, Named] = field(default_factory=dict)
    only: dict[str, list[str]] = field(default_factory=dict)
    time_format: str | None = None
    decimal: str = "."
    bad_share: float = 0.0
    pictures: Literal["addresses", "paths"] | None = None
    notes: list[Note] = field(default_factory=list)


def shared(values: Sequence[str], known: set[str]) -> float:
    """Share of the different values that are known; 0 where they are too few to say anything."""
    different = set(values)
    share = len(different & known) / len(different) if different else 0.0
    return share if share > OVERLAP else 0.0
