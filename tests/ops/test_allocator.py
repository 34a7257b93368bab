"""Freed memory is kept where the C library can be told so."""

import ctypes
import platform
import subprocess
import sys

import pytest

from siger_pipeline.ops.allocator import keep_freed_memory

FAULTS = """
import resource, sys
import torch
from siger_pipeline.ops.allocator import keep_freed_memory

assert keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
size, number, rounds = map(int, sys.argv[1:])
for round in range(rounds + 10):
    if round == 10:
        before = faults()
    held = [torch.ones(size) for _ in range(number)]
    del held
sys.stdout.write(str(faults() - before))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
@pytest.mark.parametrize(("size", "number", "rounds"), [(2**19, 6, 100), (2**25, 1, 10)])
def test_what_is_freed_is_used_again(size: int, number: int, rounds: int) -> None:
    # Without it these rounds take up to 300,000, as the C library happens to decide.
    command = [sys.executable, "-c", FAULTS, *map(str, (size, number, rounds))]
    assert int(subprocess.check_output(command)) < 10_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert keep_freed_memory() is False
