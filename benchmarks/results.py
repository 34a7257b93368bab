"""Rows of a benchmark, their text and their files, and the machine that they were measured on."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Measured

FORMAT = 1
RESULTS = ROOT / "benchmarks" / "results"
LIBRARIES = ("torch", "numpy", "scipy", "pandas", "duckdb", "ibis-framework", "kedro")
HEADER = ("what", "median", "min – max", "peak MiB", "aim", "verdict", "beside it")


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str  # for `--only`
    title: str
    unit: str  # s or MiB
    value: float  # is compared with the aim
    aim: float | None = None  # largest value that is wanted
    measured: Measured | None = None  # this project's figures; None if derived from another row
    alternatives: Sequence[Measured] = field(default_factory=tuple)  # measured in turn with it
    note: str = ""  # under the table

    @property
    def verdict(self) -> str:
        """`met`, `not met`, or nothing without an aim."""
        return verdict(self.value, self.aim)

    def ratios(self) -> dict[str, float]:
        """How many times longer each alternative takes, by medians."""
        if self.measured is None:
            return {}
        return {other.label: other.median / self.measured.median for other in self.alternatives}

    def to_json(self) -> dict[str, Any]:
        """JSON values, with verdict and ratios."""
        return {
            **{key: getattr(self, key) for key in ("name", "title", "unit", "value", "aim")},
            "verdict": self.verdict,
            "note": self.note,
            "ratios": self.ratios(),
            "measured": self.measured.to_json() if self.measured else None,
            "alternatives": [other.to_json() for other in self.alternatives],
        }


def verdict(value: float | None, aim: float | None) -> str:
    """`met`, `not met`, or nothing where either is missing."""
    if value is None or aim is None:
        return ""
    return "met" if value <= aim else "not met"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A text table; the first column and the last are aligned left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if n in (0, len(row) - 1) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def table(rows: Sequence[Row]) -> str:
    """The rows as a text table, their notes under it."""
    notes = [f"  {row.title}: {row.note}\n" for row in rows if row.note]
    jobs = [job for row in rows for job in (row.measured, *row.alternatives) if job]
    notes += [f"  {j.label}: extrapolated from {j.share:.1%} of it\n" for j in jobs if j.share < 1]
    return aligned([HEADER, *map(_cells, rows)]) + "".join(dict.fromkeys(notes))


def _cells(row: Row) -> tuple[str, ...]:
    own = row.measured
    return (
        row.title,
        figure(row.value, row.unit),
        f"{number(min(own.samples))} – {number(max(own.samples))}" if own else "",
        f"{own.peak_mib:,.0f}" if own else "",
        "" if row.aim is None else f"≤ {figure(row.aim, row.unit)}",
        row.verdict,
        "; ".join(f"{label} {ratio:.3g}×" for label, ratio in row.ratios().items()),
    )


def figure(value: float, unit: str) -> str:
    """A value with its unit."""
    return f"{value:,.0f} {unit}" if unit == "MiB" else f"{number(value)} {unit}"


def number(seconds: float) -> str:
    """Three significant digits."""
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"


def save(path: Path, run: dict[str, Any], **contents: Any) -> None:
    """Write a run's provenance and its contents as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": FORMAT, **run, **contents}, indent=1) + "\n")


def provenance(arguments: Sequence[str], module: str) -> dict[str, Any]:
    """Date, command, machine and versions of a run of a module; no names of machines or folders."""
    pages = os.sysconf("SC_PHYS_PAGES")
    words = ["PATH" if os.sep in argument else argument for argument in arguments]
    libraries = {name: version(name) for name in LIBRARIES}
    project = f"{version('siger-pipeline')} {_commit()}".strip()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": " ".join(["python", "-m", module, *words]),
        "machine": {
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(pages * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
            "system": f"{platform.system()} {platform.release()}",
        },
        "versions": {"python": sys.version.split()[0], **libraries, "siger-pipeline": project},
    }


def one_line(run: dict[str, Any]) -> str:
    """Machine, main versions and date of a run, for a heading."""
    machine, versions = run["machine"], run["versions"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; "
        f"Python {versions['python']}, torch {versions['torch']}; {run['date']}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
