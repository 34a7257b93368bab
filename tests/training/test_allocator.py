"""Freed memory is kept where the C library can be told so."""

import ctypes
import platform
import subprocess
import sys

import pytest

from siger_pipeline.training.allocator import keep_freed_memory

FAULTS = """
import resource, sys
import torch
from siger_pipeline.training.allocator import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for round in range(12):
    if round == 2:
        before = faults()
    held = [torch.ones(2**19) for _ in range(6)]
    del held
sys.stdout.write(str(faults() - before))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_what_is_freed_is_used_again() -> None:
    kept, given_back = (
        int(subprocess.check_output([sys.executable, "-c", FAULTS, how])) for how in ("keep", "no")
    )
    assert kept < given_back / 10


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert keep_freed_memory() is False
