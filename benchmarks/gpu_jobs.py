"""Units of work of `benchmarks.gpu`; see `benchmarks.worker`."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.data import World, parameters, read_world
from benchmarks.jobs import of_so_many_steps, train_config, trained
from benchmarks.worker import Sample, Work
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.device import resolve_device

FEW, MANY = 10, 30  # steps of the two profiled epochs; their difference is the steps' own
SHOWN = 15
WAITS = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize", "Memcpy DtoH")


def profile(scratch: Path, world: str, model: str, trace: str | None) -> Work:
    """Two short epochs under the profiler; per step, kernels and waits of the host.

    What happens once an epoch (the losses, the validation) is in both, and falls out.
    """
    prepared = read_world(scratch / world)
    yield None
    start = time.perf_counter()
    few, _ = profiled_epoch(prepared, model, FEW, None)
    many, lasted = profiled_epoch(prepared, model, MANY, trace)
    steps = MANY - FEW
    notes = {
        "waits": waits_a_step(few, many, steps),
        "kernels": kernels_a_step(lasted, MANY),
        "steps": steps,
    }
    yield Sample(time.perf_counter() - start, notes=notes)


def profiled_epoch(
    world: World, model: str, steps: int, trace: str | None
) -> tuple[Counter[str], dict[str, tuple[float, int]]]:
    """Calls by name, and device microseconds with calls of what ran on the device, of one epoch."""
    from torch.profiler import ProfilerActivity

    train = train_config(device="cuda")
    epochs = trained(of_so_many_steps(world, train.batch_size, steps)[0], model, train)
    next(epochs)
    with torch.profiler.profile(
        activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]
    ) as profiler:
        next(epochs)
    if trace:
        profiler.export_chrome_trace(trace)
    events = profiler.key_averages()
    return counted((event.key, event.count) for event in events), {
        event.key: (event.self_device_time_total, event.count)
        for event in events
        if event.device_type == torch.autograd.DeviceType.CUDA
    }


def counted(events: Iterable[tuple[str, int]]) -> Counter[str]:
    """How often the host waited, by the kind of wait."""
    found: Counter[str] = Counter()
    for name, count in events:
        kind = next((wait for wait in WAITS if name.startswith(wait)), None)
        if kind:
            found[kind] += count
    return found


def waits_a_step(few: Mapping[str, int], many: Mapping[str, int], steps: int) -> dict[str, float]:
    """Waits of each further step, between an epoch of few and one of many steps."""
    return {name: (many.get(name, 0) - few.get(name, 0)) / steps for name in WAITS}


def kernels_a_step(
    events: Mapping[str, tuple[float, int]], steps: int
) -> list[tuple[str, float, float]]:
    """Name, milliseconds and calls a step of what takes longest on the device, longest first."""
    longest = sorted(events.items(), key=lambda event: -event[1][0])[:SHOWN]
    return [(name, total / 1000 / steps, calls / steps) for name, (total, calls) in longest]


def to_stop(scratch: Path, world: str, model: str, device: str) -> Work:
    """A training to its stop with the parameters as shipped; test metrics in the notes."""
    prepared, shipped = read_world(scratch / world), parameters("train")
    train = train_config(
        device=device, max_epochs=shipped["max_epochs"], patience=shipped["patience"]
    )
    yield None
    start = time.perf_counter()
    *_, last = trained(prepared, model, train)
    seconds = time.perf_counter() - start
    place = resolve_device(device)
    best = restore(last.best, prepared.inputs).to(place)
    config = EvaluateConfig(**parameters("evaluate"))
    found = evaluate_recommender(best.scorer(), prepared.matrices, config, device=place)
    notes: dict[str, Any] = {**found.metrics[Split.TEST], "epochs": len(last.history)}
    yield Sample(seconds, notes={**notes, "seconds": seconds})
