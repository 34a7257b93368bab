"""Growth on made-up data: `python -m benchmarks.scale [--largest 1e6]`.

Why batches grow with N, and what is extrapolated: see Growth in benchmarks/README.md.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import Case, Conclusion, parser, run_cases
from benchmarks.harness import Job, Measured
from benchmarks.results import Row, aligned, number, verdict

SIZES = {10**5: None, 10**6: 2, 10**7: 1}  # interactions -> repetitions; None: --repeat of them
STEPS, BATCH, EVALUATED = 50, 2048, 10_000
BUDGET_SECONDS, BUDGET_MIB = 3600, 24 * 1024
IN_BUDGET = ("bipartite", "co-occurrence", "kNN", "SIGER epoch", "evaluation, 10⁵ users")
STEP = "SIGER step"  # shown in seconds of one
AIM = 1.1  # slope
HEADER = ("stage", "seconds at each size", "slope", "verdict")


@dataclass(frozen=True)
class Stage:
    """A part of the pipeline, measured at every size."""

    function: str  # of the job
    model: str = ""
    aim: float | None = AIM  # largest slope that is wanted
    batch: Callable[[int], int] | None = None  # of N interactions
    options: dict[str, Any] = field(default_factory=dict)

    def job(self, n: int, label: str = "ours") -> Job:
        """The job at N interactions."""
        arguments = {"world": f"n{n}", "model": self.model} if self.model else {"world": f"n{n}"}
        size = {"batch_size": self.batch(n)} if self.batch else {}
        function = f"benchmarks.{self.function}"
        return Job(label, function, {**arguments, **size, **self.options}, SIZES[n])


def _graph(name: str, aim: float | None = AIM) -> Stage:
    return Stage("jobs:graphs", "siger", aim, options={"only": name})


def _epoch(model: str, steps: int, batch: Callable[[int], int], aim: float | None = AIM) -> Stage:
    return Stage("jobs:epochs", model, aim, batch, {"steps": steps})


def _users(number: int, aim: float | None = AIM) -> Stage:
    return Stage("jobs:validations", "lightgcn", aim, options={"users": number})


STAGES = {
    "ingest": Stage("scale_jobs:ingest"),
    "bipartite": _graph("bipartite"),
    "co-occurrence": _graph("cooccurrence"),
    "kNN": _graph("knn-text", None),
    "LightGCN epoch": _epoch("lightgcn", 10, lambda n: n * 8 // (10 * STEPS)),
    STEP: _epoch("siger", 5, lambda n: BATCH),
    "SIGER epoch": _epoch("siger", 5, lambda n: round(BATCH * (n / 10**5) ** 0.5), None),
    "evaluation": _users(EVALUATED),
    "evaluation, 10⁵ users": _users(10**5, None),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    given = sys.argv[1:] if arguments is None else arguments
    made = parser()
    made.add_argument("--largest", type=float, default=1e6, help="largest number of interactions")
    options = made.parse_args(given)
    sizes = [n for n in SIZES if n <= options.largest]
    cases = [
        Case(f"{name} {n}", title := f"{name}, {n:,} interactions", stage.job(n, title))
        for n in sizes
        for name, stage in STAGES.items()
    ]
    make = "benchmarks.scale_jobs:make"
    worlds = {f"n{n}": Job("made-up data", make, {"world": f"n{n}"}) for n in sizes}
    return run_cases("scale", cases, options, given, worlds, growth)


def growth(rows: Sequence[Row], _: Path) -> Conclusion:
    """Each stage's seconds at every size, the slope and its verdict, and the budget."""
    at: dict[int, dict[str, Measured]] = {}
    for row in rows:
        name, n = row.name.rsplit(" ", 1)
        assert row.measured
        at.setdefault(int(n), {})[name] = row.measured
    lines: list[tuple[str, ...]] = [HEADER]
    slopes: dict[str, float | None] = {}
    for stage, wanted in STAGES.items():
        seconds = [seconds_of(stage, stages[stage]) for stages in at.values()]
        slopes[stage] = fitted = slope(list(at), seconds) if len(at) > 1 else None
        shown = "" if fitted is None else f"{fitted:.2f}"
        judged = verdict(fitted, wanted.aim)
        lines.append((stage, " / ".join(map(number, seconds)), shown, judged))
    return f"\n{aligned(lines)}\n{budget(at)}", {"slopes": slopes}


def seconds_of(stage: str, measured: Measured) -> float:
    """Of an epoch, or of one step where the stage is a step."""
    steps = measured.notes["steps"] / measured.share if stage == STEP else 1
    return measured.median / steps


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope b of the least-squares line log v = a + b log n."""
    return float(np.polynomial.Polynomial.fit(np.log(sizes), np.log(values), 1).convert().coef[1])


def budget(at: Mapping[int, Mapping[str, Measured]]) -> str:
    """Time and memory from interactions to metrics at the largest size, with the aim at 10⁷."""
    n, stages = max(at.items())
    parts = [stages[name] for name in IN_BUDGET]
    seconds, mib = sum(one.median for one in parts), max(one.peak_mib for one in parts)
    text = f"graphs, one SIGER epoch, evaluation of 10⁵ users at {n:,} interactions: "
    text += f"{number(seconds)} s, peak {mib:,.0f} MiB"
    if n < max(SIZES):
        return f"{text}\n"
    met = "met" if seconds <= BUDGET_SECONDS and mib <= BUDGET_MIB else "not met"
    return f"{text} (aim {BUDGET_SECONDS:,} s, {BUDGET_MIB:,} MiB: {met})\n"


if __name__ == "__main__":
    sys.exit(main())
