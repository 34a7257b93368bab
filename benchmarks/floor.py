"""The floor of a SIGER step beside the measured one; see `benchmarks.roofline`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import SIGER_EPOCH
from benchmarks.data import read_world
from benchmarks.harness import Job, measure
from benchmarks.results import Row
from benchmarks.roofline import step_of

UNITS = {"matmul": "GFLOP/s", "stream": "GB/s", "gather": "GB/s", "random": "10⁹/s"}
REPEAT = 20


@dataclass(frozen=True)
class Floor:
    """Ceilings of the machine, and the parts of a step by them.

    Attributes:
        rates: kernel -> 10⁹ operations, bytes or numbers a second, medians.
        parts: of a step -> seconds at least.
        step: seconds measured.
    """

    rates: Mapping[str, float]
    parts: Mapping[str, float]
    step: float

    @property
    def least(self) -> float:
        """Seconds of a step at least, by this count."""
        return sum(self.parts.values())

    def lines(self) -> list[list[str]]:
        """Rows of a table."""
        told = [["a SIGER step, Baby, 4096-d + 384-d", "milliseconds"]]
        told += [[f"  {name}", f"{1000 * seconds:.1f}"] for name, seconds in self.parts.items()]
        told.append(["floor: their sum", f"{1000 * self.least:.1f}"])
        told.append(["measured", f"{1000 * self.step:.1f}"])
        for kind, rate in self.rates.items():
            told.append([f"ceiling: {kind}", f"{rate:.3g} {UNITS[kind.partition(' ')[0]]}"])
        return told

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "rates_1e9": dict(self.rates),
            "parts_seconds": dict(self.parts),
            "floor_seconds": self.least,
            "step_seconds": self.step,
        }


def floor_of(world: Path, rows: Sequence[Row], scratch: Path, threads: int | None) -> Floor | None:
    """The floor, where the run has measured SIGER's epoch."""
    epoch = next((row.measured for row in rows if row.name == SIGER_EPOCH), None)
    if epoch is None:
        return None
    prepared = read_world(world)
    rates = ceilings((prepared.inputs.n_items, prepared.inputs.n_users), scratch, threads)
    by_kind = {kind: 1e9 * rates[kind] for kind in ("matmul", "stream", "random")}
    by_kind["gather"] = 1e9 * rates[f"gather {prepared.inputs.n_items:,} rows"]
    parts = step_of(prepared).floor(by_kind)
    return Floor(rates, parts, epoch.step_seconds)


def ceilings(tables: Sequence[int], scratch: Path, threads: int | None) -> dict[str, float]:
    """What the machine gives now, 10⁹ a second; gathering from tables of so many rows."""
    asked: dict[str, dict[str, Any]] = {
        "matmul": {"kind": "matmul"},
        "stream": {"kind": "stream"},
        **{f"gather {n:,} rows": {"kind": "gather", "rows": n} for n in tables},
        "random": {"kind": "random"},
    }
    found = {}
    for name, arguments in asked.items():
        job = Job(name, "benchmarks.roofline:ceiling", arguments)
        (measured,) = measure([job], scratch, repeat=REPEAT, warm_up=3, threads=threads)
        found[name] = measured.notes["amount"] / measured.median / 1e9
    return found
