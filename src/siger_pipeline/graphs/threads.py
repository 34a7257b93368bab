"""NumPy work spread over threads: its loops let go of Python's lock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import torch


def spread(task: Callable[[slice], None], size: int, step: int) -> None:
    """Call ``task`` on consecutive slices of range(size), each of at most ``step``.

    As many threads as PyTorch has each take one run of slices, so that the threads seldom wait
    for one another.
    """
    workers = min(torch.get_num_threads(), -(-size // step))
    if workers <= 1:
        _run(task, 0, size, step)
        return
    share = -(-size // workers)
    with ThreadPoolExecutor(workers) as pool:
        runs = [
            pool.submit(_run, task, start, min(start + share, size), step)
            for start in range(0, size, share)
        ]
        for run in runs:
            run.result()


def _run(task: Callable[[slice], None], start: int, stop: int, step: int) -> None:
    for part in _slices(start, stop, step):
        task(part)


def _slices(start: int, stop: int, step: int) -> Iterator[slice]:
    for first in range(start, stop, step):
        yield slice(first, min(first + step, stop))
