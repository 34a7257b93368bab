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
for round in range(110):
    if round == 10:
        before = faults()
    held = [torch.ones(2**19) for _ in range(6)]
    del held
sys.stdout.write(str(faults() - before))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_what_is_freed_is_used_again() -> None:
    # Without it a hundred rounds take up to 300,000, as the C library happens to decide.
    assert int(subprocess.check_output([sys.executable, "-c", FAULTS])) < 10_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert keep_freed_memory() is False
