"""On what figures were measured: no names of machines or folders, only what decides speed."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT

LIBRARIES = ("torch", "numpy", "scipy", "pandas", "duckdb", "ibis-framework", "kedro")


def provenance(arguments: list[str], module: str) -> dict[str, Any]:
    """Machine, versions, date and command of a run.

    Args:
        arguments: of the command line; folders are left out.
        module: what was run, such as `benchmarks.speed`.
    """
    told = ["PATH" if os.sep in argument else argument for argument in arguments]
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "command": " ".join(["python", "-m", module, *told]),
        "machine": machine(),
        "versions": versions(),
    }


def machine() -> dict[str, Any]:
    """Processor, cores, memory and system."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions() -> dict[str, str]:
    """Of Python, the libraries that do the work, and this project with its commit."""
    return {
        "python": sys.version.split()[0],
        **{name: _version(name) for name in LIBRARIES},
        "siger-pipeline": f"{_version('siger-pipeline')} {_commit()}".strip(),
    }


def one_line(run: dict[str, Any]) -> str:
    """Machine, main versions and date of a run, for a heading."""
    place, found = run["machine"], run["versions"]
    return (
        f"{place['processor']}, {place['cores']} cores, {place['memory_gib']} GiB; "
        f"Python {found['python']}, torch {found['torch']}; {run['date']}"
    )


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _commit() -> str:
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=8"]
    try:
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
