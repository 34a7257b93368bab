"""Speed and memory on real data: `python -m benchmarks.speed [--only NAME] [--repeat N]`.

Each row is measured in processes of its own, in turn with the alternatives beside it.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import CASES, Case
from benchmarks.harness import Job, RefusalError, measure
from benchmarks.results import RESULTS, Row, number, one_line, provenance, save, table
from benchmarks.sources import raw_folder, require_mmrec

PUBLISHED_WIDTHS = {"image": 4096, "text": 384}  # of the features that the papers use
WORLDS: dict[str, tuple[str, dict[str, int] | None]] = {
    "baby_wide": ("baby", PUBLISHED_WIDTHS),
    "baby": ("baby", None),
    "sports_wide": ("sports", PUBLISHED_WIDTHS),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the rows of speed; 2 where data are missing."""
    return run_cases(CASES, "speed", sys.argv[1:] if arguments is None else arguments)


def run_cases(cases: Sequence[Case], name: str, arguments: Sequence[str]) -> int:
    """Measure, print and write the chosen rows; 2 where data are missing.

    Args:
        cases: all rows.
        name: of the module in `benchmarks`, and of the file of results.
        arguments: of the command line.
    """
    options = parser([case.name for case in cases]).parse_args(arguments)
    chosen = [case for case in cases if not options.only or case.name in options.only]
    try:
        for world in {case.world for case in chosen if case.world}:
            raw_folder(WORLDS[world][0])
        if options.mmrec:
            require_mmrec(options.mmrec.expanduser())
    except RefusalError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    run = provenance(arguments, f"benchmarks.{name}")
    sys.stdout.write(f"{one_line(run)}\n\n")
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        rows = [row for case in chosen for row in measured_rows(case, Path(folder), options)]
    sys.stdout.write("\n" + table(rows))
    save(options.out / f"{name}.json", run, rows=[row.to_json() for row in rows])
    return 0


def parser(names: Sequence[str]) -> argparse.ArgumentParser:
    """The options of a benchmark with these rows."""
    made = argparse.ArgumentParser()
    made.add_argument("--only", action="append", choices=names, help="a row; may be repeated")
    made.add_argument("--repeat", type=int, default=5, help="measured repetitions")
    made.add_argument("--threads", type=int, help="of PyTorch and BLAS (default: their choice)")
    made.add_argument("--mmrec", type=Path, help="a checkout of MMRec, to measure beside this")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def measured_rows(case: Case, scratch: Path, options: argparse.Namespace) -> list[Row]:
    """The rows of a case; its seconds are printed at once."""
    if case.world:
        prepare(case.world, scratch, case.job.arguments.get("model"), options.threads)
    checkout = options.mmrec and options.mmrec.expanduser().resolve()
    jobs = [case.job, *case.alternatives(checkout)]
    own, *others = measure(jobs, scratch, repeat=options.repeat, threads=options.threads)
    sys.stdout.write(f"{case.title}: {number(own.median)} s\n")
    sys.stdout.flush()
    return case.rows(own, others)


def prepare(world: str, scratch: Path, model: str | None, threads: int | None = None) -> None:
    """Write a world and the graphs of a model to the scratch folder, unless they are there."""
    jobs, label = [], f"preparing {world}"
    if not (scratch / world).exists():
        dataset, widths = WORLDS[world]
        arguments = {"world": world, "dataset": dataset, "widths": widths}
        jobs.append(Job(label, "benchmarks.data:prepare", arguments))
    if model:
        jobs.append(Job(label, "benchmarks.data:prepare_model", {"world": world, "model": model}))
    for job in jobs:
        measure([job], scratch, repeat=1, warm_up=0, threads=threads)


if __name__ == "__main__":
    sys.exit(main())
