"""A process that may take so much memory and no more, and what it says of its steps."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = os.sysconf("SC_PAGE_SIZE")
PAUSE = 0.05  # seconds between two looks


@dataclass
class Outcome:
    """What became of a process.

    Attributes:
        steps: what it said of each that it ended.
        ended: whether it ended them all.
        why: it did not, in words.
        peak_mib: the most memory that it and its children had at once.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    ended: bool = False
    why: str = ""
    peak_mib: float = 0.0


def run_limited(
    module: str, arguments: Sequence[str], limit_mib: int, say: Callable[[dict[str, Any]], None]
) -> Outcome:
    """Run a module in a process that is killed once it takes more memory than the limit.

    Args:
        module: of Python; it writes a line of JSON for each step to its standard output.
        arguments: of its command.
        limit_mib: resident memory of the process and its children, MiB.
        say: is called with each step at once.
    """
    outcome = Outcome()
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watcher = threading.Thread(target=_watch, args=(process, limit_mib, outcome), daemon=True)
        watcher.start()
        assert process.stdout
        for line in process.stdout:
            outcome.steps.append(json.loads(line))
            say(outcome.steps[-1])
        code = process.wait()
        watcher.join()
    outcome.ended = code == 0
    if code and not outcome.why:
        outcome.why = f"it ended with {code}"
    return outcome


def _watch(process: subprocess.Popen[str], limit_mib: int, outcome: Outcome) -> None:
    while process.poll() is None:
        mib = resident_mib(process.pid)
        outcome.peak_mib = max(outcome.peak_mib, mib)
        if mib > limit_mib:
            outcome.why = f"killed at {mib:,.0f} MiB"
            process.kill()
            return
        time.sleep(PAUSE)


def resident_mib(pid: int) -> float:
    """Resident memory of a process and of all that it has started, MiB; 0 once it has ended."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20
        tasks = Path(f"/proc/{pid}/task").iterdir()
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    return own + sum(resident_mib(int(child)) for child in children)
