"""Growth on made-up data: `python -m benchmarks.scale [--largest 1e6] [--full]`.

N interactions come with N/10 users and N/100 items. An epoch costs (steps) × (edges): with a fixed
batch it would grow as N², so LightGCN's batch grows with N (50 steps an epoch). SIGER's contrasts
cost batch² a step, so that its epoch is told at a batch of 2,048 √(N/10⁵), where both parts grow
alike, as N^1.5; and one step at 2,048 beside it. Evaluation ranks as many users at every size.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Job, Measured, measure
from benchmarks.machine import one_line, provenance
from benchmarks.plots import growth_plot
from benchmarks.results import RESULTS, save
from benchmarks.scale_stages import (
    BUDGET_MIB,
    BUDGET_SECONDS,
    ITEMS,
    JOBS,
    REPEATS,
    SIZES,
    STAGES,
    Stage,
)
from benchmarks.slopes import Series
from benchmarks.tables import aligned, number
from benchmarks.zipf import sizes


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, tell, and write."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = parser().parse_args(given)
    run = provenance(given, "benchmarks.scale")
    sys.stdout.write(f"{one_line(run)}\n\n")
    wanted = [n for n in SIZES if asked.full or n <= asked.largest]
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        scratch = Path(folder)
        found = {n: measured_at(n, scratch, asked) for n in wanted}
        alone = {n: _alone(n, scratch, asked.threads) for n in _items(asked)}
    series = [by_interactions(stage, found) for stage in STAGES]
    if alone:
        series.append(_series("kNN", "items", alone, None, "384-d; exact, so quadratic in items"))
    sys.stdout.write("\n" + growth_table(series) + "\n" + budget(found))
    measured = {f"{n}": [one.to_json() for one in at.values()] for n, at in found.items()}
    save(
        asked.out / "scale.json",
        run,
        rows=[],
        series=[one.to_json() for one in series],
        measured=measured,
    )
    growth_plot(series, one_line(run), asked.out / "scale.svg")
    return 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    made.add_argument("--largest", type=float, default=1e6, help="interactions at most")
    made.add_argument("--full", action="store_true", help="10⁷ too; whole epochs below that")
    made.add_argument("--whole", action="store_true", help="whole epochs at every size")
    made.add_argument("--threads", type=int, help="of PyTorch and BLAS (default: their choice)")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def _is_whole(asked: argparse.Namespace, n: int) -> bool:
    return bool(asked.whole or (asked.full and n < SIZES[-1]))


def _items(asked: argparse.Namespace) -> Sequence[int]:
    return [n for n in ITEMS if asked.full or n <= asked.largest / 25]


def measured_at(n: int, scratch: Path, asked: argparse.Namespace) -> dict[str, Measured]:
    """Every stage at one size."""
    users, items = sizes(n)
    sys.stdout.write(f"{n:,} interactions, {users:,} users, {items:,} items\n")
    make = Job("made-up data", f"{JOBS}:make", {"number": n})
    measure([make], scratch, repeat=1, warm_up=0)
    found = {}
    for stage in STAGES:
        job, repeat = stage.job(n, _is_whole(asked, n)), REPEATS[n]
        (found[stage.name],) = measure(
            [job], scratch, repeat=repeat, warm_up=int(repeat > 2), threads=asked.threads
        )
        sys.stdout.write(f"  {stage.name}: {number(found[stage.name].median)} s\n")
        sys.stdout.flush()
    return found


def _alone(items: int, scratch: Path, threads: int | None) -> Measured:
    job = Job(f"kNN, {items:,} items", f"{JOBS}:knn_alone", {"items": items})
    (measured,) = measure([job], scratch, repeat=1, warm_up=0, threads=threads)
    return measured


def by_interactions(stage: Stage, found: dict[int, dict[str, Measured]]) -> Series:
    """A stage at every size; of the SIGER step, the seconds of one."""
    points = {n: at[stage.name] for n, at in found.items()}
    whole = _series(stage.name, "interactions", points, stage.aim, stage.note)
    if stage.name != "SIGER step":
        return whole
    per_step = [one.step_seconds for one in points.values()]
    return Series(**{**whole.__dict__, "seconds": per_step, "extrapolated": [False] * len(points)})


def _series(
    name: str, by: str, points: dict[int, Measured], aim: float | None, note: str
) -> Series:
    measured = list(points.values())
    return Series(
        name,
        by,
        list(points),
        [one.median for one in measured],
        [max(one.prepare_mib, one.peak_mib) for one in measured],
        [one.share < 1 for one in measured],
        aim,
        note,
    )


def growth_table(series: Sequence[Series]) -> str:
    """Seconds and peak memory at each size, slope and verdict."""
    rows = [["stage", "by", "seconds (* extrapolated)", "peak MiB", "slope", "verdict", "note"]]
    for one in series:
        stars = ["*" if part else "" for part in one.extrapolated]
        seconds = (number(s) + star for s, star in zip(one.seconds, stars, strict=True))
        memory = (f"{mib:,.0f}" for mib in one.mib)
        slope = "" if one.slope is None else f"{one.slope:.2f}"
        cells = [one.stage, one.by, " / ".join(seconds), " / ".join(memory), slope]
        rows.append([*cells, one.verdict, one.note])
    return aligned(rows, left=2)


def budget(found: dict[int, dict[str, Measured]]) -> str:
    """The whole way at the largest size, beside the aim for 10⁷."""
    n, at = max(found.items())
    parts = [at[stage.name] for stage in STAGES if stage.in_budget]
    seconds, mib = sum(one.median for one in parts), max(one.peak_mib for one in parts)
    told = f"graphs, one SIGER epoch, evaluation of 10⁵ users at {n:,} interactions: "
    told += f"{number(seconds)} s, peak {mib:,.0f} MiB"
    if n < SIZES[-1]:
        return f"{told}\n"
    met = "met" if seconds <= BUDGET_SECONDS and mib <= BUDGET_MIB else "not met"
    return f"{told} (aim {BUDGET_SECONDS:,} s, {BUDGET_MIB:,} MiB: {met})\n"


if __name__ == "__main__":
    sys.exit(main())
