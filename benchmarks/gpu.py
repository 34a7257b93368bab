"""The same on a GPU: `python -m benchmarks.gpu [--only NAME]`.

Epochs and evaluation by the training's own clock, peak GPU memory, and a profile: the kernels that
take longest, and how often a step makes the host wait (aim: never).
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    return f"\n{notes['gpu']}\n{kernels(notes)}\n{waits(notes)}\n", {"profile": notes}


def profile(scratch: Path, world: str, model: str) -> Work:
    """Two short epochs under the profiler: kernels, and waits of the host, per step.

    The difference of the two is the steps' own: losses and validation happen once in each.
    """
    prepared = read_world(scratch / world, model)
    yield None
    start = time.perf_counter()
    (few, _), (many, events) = (_profiled_epoch(prepared, model, n) for n in (FEW, MANY))
    per_step = {name: (many[name] - few[name]) / (MANY - FEW) for name in WAITS}
    notes = {"waits": per_step, "kernels": longest_kernels(events, MANY), "steps": MANY - FEW}
    notes |= {"gpu": torch.cuda.get_device_name()}
    yield Sample(time.perf_counter() - start, notes=notes)


def _profiled_epoch(
    world: World, model: str, steps: int
) -> tuple[Counter[str], dict[str, tuple[float, int]]]:
    """Waits of the host by kind, and microseconds and calls of each kernel, of a second epoch."""
    from torch.profiler import ProfilerActivity

    train = train_config(device="cuda")
    epochs = trained(first_steps(world, train.batch_size, steps)[0], model, train)
    next(epochs)
    both = [ProfilerActivity.CPU, ProfilerActivity.CUDA]
    with torch.profiler.profile(activities=both) as profiler:
        next(epochs)
    events = profiler.key_averages()
    return waits_by_kind((event.key, event.count) for event in events), {
        event.key: (event.self_device_time_total, event.count)
        for event in events
        if event.device_type == torch.autograd.DeviceType.CUDA
    }


def waits_by_kind(events: Iterable[tuple[str, int]]) -> Counter[str]:
    """How often the host waited, by the kind of wait."""
    result: Counter[str] = Counter()
    for name, count in events:
        for kind in WAITS:
            result[kind] += count * name.startswith(kind)
    return result


def longest_kernels(
    events: Mapping[str, tuple[float, int]], steps: int
) -> list[tuple[str, float, float]]:
    """Name, milliseconds and calls per step of the kernels that take longest, longest first."""
    longest = sorted(events.items(), key=lambda event: -event[1][0])[:SHOWN]
    return [(name, total / 1000 / steps, calls / steps) for name, (total, calls) in longest]


def kernels(profiled: Mapping[str, Any]) -> str:
    """The table of the longest kernels."""
    rows = [[name[:80], f"{ms:.3f}", f"{calls:.1f}"] for name, ms, calls in profiled["kernels"]]
    return aligned([["kernel", "ms per step", "calls per step"], *rows])


def waits(profiled: Mapping[str, Any]) -> str:
    """How often the host waits per step, and whether the aim is met."""
    counts = {name: count for name, count in profiled["waits"].items() if count}
    text = ", ".join(f"{name} {count:g}" for name, count in counts.items()) or "none"
    return f"Host waits per step: {text} (aim none: {'not met' if counts else 'met'})"


if __name__ == "__main__":
    sys.exit(main())
