"""Nodes that run when, and only when, they must: for any Kedro project."""

import os
import time

STARTED_NS = time.time_ns()  # imported before the project's modules: what changes later is not them
# Times that end in so many zeros come from a disk that counts whole seconds, or two of them.
FINE_NS, COARSE_NS = 10_000_000, 2_000_000_000


def latest_change(found: os.stat_result) -> int:
    """The latest time in ns at which a file's last change can have been."""
    return latest(found.st_ctime_ns)


def latest(changed: int) -> int:
    """The latest time that a disk may have rounded down to this one."""
    return changed + (0 if changed % FINE_NS else COARSE_NS)
