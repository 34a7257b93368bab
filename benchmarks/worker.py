"""A fresh process that prepares one unit of work and repeats it whenever it is told to.

`python -m benchmarks.worker '{"function": "module:function", "arguments": {…}, "scratch": …}'`.
The function is a generator: it yields None once its preparation is done, then a `Sample` for each
repetition. A line on the process' input is one repetition, the end of the input is its end; every
answer is a line of JSON. What the work itself prints goes to the errors.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FORGET_THE_PEAK = "5"  # see proc(5)


@dataclass(frozen=True)
class Sample:
    """One repetition.

    Attributes:
        seconds: what it took.
        share: how much of the unit was done; below 1 the rest is extrapolated.
        notes: other figures.
        peak_mib: of a process that it started, where that is what did the work.
    """

    seconds: float
    share: float = 1.0
    notes: dict[str, Any] = field(default_factory=dict)
    peak_mib: float | None = None


Work: TypeAlias = Iterator[Sample | None]


def resident_mib() -> float:
    """Memory that this process holds now, MiB."""
    return _status("VmRSS")


def peak_mib() -> float:
    """The most memory that this process held since its start or `forget_peak`, MiB."""
    return _status("VmHWM")


def forget_peak() -> bool:
    """Let the peak begin anew; False where the system does not offer that."""
    try:
        CLEAR_REFS.write_text(FORGET_THE_PEAK)
    except OSError:
        return False
    return True


def _status(name: str) -> float:
    if not STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def threads() -> int:
    """How many threads PyTorch works with here, or how many cores there are where it is not in."""
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else len(os.sched_getaffinity(0))


def start(function: str, scratch: Path, arguments: dict[str, Any]) -> Work:
    """The work, prepared."""
    module, _, name = function.partition(":")
    work: Work = getattr(import_module(module), name)(scratch, **arguments)
    next(work)
    return work


def main() -> None:
    """Answer until the input ends."""
    asked = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    work = start(asked["function"], Path(asked["scratch"]), asked["arguments"])

    def answer(**figures: Any) -> None:
        answers.write(json.dumps(figures) + "\n")
        answers.flush()

    answer(prepare_mib=peak_mib(), ready_mib=resident_mib(), threads=threads())
    forget_peak()
    for _ in sys.stdin:
        sample = next(work)
        assert sample is not None
        answer(
            seconds=sample.seconds,
            share=sample.share,
            notes=sample.notes,
            peak_mib=peak_mib() if sample.peak_mib is None else sample.peak_mib,
        )


if __name__ == "__main__":
    main()
