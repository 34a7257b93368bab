"""The peak memory of one training among several in a process."""

import math
import mmap
import sys
from pathlib import Path

import pytest
import torch

from siger_pipeline.training import memory
from siger_pipeline.training.memory import PeakMemory

CPU = torch.device("cpu")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the mark is Linux's")


@needs_linux
def test_it_is_the_highest_since_then_and_not_of_what_was_before() -> None:
    before = PeakMemory(CPU)
    # Not from the allocator, which may keep what is freed.
    with mmap.mmap(-1, 64 * 2**20) as block:
        block.write(b"1" * len(block))
        high = before.mib()
    after = PeakMemory(CPU)
    assert high - after.mib() > 48
    assert before.mib() == after.mib(), "a process has one mark"


def test_where_the_system_does_not_tell_it_is_not_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "CLEAR_REFS", tmp_path / "absent" / "clear_refs")
    assert math.isnan(PeakMemory(CPU).mib())
