"""The stages of `benchmarks.scale`, and how much of each is done at a size."""

from dataclasses import dataclass
from typing import Any

from benchmarks.harness import Job
from benchmarks.slopes import AIM

SIZES = (10**5, 10**6, 10**7)
ITEMS = (10_000, 20_000, 40_000, 100_000)
REPEATS = {10**5: 5, 10**6: 2, 10**7: 1}
STEPS, SIGER_STEPS, BATCH = 50, 5, 2048
EVALUATED = 10_000
BUDGET_SECONDS, BUDGET_MIB = 3600, 24 * 1024
JOBS = "benchmarks.scale_jobs"


@dataclass(frozen=True)
class Stage:
    """A stage that is measured at every size.

    Attributes:
        name: for tables.
        aim: the largest slope that is wanted.
        in_budget: whether it is part of the way from interactions to an evaluated model.
        note: to be known.
    """

    name: str
    aim: float | None = AIM
    in_budget: bool = False
    note: str = ""

    def job(self, n: int, full_epoch: bool) -> Job:
        """The job at N interactions."""
        return Job(f"{self.name}, N = {n:.0e}", *_work(self.name, n, full_epoch))


STAGES = (
    Stage("ingest"),
    Stage("bipartite", in_budget=True),
    Stage("co-occurrence", in_budget=True),
    Stage("kNN", None, True, "in items, so N/100; exact, and quadratic in them"),
    Stage("LightGCN epoch", note=f"batch N/{STEPS}·0.8"),
    Stage("SIGER step", note=f"batch {BATCH:,}"),
    Stage("SIGER epoch", None, True, "batch 2,048 √(N/10⁵): grows as N^1.5"),
    Stage("evaluation", note=f"{EVALUATED:,} users"),
    Stage("evaluation, 10⁵ users", None, True, "all users where there are fewer"),
)


def siger_batch(n: int) -> int:
    """2,048 √(N/10⁵)."""
    return round(BATCH * (n / 10**5) ** 0.5)


def _work(stage: str, n: int, full_epoch: bool) -> tuple[str, dict[str, Any]]:
    world, steps = f"n{n}", None if full_epoch else SIGER_STEPS
    train = "benchmarks.jobs:epochs"
    validate = "benchmarks.jobs:validations"
    lightgcn, siger = {"world": world, "model": "lightgcn"}, {"world": world, "model": "siger"}
    works: dict[str, tuple[str, dict[str, Any]]] = {
        "LightGCN epoch": (
            train,
            {**lightgcn, "batch_size": n * 8 // (10 * STEPS), "steps": None if full_epoch else 10},
        ),
        "SIGER step": (train, {**siger, "batch_size": BATCH, "steps": SIGER_STEPS}),
        "SIGER epoch": (train, {**siger, "batch_size": siger_batch(n), "steps": steps}),
        "evaluation": (validate, {**lightgcn, "users": EVALUATED}),
        "evaluation, 10⁵ users": (validate, {**lightgcn, "users": 10**5}),
    }
    own = f"{JOBS}:{stage.lower().replace('-', '')}", {"number": n}
    return works.get(stage, own)
