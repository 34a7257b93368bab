"""Growth on made-up data: `python -m benchmarks.scale [--largest 1e6]`.

N interactions come with N/10 users and N/100 items. An epoch costs (steps) × (edges): with a fixed
batch it would grow as N², so LightGCN's batch grows with N (50 steps per epoch). SIGER's contrasts
cost batch² per step, so its epoch has a batch of 2,048 √(N/10⁵), where both parts grow alike, as
N^1.5; one step at 2,048 stands beside it. Evaluation ranks as many users at every size. Epochs are
extrapolated from their first steps.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Job, Measured, measure
from benchmarks.results import RESULTS, aligned, number, one_line, provenance, save, verdict
from benchmarks.zipf import sizes

SIZES = {10**5: 5, 10**6: 2, 10**7: 1}  # interactions -> measured repetitions
STEPS, BATCH, EVALUATED = 50, 2048, 10_000
BUDGET_SECONDS, BUDGET_MIB = 3600, 24 * 1024
IN_BUDGET = ("bipartite", "co-occurrence", "kNN", "SIGER epoch", "evaluation, 10⁵ users")
AIM = 1.1  # slope
STAGES: dict[str, tuple[float | None, str]] = {  # name -> aim of the slope, note
    "ingest": (AIM, ""),
    "bipartite": (AIM, ""),
    "co-occurrence": (AIM, ""),
    "kNN": (None, "in items, so N/100; exact, and quadratic in them"),
    "LightGCN epoch": (AIM, f"batch N/{STEPS}·0.8"),
    "SIGER step": (AIM, f"batch {BATCH:,}"),
    "SIGER epoch": (None, "batch 2,048 √(N/10⁵): grows as N^1.5"),
    "evaluation": (AIM, f"{EVALUATED:,} users"),
    "evaluation, 10⁵ users": (None, "all users where there are fewer"),
}
HEADER = ("stage", "seconds (* extrapolated)", "peak MiB", "slope", "verdict", "note")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(given)
    run = provenance(given, "benchmarks.scale")
    sys.stdout.write(f"{one_line(run)}\n\n")
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        chosen = [n for n in SIZES if n <= options.largest]
        at = {n: at_size(n, Path(folder), options.threads) for n in chosen}
    series = [series_of(stage, at) for stage in STAGES]
    sys.stdout.write("\n" + growth_table(series) + "\n" + budget(at))
    measured = {f"{n}": [one.to_json() for one in stages.values()] for n, stages in at.items()}
    save(options.out / "scale.json", run, series=series, measured=measured)
    return 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    made.add_argument("--largest", type=float, default=1e6, help="largest number of interactions")
    made.add_argument("--threads", type=int, help="of PyTorch and BLAS (default: their choice)")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def at_size(n: int, scratch: Path, threads: int | None) -> dict[str, Measured]:
    """Every stage at one size."""
    sys.stdout.write("{:,} interactions, {:,} users, {:,} items\n".format(n, *sizes(n)))
    make = Job("made-up data", "benchmarks.scale_jobs:make", {"number": n})
    measure([make], scratch, repeat=1, warm_up=0, threads=threads)
    stages, repeat = {}, SIZES[n]
    for stage in STAGES:
        (one,) = measure(
            [job_of(stage, n)], scratch, repeat=repeat, warm_up=int(repeat > 2), threads=threads
        )
        stages[stage] = one
        sys.stdout.write(f"  {stage}: {number(one.median)} s\n")
        sys.stdout.flush()
    return stages


def job_of(stage: str, n: int) -> Job:
    """The job of a stage at N interactions."""
    arguments: dict[str, Any] = {"world": f"n{n}", "model": stage.partition(" ")[0].lower()}
    function = "benchmarks.jobs:epochs"
    match stage:
        case "LightGCN epoch":
            arguments |= {"batch_size": n * 8 // (10 * STEPS), "steps": 10}
        case "SIGER step":
            arguments |= {"batch_size": BATCH, "steps": 5}
        case "SIGER epoch":
            arguments |= {"batch_size": round(BATCH * (n / 10**5) ** 0.5), "steps": 5}
        case "evaluation" | "evaluation, 10⁵ users":
            users = EVALUATED if stage == "evaluation" else 10**5
            function = "benchmarks.jobs:validations"
            arguments |= {"model": "lightgcn", "users": users}
        case _:
            function = f"benchmarks.scale_jobs:{stage.lower().replace('-', '')}"
            arguments = {"number": n}
    return Job(f"{stage}, N = {n:.0e}", function, arguments)


def series_of(stage: str, at: Mapping[int, Mapping[str, Measured]]) -> dict[str, Any]:
    """A stage at every size, and the slope of its seconds; of the SIGER step, those of one."""
    (aim, note), measured = STAGES[stage], [stages[stage] for stages in at.values()]
    step = stage == "SIGER step"
    seconds = [one.step_seconds if step else one.median for one in measured]
    growth = slope(list(at), seconds) if len(at) > 1 else None
    return {
        "stage": stage,
        "sizes": list(at),
        "seconds": seconds,
        "mib": [max(one.prepare_mib, one.peak_mib) for one in measured],
        "extrapolated": [one.share < 1 and not step for one in measured],
        "slope": growth,
        "verdict": verdict(growth, aim),
        "note": note,
    }


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope b of the least-squares line log v = a + b log n."""
    return float(np.polynomial.Polynomial.fit(np.log(sizes), np.log(values), 1).convert().coef[1])


def growth_table(series: Sequence[Mapping[str, Any]]) -> str:
    """Seconds and peak memory at each size, slope and verdict."""
    rows = [HEADER]
    for one in series:
        marked = zip(one["seconds"], one["extrapolated"], strict=True)
        seconds = " / ".join(number(value) + "*" * part for value, part in marked)
        memory = " / ".join(f"{mib:,.0f}" for mib in one["mib"])
        growth = "" if one["slope"] is None else f"{one['slope']:.2f}"
        rows.append((one["stage"], seconds, memory, growth, one["verdict"], one["note"]))
    return aligned(rows)


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
