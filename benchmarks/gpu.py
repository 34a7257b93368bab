"""The same on a GPU: `python -m benchmarks.gpu [--only NAME]`.

Epochs and evaluation by the training's own clock, peak GPU memory, and a profile: the kernels that
take longest, and how often a step makes the host wait (aim: never).
"""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.command import WORLDS, Case, Conclusion, chosen, prepare, run_cases
from benchmarks.data import World, read_world
from benchmarks.harness import Job, Sample, Work, measure
from benchmarks.jobs import first_steps, train_config, trained
from benchmarks.results import Row, aligned

FEW, MANY = 10, 30  # steps of the two profiled epochs
SHOWN = 15  # kernels
WAITS = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize", "Memcpy DtoH")
Event = tuple[str, int, float]  # name, calls, microseconds on the device
PROFILED = {"world": "baby_wide", "model": "siger"}


def _case(name: str, title: str, function: str, world: str, aim: float | None = None) -> Case:
    model = "lightgcn" if "lightgcn" in name else "siger"
    arguments = {"world": world, "model": model, "device": "cuda"}
    return Case(
        name, title, Job(model, f"benchmarks.jobs:{function}", arguments), aim, notes=("gpu_mib",)
    )


CASES = (
    _case("siger_epoch", "SIGER epoch, Baby, 4096-d + 384-d", "epochs", "baby_wide", 0.25),
    _case("siger_sports", "SIGER epoch, Sports, 4096-d + 384-d", "epochs", "sports_wide", 0.6),
    _case("lightgcn_epoch", "LightGCN epoch, Baby", "epochs", "baby_wide"),
    _case("evaluation", "evaluation of one split, Baby, top 20", "validations", "baby_wide", 0.1),
    _case("evaluation_sports", "the same, Sports", "validations", "sports_wide"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; 2 where there is no GPU."""
    given = sys.argv[1:] if arguments is None else arguments
    selection = chosen(CASES, given)
    if not torch.cuda.is_available():
        sys.stderr.write(
            "benchmarks.gpu: PyTorch sees no CUDA device on this machine, so there is nothing to "
            "measure; `make bench` measures the CPU\n"
        )
        return 2
    return run_cases("gpu", *selection, given, conclude=profiled)


def profiled(_: Sequence[Row], scratch: Path) -> Conclusion:
    """The profile of SIGER's steps, as text and as figures."""
    prepare(WORLDS[PROFILED["world"]], scratch, PROFILED["model"])
    job = Job("profile", "benchmarks.gpu:profile", PROFILED)
    notes = measure([job], scratch, repeat=1, warm_up=0)[0].notes
    return f"\n{shown(notes)}\n", {"profile": notes}


def shown(notes: Mapping[str, Any]) -> str:
    """A table of the longest kernels, and whether the host waits."""
    rows = [[name[:80], f"{ms:.3f}", f"{calls:.1f}"] for name, ms, calls in notes["kernels"]]
    waits = [f"{name} {count:g}" for name, count in notes["waits"].items() if count]
    return (
        f"{notes['gpu']}\n{aligned([['kernel', 'ms per step', 'calls per step'], *rows])}\n"
        f"Host waits per step: {', '.join(waits) or 'none'} "
        f"(aim none: {'not met' if waits else 'met'})"
    )


def profile(scratch: Path, world: str, model: str) -> Work:
    """Two short epochs under the profiler: kernels, and waits of the host, per step.

    The difference of the two is the steps' own: losses and validation happen once in each.
    """
    prepared = read_world(scratch / world, model)
    yield None
    start = time.perf_counter()
    few, many = (_profiled_epoch(prepared, model, steps) for steps in (FEW, MANY))
    waits = {kind: (calls(many, kind) - calls(few, kind)) / (MANY - FEW) for kind in WAITS}
    notes = {"waits": waits, "kernels": longest(many, MANY), "steps": MANY - FEW}
    notes |= {"gpu": torch.cuda.get_device_name()}
    yield Sample(time.perf_counter() - start, notes=notes)


def _profiled_epoch(world: World, model: str, steps: int) -> list[Event]:
    """Events of a second epoch."""
    train = train_config(PROFILED["model"], device="cuda")
    epochs = trained(first_steps(world, train.batch_size, steps)[0], model, train)
    next(epochs)
    activity = torch.profiler.ProfilerActivity
    with torch.profiler.profile(activities=[activity.CPU, activity.CUDA]) as profiler:
        next(epochs)
    on_device = torch.autograd.DeviceType.CUDA
    return [
        (event.key, event.count, event.self_device_time_total * (event.device_type == on_device))
        for event in profiler.key_averages()
    ]


def calls(events: Sequence[Event], kind: str) -> int:
    """How often something whose name begins so was called."""
    return sum(count for name, count, _ in events if name.startswith(kind))


def longest(events: Sequence[Event], steps: int) -> list[tuple[str, float, float]]:
    """Name, milliseconds and calls per step of the kernels that take longest, longest first."""
    kernels = sorted((event for event in events if event[2]), key=lambda event: -event[2])
    return [(name, us / 1000 / steps, count / steps) for name, count, us in kernels[:SHOWN]]


if __name__ == "__main__":
    sys.exit(main())
