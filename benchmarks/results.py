"""Rows of a benchmark: figures, aims, verdicts, and the files that they are kept in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.harness import ROOT, Measured

FORMAT = 1
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        name: short, for `--only`.
        title: for people.
        unit: of value and aim, s or MiB.
        value: what is compared with the aim.
        aim: at most so much; None where there is none.
        measured: this project's figures, None for a row that is derived from another one's.
        alternatives: what it was measured beside, in turn.
        note: what to know of it.
    """

    name: str
    title: str
    unit: str
    value: float
    aim: float | None = None
    measured: Measured | None = None
    alternatives: Sequence[Measured] = field(default_factory=tuple)
    note: str = ""

    @property
    def verdict(self) -> str:
        """`met`, `not met`, or nothing without an aim."""
        if self.aim is None:
            return ""
        return "met" if self.value <= self.aim else "not met"

    def ratios(self) -> dict[str, float]:
        """How many times longer each alternative takes, by medians."""
        if self.measured is None:
            return {}
        return {other.label: other.median / self.measured.median for other in self.alternatives}

    def to_json(self) -> dict[str, Any]:
        """As plain values, verdict and ratios beside them."""
        return {
            **{key: getattr(self, key) for key in ("name", "title", "unit", "value", "aim")},
            "verdict": self.verdict,
            "note": self.note,
            "ratios": self.ratios(),
            "measured": self.measured.to_json() if self.measured else None,
            "alternatives": [other.to_json() for other in self.alternatives],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        own = values["measured"]
        held = {key: values[key] for key in ("name", "title", "unit", "value", "aim", "note")}
        others = tuple(Measured.from_json(other) for other in values["alternatives"])
        return cls(**held, measured=Measured.from_json(own) if own else None, alternatives=others)


def save(path: Path, run: dict[str, Any], **contents: Any) -> None:
    """Write a run's provenance and its contents; rows as `Row.to_json` gives them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": FORMAT, **run, **contents}, indent=1) + "\n")


def load(path: Path) -> dict[str, Any]:
    """What `save` wrote, its rows as `Row`."""
    held: dict[str, Any] = json.loads(path.read_text())
    return {**held, "rows": [Row.from_json(row) for row in held["rows"]]}
