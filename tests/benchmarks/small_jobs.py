"""Jobs for the tests of the harness, imported by the processes that it starts."""

import os
from pathlib import Path

from benchmarks.harness import Sample, Work


def counting(scratch: Path, letter: str, step: float, share: float = 1.0) -> Work:
    yield None
    for number in range(1, 100):
        with (scratch / "order").open("a") as order:
            order.write(letter)
        yield Sample(number * step, share, {"process": os.getpid(), "number": number})


def holding(scratch: Path, mib: int) -> Work:
    yield None
    while True:
        held = bytearray(mib * 2**20)
        length = len(held)
        del held
        yield Sample(float(length))


def talking(scratch: Path) -> Work:
    yield None
    while True:
        os.write(1, b"this is no row\n")
        yield Sample(1.0)


def failing(scratch: Path) -> Work:
    yield None
    raise ValueError("the reason of the failure")


def preparing(scratch: Path, mib: int) -> Work:
    held = bytearray(mib * 2**20)
    del held
    yield None
    while True:
        yield Sample(1.0)


def environment(scratch: Path) -> Work:
    import torch  # noqa: F401, its threads are reported

    yield None
    yield Sample(1.0)
    names = ("OMP_NUM_THREADS", "GOMP_SPINCOUNT")
    yield Sample(1.0, notes={name: os.environ[name] for name in names})


def dying(scratch: Path) -> Work:
    yield None
    os._exit(3)
