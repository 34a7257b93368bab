"""Floors of a SIGER step and of the graphs beside what was measured; see `benchmarks.roofline`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cases import GRAPHS, SIGER_EPOCH
from benchmarks.data import read_world
from benchmarks.harness import Job, measure
from benchmarks.results import Row
from benchmarks.roofline import graphs_of, step_of

UNITS = {
    "matmul": "GFLOP/s",
    "stream": "GB/s",
    "gather": "GB/s",
    "random": "10⁹/s",
}
REPEAT = 20


@dataclass(frozen=True)
class Floor:
    """A unit of work, and its parts by the machine's ceilings.

    Attributes:
        title: of the work.
        parts: of it -> seconds at least.
        measured: seconds.
    """

    title: str
    parts: Mapping[str, float]
    measured: float

    @property
    def least(self) -> float:
        """Seconds at least, by this count."""
        return sum(self.parts.values())

    def lines(self) -> list[list[str]]:
        """Rows of a table."""
        told = [[self.title, "milliseconds"]]
        told += [[f"  {name}", f"{1000 * seconds:,.1f}"] for name, seconds in self.parts.items()]
        told.append(["floor: their sum", f"{1000 * self.least:,.1f}"])
        told.append(["measured", f"{1000 * self.measured:,.1f}"])
        return told

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "title": self.title,
            "parts_seconds": dict(self.parts),
            "floor_seconds": self.least,
            "measured_seconds": self.measured,
        }


@dataclass(frozen=True)
class Floors:
    """What the machine gave in a run, and the floors by it.

    Attributes:
        rates: kernel -> 10⁹ operations, bytes or numbers a second, medians.
        floors: of the work that the run measured.
    """

    rates: Mapping[str, float]
    floors: Sequence[Floor]

    def lines(self) -> list[list[str]]:
        """Rows of a table."""
        told = [line for floor in self.floors for line in floor.lines()]
        for kind, rate in self.rates.items():
            told.append([f"ceiling: {kind}", f"{rate:.3g} {UNITS[kind.partition(' ')[0]]}"])
        return told

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "rates_1e9": dict(self.rates),
            "floors": [floor.to_json() for floor in self.floors],
        }


def floors_of(rows: Sequence[Row], scratch: Path, threads: int | None) -> Floors | None:
    """The floors of what the run has measured of a SIGER epoch and the graphs; None of neither."""
    measured = {row.name: row.measured for row in rows if row.measured is not None}
    if not measured.keys() & {SIGER_EPOCH, GRAPHS}:
        return None
    baby = read_world(scratch / "baby_wide") if SIGER_EPOCH in measured else None
    rates = ceilings([baby.inputs.n_items, baby.inputs.n_users] if baby else [], scratch, threads)
    a_second = {kind: 1e9 * rate for kind, rate in rates.items()}
    floors = []
    if baby:
        a_second["gather"] = a_second[f"gather {baby.inputs.n_items:,} rows"]
        parts, step = step_of(baby).floor(a_second), measured[SIGER_EPOCH].step_seconds
        floors.append(Floor("a SIGER step, Baby, 4096-d + 384-d", parts, step))
    if GRAPHS in measured:
        parts = graphs_of(read_world(scratch / "sports_wide")).floor(a_second)
        title = "nearest neighbours, Sports, 4096-d + 384-d, beside all graphs"
        floors.append(Floor(title, parts, measured[GRAPHS].median))
    return Floors(rates, floors)


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
