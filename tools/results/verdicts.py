"""What figures say of a claim: it holds, it does not, it is a tie, or nobody measured it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot

LISTED = 4  # parts of a claim whose figures are shown


class MissingError(Exception):
    """Figures that a claim needs are not there; the message says which."""


class Verdict(StrEnum):
    """The outcome of a claim; the first one among several parts is that of the whole."""

    FAILS = "does not hold"
    UNKNOWN = "not measured here"
    TIE = "tie"
    HOLDS = "holds"


@dataclass(frozen=True)
class Figure:
    """A mean over seeds.

    Attributes:
        name: of what was measured.
        mean: over the seeds.
        deviation: between the seeds (ddof 1); 0 where there is one or none.
        seeds: how many; 0 for what depends on none.
    """

    name: str
    mean: float
    deviation: float = 0.0
    seeds: int = 0

    def called(self, name: str) -> Figure:
        """The same under another name."""
        return replace(self, name=name)

    def __str__(self) -> str:
        spread = f" ± {self.deviation:.4f}" if self.seeds > 1 else ""
        return f"{self.name} {self.mean:.4f}{spread}"


@dataclass(frozen=True)
class Graded:
    """A claim beside figures.

    Attributes:
        verdict: of the figures.
        figures: those that decide, in words.
        one_seed: names of what was trained with one seed alone, so that its spread is not known.
        lead: how far the figures are from the other verdict; 0 where nothing was measured.
    """

    verdict: Verdict
    figures: str
    one_seed: tuple[str, ...] = ()
    lead: float = 0.0

    def __str__(self) -> str:
        return f"{self.verdict} (one seed)" if self.one_seed else str(self.verdict)


def higher(one: Figure, other: Figure) -> Graded:
    """Whether the first figure is higher than the other.

    A difference that does not exceed √(s² + s_o²), with the deviations between the seeds of both,
    is a tie.
    """
    difference = one.mean - other.mean
    return Graded(
        verdict_of(difference, hypot(one.deviation, other.deviation)),
        f"{one}, {other} ({difference:+.4f})",
        tuple(each.name for each in (one, other) if each.seeds == 1),
        abs(difference),
    )


def beside(graded: Graded, theirs: float | None) -> Graded:
    """The same with the paper's difference, if it has one."""
    said = "" if theirs is None else f", in the paper {theirs:+.4f}"
    return replace(graded, figures=f"{graded.figures}{said}")


def verdict_of(difference: float, spread: float) -> Verdict:
    """Of a difference that is positive if the claim holds."""
    if abs(difference) <= spread:
        return Verdict.TIE
    return Verdict.HOLDS if difference > 0 else Verdict.FAILS


def all_of(parts: Sequence[Graded]) -> Graded:
    """A claim of several parts: it fails if one does, and holds if all do.

    Its figures are those of the parts that decide, a few; and what was not measured.
    """
    if not parts:
        return unknown("there is nothing to compare")
    verdict = next(each for each in Verdict if any(part.verdict == each for part in parts))
    measured = [part for part in parts if part.verdict != Verdict.UNKNOWN]
    decide = [part for part in measured if verdict in (part.verdict, Verdict.UNKNOWN)]
    shown = list(dict.fromkeys(filter(None, (each.figures for each in _narrowest(decide)))))
    further = len(decide) - len(_narrowest(decide))
    shown += [f"and {further} more"] if further else []
    shown += dict.fromkeys(part.figures for part in parts if part.verdict == Verdict.UNKNOWN)
    names = dict.fromkeys(name for part in measured for name in part.one_seed)
    lead = min((part.lead for part in decide), default=0.0)
    one_seed = () if verdict == Verdict.UNKNOWN else tuple(names)
    return Graded(verdict, "; ".join(shown), one_seed, lead)


def _narrowest(parts: Sequence[Graded]) -> list[Graded]:
    """The parts with the smallest leads, in their order."""
    leads = sorted(part.lead for part in parts)[:LISTED]
    return [part for part in parts if part.lead in leads][:LISTED]


def unknown(why: str) -> Graded:
    """A claim for which figures are missing."""
    return Graded(Verdict.UNKNOWN, why)
