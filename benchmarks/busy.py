"""Work while every core is also used by another process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Job, Work

STARTUP = 1.0  # seconds until a loop runs


@contextmanager
def busy_cores() -> Iterator[list[subprocess.Popen[bytes]]]:
    """An endless loop on each core."""
    command = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(command) for _ in os.sched_getaffinity(0)]
    time.sleep(STARTUP)
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def beside_loops(scratch: Path, function: str, **arguments: Any) -> Work:
    """The job of a function, with the loops during each repetition."""
    work = Job("", function, arguments).start(scratch)
    yield None
    while True:
        with busy_cores():
            sample = next(work)
        yield sample
