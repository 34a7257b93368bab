"""How many threads the libraries of this process use, and how these wait for work.

It imports none of these libraries: the package does so first of all, see `wait_briefly`.
"""

import os
import sys
from typing import Literal

# How often a thread that waits for work looks for it before it sleeps; OpenMP's default, 300,000
# times, is milliseconds, in which it keeps other processes, and its own siblings, from the core.
# 1,000 times is longer than the pause between two operations of a training step.
SPIN_COUNT = "1000"
# Not all of KMP_: scikit-learn itself sets some of these.
WAITING = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY", "KMP_BLOCKTIME", "KMP_LIBRARY")
NUMBERS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
MOST = 1024

Threads = int | Literal["auto"]

_own = {name: os.environ.get(name) for name in NUMBERS}
_chosen: Threads = "auto"


def wait_briefly() -> None:
    """Let OpenMP's threads sleep soon where they wait for work, unless the user says otherwise.

    OpenMP reads this from the environment when it is loaded: where PyTorch or scikit-learn was
    imported before this package, it changes nothing but child processes.
    """
    if not any(name in os.environ for name in WAITING):
        os.environ["GOMP_SPINCOUNT"] = SPIN_COUNT


def checked(threads: object) -> Threads:
    """The value, if it is a number of threads or `auto`.

    Raises:
        ValueError: it is neither.
    """
    if threads == "auto":
        return "auto"
    if isinstance(threads, int) and not isinstance(threads, bool) and 1 <= threads <= MOST:
        return threads
    raise ValueError(f"must be auto or a whole number from 1 to {MOST}")


def use_threads(threads: Threads) -> None:
    """Let PyTorch, BLAS and DuckDB use so many threads from now on, in this process.

    `auto` leaves the choice to the libraries and to variables such as OMP_NUM_THREADS; a number
    goes before those. It holds for libraries that are loaded already and for those to come.
    """
    global _chosen  # noqa: PLW0603, libraries have one number a process
    if threads == _chosen:
        return
    _chosen = threads
    for name, own in _own.items():
        if threads != "auto":
            os.environ[name] = str(threads)
        elif own is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = own
    number = number_of_threads()
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(number)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(number)


def chosen() -> int | None:
    """The number that was asked for, None where that is left to the libraries."""
    return None if _chosen == "auto" else _chosen


def number_of_threads() -> int:
    """The number that was asked for, or that the libraries choose by themselves."""
    if _chosen != "auto":
        return _chosen
    own = _own["OMP_NUM_THREADS"] or ""
    if own.isdigit():
        return int(own)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
