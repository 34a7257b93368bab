"""The same on a GPU: `python -m benchmarks.gpu [--only NAME] [--train] [--trace FILE]`.

Epochs and evaluation by the training's own clock, peak GPU memory, and a profile: the kernels that
take longest, and how often a step makes the host wait (aim: never).
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.case import Case
from benchmarks.harness import Job, RefusalError, measure
from benchmarks.machine import one_line, provenance
from benchmarks.results import RESULTS, Row, save
from benchmarks.speed import WORLDS, prepare
from benchmarks.tables import aligned, number, table

EPOCHS, VALIDATIONS = "benchmarks.jobs:epochs", "benchmarks.jobs:validations"
GPU_JOBS = "benchmarks.gpu_jobs"


def _case(name: str, title: str, function: str, world: str, aim: float | None) -> Case:
    model = "lightgcn" if "lightgcn" in name else "siger"
    arguments = {"world": world, "model": model, "device": "cuda"}
    return Case(name, title, Job(model, function, arguments), aim, world, tell=("gpu_mib",))


CASES = (
    _case("siger_epoch", "SIGER epoch, Baby, 4096-d + 384-d", EPOCHS, "baby_wide", 0.25),
    _case("siger_sports", "SIGER epoch, Sports, 4096-d + 384-d", EPOCHS, "sports_wide", 0.6),
    _case("lightgcn_epoch", "LightGCN epoch, Baby", EPOCHS, "baby_wide", None),
    _case("evaluation", "evaluation of one split, Baby, top 20", VALIDATIONS, "baby_wide", 0.1),
    _case("evaluation_sports", "the same, Sports", VALIDATIONS, "sports_wide", None),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, tell, and write; 2 where there is nothing to measure with."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = parser().parse_args(given)
    try:
        require_gpu()
    except RefusalError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    run = provenance(given, "benchmarks.gpu")
    run["machine"]["gpu"] = torch.cuda.get_device_name()
    sys.stdout.write(f"{one_line(run)}; {run['machine']['gpu']}\n\n")
    with tempfile.TemporaryDirectory(prefix="siger-benchmarks-") as folder:
        scratch = Path(folder)
        chosen = [case for case in CASES if not asked.only or case.name in asked.only]
        for world in dict.fromkeys(["baby_wide", *(case.world for case in chosen)]):
            prepare(world, scratch)
        rows = [_row(case, scratch, asked.repeat) for case in chosen]
        profile = _once(Job("profile", f"{GPU_JOBS}:profile", _profiled(asked)), scratch)
        trained = [_trained(world, scratch) for world in WORLDS] if asked.train else []
    sys.stdout.write(f"\n{table(rows)}\n{kernels(profile)}\n{waits(profile)}\n")
    if trained:
        sys.stdout.write(f"{accuracy(trained)}\n")
    contents: dict[str, Any] = {"profile": profile, "trained": trained}
    save(asked.out / "gpu.json", run, rows=[row.to_json() for row in rows], **contents)
    return 0


def require_gpu() -> None:
    """Refuse a machine without one.

    Raises:
        RefusalError: PyTorch sees no CUDA device.
    """
    if not torch.cuda.is_available():
        raise RefusalError(
            "benchmarks.gpu: PyTorch sees no CUDA device on this machine, so there is nothing to "
            "measure; `make bench` measures the CPU"
        )


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    names = [case.name for case in CASES]
    made.add_argument("--only", action="append", choices=names, help="a row; may be repeated")
    made.add_argument("--repeat", type=int, default=5, help="measured repetitions")
    made.add_argument("--train", action="store_true", help="train to the stop; CPU metrics beside")
    made.add_argument("--trace", type=Path, help="where to write the profile, for a trace viewer")
    made.add_argument("--out", type=Path, default=RESULTS, help="folder of the results")
    return made


def _row(case: Case, scratch: Path, repeat: int) -> Row:
    (own,) = measure([case.job], scratch, repeat=repeat)
    sys.stdout.write(f"{case.title}: {number(own.median)} s\n")
    sys.stdout.flush()
    return case.row(own, [])


def _profiled(asked: argparse.Namespace) -> dict[str, Any]:
    trace = str(asked.trace.resolve()) if asked.trace else None
    return {"world": "baby_wide", "model": "siger", "trace": trace}


def _once(job: Job, scratch: Path) -> dict[str, Any]:
    (measured,) = measure([job], scratch, repeat=1, warm_up=0)
    return measured.notes


def _trained(world: str, scratch: Path) -> dict[str, Any]:
    """Metrics of SIGER trained to its stop, on the GPU and on the CPU."""
    prepare(world, scratch)
    found: dict[str, Any] = {"world": world}
    for device in ("cuda", "cpu"):
        arguments = {"world": world, "model": "siger", "device": device}
        found[device] = _once(Job(f"training, {device}", f"{GPU_JOBS}:to_stop", arguments), scratch)
    return found


def kernels(profile: dict[str, Any]) -> str:
    """The kernels that take longest, milliseconds and calls a step."""
    rows = [["kernel", "ms a step", "calls a step"]]
    for name, milliseconds, calls in profile["kernels"]:
        rows.append([name[:80], f"{milliseconds:.3f}", f"{calls:.1f}"])
    return aligned(rows)


def waits(profile: dict[str, Any]) -> str:
    """How often the host waits in a step; the aim is never."""
    found = {name: count for name, count in profile["waits"].items() if count}
    told = ", ".join(f"{name} {count:g}" for name, count in found.items()) or "none"
    return f"Host waits a step: {told} (aim none: {'not met' if found else 'met'})"


def accuracy(trained: Sequence[dict[str, Any]]) -> str:
    """Test metrics of both devices side by side."""
    rows = [["trained to the stop", "device", "recall@20", "ndcg@20", "epochs", "seconds"]]
    for found in trained:
        for device in ("cuda", "cpu"):
            one = found[device]
            figures = [f"{one['recall@20']:.4f}", f"{one['ndcg@20']:.4f}", f"{one['epochs']}"]
            rows.append([found["world"], device, *figures, number(one["seconds"])])
    return aligned(rows, left=2)


if __name__ == "__main__":
    sys.exit(main())
