"""What a step beside trainings takes: time and memory."""

import time

import pandas as pd
import torch

from siger_pipeline.training.memory import PeakMemory


class Stopwatch:
    """Seconds since this was made, and the peak memory meanwhile."""

    def __init__(self, device: torch.device) -> None:
        """Start it."""
        self._memory, self._start = PeakMemory(device), time.perf_counter()

    def read(self) -> pd.DataFrame:
        """One row: `seconds`, and `peak_mib` as of `PeakMemory`."""
        seconds = time.perf_counter() - self._start
        return pd.DataFrame([{"seconds": seconds, "peak_mib": self._memory.mib()}])
