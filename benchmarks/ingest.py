"""Ingest within a limit of memory: `python -m benchmarks.ingest [--largest 1e8] [--memory 4096]`.

See Ingest within a limit in benchmarks/README.md.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.ingest_jobs import SEED, WHO
from benchmarks.limited import Outcome, run_limited
from benchmarks.results import RESULTS, aligned, number, one_line, provenance, save

SIZES = (10**6, 10**7, 10**8)
CHUNK = 10**6
OWN = 0.65  # share of the limit that DuckDB may take; the rest is the process's own
HEADER = ("interactions", "who", "seconds", "peak MiB", "ended")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _options(given)
    run = provenance(given, "benchmarks.ingest")
    sys.stdout.write(f"{one_line(run)}\n\n")
    rows: list[dict[str, Any]] = []
    for n in (size for size in SIZES if size <= options.largest):
        with tempfile.TemporaryDirectory(prefix="siger-benchmarks-", dir=options.scratch) as folder:
            raw = Path(folder) / "raw.parquet"
            make(raw, n)
            for who in options.who or WHO:
                rows.append(measured(who, n, raw, options.memory))
                save(options.out / "ingest.json", run, memory_mib=options.memory, rows=rows)
    sys.stdout.write("\n" + aligned([HEADER, *map(_cells, rows)]))
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    made = argparse.ArgumentParser()
    made.add_argument("--largest", type=float, default=1e7, help="number of interactions")
    made.add_argument("--memory", type=int, default=4096, help="limit of each process, MiB")
    made.add_argument("--who", action="append", choices=list(WHO), help="may be repeated")
    made.add_argument("--scratch", type=Path, help="folder with room: 10 GB at 1e8 interactions")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made.parse_args(arguments)


def make(path: Path, n: int) -> None:
    """N interactions of N/10 users and N/100 items as a source reads them, few of them often."""
    schema = pa.schema(
        [
            ("line_number", pa.int64()),
            ("user", pa.string()),
            ("item", pa.string()),
            ("rating", pa.float64()),
            ("timestamp", pa.int64()),
        ]
    )
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, n, CHUNK):
            size = min(CHUNK, n - start)
            draw = np.random.default_rng([SEED, start])
            users = (draw.random(size) ** 2 * (n // 10)).astype(np.int64)
            items = (draw.random(size) ** 5 * (n // 100)).astype(np.int64)
            columns = [
                pa.array(np.arange(start, start + size)),
                pa.array(users).cast(pa.string()),
                pa.array(items).cast(pa.string()),
                pa.array(draw.integers(1, 6, size).astype(np.float64)),
                pa.array(draw.integers(1_400_000_000, 1_600_000_000, size)),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def measured(who: str, n: int, raw: Path, limit: int) -> dict[str, Any]:
    """What a process of its own makes of the raw table, as JSON has values."""
    if find_spec("siger_pipeline" if who == "ours" else who) is None:
        outcome = Outcome(why="it is not installed")
    else:
        folder = raw.parent / who
        folder.mkdir()

        def say(step: dict[str, Any]) -> None:
            what = f"{n:,} interactions, {who}: {step['step']}"
            sys.stdout.write(f"{what}, {step['rows']:,} rows, {number(step['seconds'])} s\n")
            sys.stdout.flush()

        arguments = [who, str(raw), str(folder), str(round(limit * OWN))]
        outcome = run_limited("benchmarks.ingest_jobs", arguments, limit, say)
        shutil.rmtree(folder)
    return {"interactions": n, "who": who, **outcome.__dict__}


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    seconds = number(sum(step["seconds"] for step in row["steps"]))
    done = row["steps"][-1]["step"] if row["steps"] else "no step"
    ended = "yes" if row["ended"] else f"no: {row['why']} after {done}"
    return f"{row['interactions']:,}", row["who"], seconds, f"{row['peak_mib']:,.0f}", ended


if __name__ == "__main__":
    sys.exit(main())
