"""The peak memory of a training, measured in its own process."""

import math
from pathlib import Path

import torch

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MIB = 2**20


class PeakMemory:
    """The highest memory since this was made: what the process held, or what PyTorch did on a GPU.

    A process may train several models one after the other, so the mark of its life is none of one
    training: Linux takes it back to the present memory when 5 is written to `clear_refs` (proc(5)).
    """

    def __init__(self, device: torch.device) -> None:
        """Begin to measure."""
        self._device = device
        self._known = True
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
            return
        try:
            CLEAR_REFS.write_text("5")
        except OSError:  # another system than Linux, or a container that forbids it
            self._known = False

    def mib(self) -> float:
        """Mebibytes; NaN where the system does not tell."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device) / MIB
        if not self._known:
            return math.nan
        lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
