"""When this process began, and how exact the times of files are."""

import os
import time

# The project's modules are imported after this one: files that change later are not what was run.
STARTED_NS = time.time_ns()
# Times that end in so many zeros come from a disk that counts whole seconds, or two of them.
FINE_NS, COARSE_NS = 10_000_000, 2_000_000_000


def latest_change(stat: os.stat_result) -> int:
    """The latest time in ns at which a file's last change can have been."""
    return latest(stat.st_ctime_ns)


def latest(changed: int) -> int:
    """The latest time that a disk may have rounded down to this one."""
    return changed + (0 if changed % FINE_NS else COARSE_NS)
