"""Runs that would write the same results exclude each other."""

from __future__ import annotations

import json
import os
import platform
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from siger_pipeline.caching.contents import write_json
from siger_pipeline.errors import UserError


class Locks:
    """Locks of records, held until the run ends or the process dies: the system lets go of them."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.held: set[Path] = set()

    def __enter__(self) -> Locks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()
        self.held.clear()

    def take(self, record: Path, node: str) -> None:
        """Hold a record's lock; once more is nothing.

        Raises:
            UserError: another process holds it, or the folder cannot be written.
        """
        if record in self.held:
            return
        lock, holder = (record.with_name(record.name + end) for end in (".lock", ".holder"))
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            self.stack.enter_context(FileLock(lock, timeout=0))
            write_json(holder, _myself())
        except Timeout as error:
            raise UserError(
                f"{node} is being written by another run{_other(holder)}: wait until it ends, or "
                "end it"
            ) from error
        except OSError as error:
            raise UserError(
                f"{node} must run, and {record.parent} cannot be written ({error.strerror}): "
                "nothing was changed"
            ) from error
        self.held.add(record)


def _myself() -> dict[str, str]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    me = {"process": str(os.getpid()), "machine": platform.node()}
    return {**me, "command": command, "since": since}


def _other(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        who = f"process {found['process']}"
        if found["machine"] == platform.node() and _has_ended(int(found["process"])):
            # A forked child keeps what its parent had locked.
            who = f"by a child of {who}, which has ended"
        return f" ({who}, `{found['command']}`, since {found['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _has_ended(process: int) -> bool:
    if os.name != "posix":  # elsewhere, the signal 0 is not a question
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another person's
        return False
    return False
