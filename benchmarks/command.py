"""A command that measures rows: its options, its data, its table and its file."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import Job, Measured, RefusalError, measure
from benchmarks.results import RESULTS, Row, number, one_line, provenance, save, table
from benchmarks.sources import raw_folder, require_mmrec

MMREC_NOTES = ("seconds_load", "seconds_graphs", "seconds_validation")
PUBLISHED_WIDTHS = {"image": 4096, "text": 384}  # of the features that the papers use
DATA = {"baby": None, "baby_wide": PUBLISHED_WIDTHS, "sports_wide": PUBLISHED_WIDTHS}
WORLDS = {  # name -> what writes it to the scratch folder
    world: Job(
        f"preparing {world}",
        "benchmarks.data:prepare",
        {"world": world, "dataset": world.removesuffix("_wide"), "widths": widths},
    )
    for world, widths in DATA.items()
}


@dataclass(frozen=True)
class Case:
    """What a row is measured by, and what it is compared with."""

    name: str  # for `--only`
    title: str
    job: Job  # of this project
    aim: float | None = None  # largest number of seconds that is wanted
    beside: Sequence[Job] = ()  # measured in turn
    mmrec: Sequence[str] = ()  # MMRec's models that are measured in turn, with `--mmrec`
    memory_aim: float | None = None  # largest number of MiB that is wanted; a row of its own
    notes: Sequence[str] = ()  # figures of the job to show

    @property
    def world(self) -> str:
        """The data that the job reads from the scratch folder, empty for none."""
        return str(self.job.arguments.get("world", ""))

    def alternatives(self, checkout: Path | None) -> list[Job]:
        """Jobs to measure in turn with this project's; MMRec's where there is a checkout."""
        data = {"checkout": str(checkout), "dataset": "baby", "world": self.world}
        return [*self.beside] + [
            Job(f"MMRec {model}", "benchmarks.mmrec:epochs", {**data, "model": model}, 2)
            for model in self.mmrec
            if checkout
        ]

    def rows(self, own: Measured, others: Sequence[Measured]) -> list[Row]:
        """The row of the seconds, and that of the memory where there is an aim for it."""
        of_mmrec = [other for other in others if other.label.startswith("MMRec")]
        beside = [f"{other.label} {_text(other, MMREC_NOTES)}" for other in of_mmrec]
        note = "; ".join(filter(None, [_text(own, self.notes), *beside]))
        rows = [Row(self.name, self.title, "s", own.median, self.aim, own, tuple(others), note)]
        if self.memory_aim is not None:
            what, mib = "peak memory", max(own.prepare_mib, own.peak_mib)
            if "block_mib" in own.notes:
                what, mib = "memory over inputs and outputs", own.notes["block_mib"]
            title = f"{self.title}: {what}"
            rows.append(Row(f"{self.name}_memory", title, "MiB", mib, self.memory_aim))
        return rows


def _text(measured: Measured, names: Sequence[str]) -> str:
    shown = [(name, measured.notes[name]) for name in names if name in measured.notes]
    return "; ".join(f"{name} {number(v) if isinstance(v, float) else v}" for name, v in shown)


def parser() -> argparse.ArgumentParser:
    """The options of every command."""
    made = argparse.ArgumentParser()
    made.set_defaults(mmrec=None)
    made.add_argument("--repeat", type=int, default=5, help="measured repetitions")
    made.add_argument("--threads", type=int, help="of PyTorch and BLAS (default: their choice)")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def chosen(cases: Sequence[Case], arguments: Sequence[str]) -> tuple[list[Case], Any]:
    """The cases that `--only` names, and the options."""
    made = parser()
    names = [case.name for case in cases]
    made.add_argument("--only", action="append", choices=names, help="a row; may be repeated")
    made.add_argument("--mmrec", type=Path, help="a checkout of MMRec, to measure beside this")
    options = made.parse_args(arguments)
    return [case for case in cases if case.name in (options.only or names)], options


Conclusion = tuple[str, dict[str, Any]]  # text under the table, further contents of the file


def run_cases(
    name: str,
    cases: Sequence[Case],
    options: argparse.Namespace,
    arguments: Sequence[str],
    worlds: Mapping[str, Job] = WORLDS,
    conclude: Callable[[Sequence[Row], Path], Conclusion] = lambda rows, scratch: ("", {}),
) -> int:
    """Measure, print and write the rows; 2 where data are missing.

    The name is that of the module and of the file; what `conclude` makes of all rows is added.
    """
    try:
        _check(cases, options, worlds)
    except RefusalError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    run = provenance(arguments, f"benchmarks.{name}")
    sys.stdout.write(f"{one_line(run)}\n\n")
    rows: list[Row] = []
    out = options.out / f"{name}.json"
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        scratch = Path(folder)
        for case in cases:
            rows += _rows(case, scratch, options, worlds)
            save(out, run, rows=[row.to_json() for row in rows])  # if a later case fails
        text, contents = conclude(rows, scratch)
    sys.stdout.write("\n" + table(rows) + text)
    save(out, run, rows=[row.to_json() for row in rows], **contents)
    return 0


def _check(cases: Sequence[Case], options: argparse.Namespace, worlds: Mapping[str, Job]) -> None:
    """Refuse data that are missing."""
    for name in {case.world for case in cases if case.world}:
        if dataset := worlds[name].arguments.get("dataset"):
            raw_folder(dataset)
    if options.mmrec:
        options.mmrec = require_mmrec(options.mmrec)


def _rows(
    case: Case, scratch: Path, options: argparse.Namespace, worlds: Mapping[str, Job]
) -> list[Row]:
    """The rows of a case; its seconds are printed at once."""
    if case.world:
        model = case.job.arguments.get("model")
        prepare(worlds[case.world], scratch, model, options.threads)
    jobs = [case.job, *case.alternatives(options.mmrec)]
    own, *others = measure(jobs, scratch, repeat=options.repeat, threads=options.threads)
    sys.stdout.write(f"{case.title}: {number(own.median)} s\n")
    sys.stdout.flush()
    return case.rows(own, others)


def prepare(job: Job, scratch: Path, model: str | None, threads: int | None = None) -> None:
    """Write a world and the graphs of a model to the scratch folder, unless they are there."""
    name = job.arguments["world"]
    jobs = [] if (scratch / name).exists() else [job]
    if model:
        arguments = {"world": name, "model": model}
        jobs.append(Job(job.label, "benchmarks.data:prepare_model", arguments))
    for one in jobs:
        measure([one], scratch, repeat=1, warm_up=0, threads=threads)
