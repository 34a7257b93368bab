"""Speed and memory on real data: `python -m benchmarks.speed [--only NAME] [--repeat N] [--full]`.

Each row is measured in processes of its own, in turn with the plain alternative beside it.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import mmrec
from benchmarks.case import Case, Options, memory_row
from benchmarks.cases import CASES
from benchmarks.data import PUBLISHED_WIDTHS
from benchmarks.floor import floors_of
from benchmarks.harness import Job, RefusalError, measure
from benchmarks.machine import one_line, provenance
from benchmarks.plots import speed_plot
from benchmarks.results import RESULTS, Row, save
from benchmarks.sources import raw_folder
from benchmarks.tables import aligned, table

WORLDS = {
    "baby_wide": ("baby", PUBLISHED_WIDTHS),
    "baby": ("baby", None),
    "sports_wide": ("sports", PUBLISHED_WIDTHS),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, tell, and write; 2 where there is nothing to measure with."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = parser().parse_args(given)
    try:
        chosen = [case for case in CASES if is_chosen(case, asked)]
        for dataset in {WORLDS[case.world][0] for case in chosen if case.world}:
            raw_folder(dataset)
        if asked.mmrec:
            mmrec.check(asked.mmrec)
    except RefusalError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    run = provenance(given, "benchmarks.speed")
    sys.stdout.write(f"{one_line(run)}\n\n")
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        scratch = Path(folder)
        rows = [row for case in chosen for row in _measured(case, scratch, asked)]
        floors = floors_of(rows, scratch, asked.threads)
    sys.stdout.write("\n" + table(rows) + "\n" + (aligned(floors.lines()) if floors else ""))
    save(
        asked.out / "speed.json",
        run,
        rows=[row.to_json() for row in rows],
        roofline=floors and floors.to_json(),
    )
    speed_plot(rows, one_line(run), asked.out / "speed.svg")
    return 0


def is_chosen(case: Case, asked: argparse.Namespace) -> bool:
    """Whether a row is to be measured: named, or one of the usual ones."""
    return case.name in asked.only if asked.only else asked.full or not case.in_full


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    names = [case.name for case in CASES]
    made.add_argument("--only", action="append", choices=names, help="a row; may be repeated")
    made.add_argument("--repeat", type=int, default=5, help="measured repetitions")
    made.add_argument("--threads", type=int, help="of PyTorch and BLAS (default: their choice)")
    made.add_argument("--full", action="store_true", help="the slow alternatives as well")
    made.add_argument("--mmrec", type=_folder, help="a checkout of MMRec, to run beside this")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def _folder(text: str) -> Path:
    return Path(text).expanduser().resolve()


def _measured(case: Case, scratch: Path, asked: argparse.Namespace) -> list[Row]:
    """The rows of a case, told as they come."""
    options = Options(asked.full, asked.mmrec)
    if case.world:
        prepare(case.world, scratch, asked.threads)
    jobs = [case.job, *case.beside(options)]
    own, *others = measure(jobs, scratch, repeat=asked.repeat, threads=asked.threads)
    rows = [case.row(own, others), *memory_row(case, own)]
    sys.stdout.write(f"{rows[0].title}: {own.median:.3g} s\n")
    sys.stdout.flush()
    return rows


def prepare(world: str, scratch: Path, threads: int | None = None) -> None:
    """Lay a world ready in the scratch folder, unless it lies there."""
    if (scratch / world).exists():
        return
    dataset, widths = WORLDS[world]
    arguments = {"world": world, "dataset": dataset, "widths": widths}
    job = Job(f"preparing {world}", "benchmarks.data:prepare", arguments)
    measure([job], scratch, repeat=1, warm_up=0, threads=threads)


if __name__ == "__main__":
    sys.exit(main())
