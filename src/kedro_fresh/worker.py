"""What is sent to a worker, and what the worker does with it."""

from __future__ import annotations

import logging
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from kedro.framework.project import configure_project
from kedro.io import DataCatalog
from kedro.runner import Task

from kedro_fresh.execution import Execution, execute
from kedro_fresh.loaded import Source, keeping_to, runs_other_source
from kedro_fresh.pinned import PinnedCatalog
from kedro_fresh.transport import packed_error, unpacked, unpacked_error
from kedro_fresh.worker_hooks import hook_manager
from kedro_fresh.worker_logs import Send, sent

# Generators of random numbers, threads of libraries and loaded modules belong to a process: where
# an executor runs several nodes in one, they take turns.
_turn = threading.Lock()
# Takes log records at once to the process of the run; without it they go with the outcome.
_live: list[Send] = []


@dataclass(frozen=True)
class Job:
    """One node with all that a process which knows nothing of the run needs for it.

    Attributes:
        node: its name.
        package: of the project, empty where there is none.
        packages: it, and those of plug-ins, whose modules count as code.
        path: where modules are looked for.
        sources: modules as the run has read them: what the worker imports is of these.
        digests: module that the node reaches -> SHA-256 of its source.
        imports: what these modules import.
        levels: logger -> level.
        preparation: packed function that is called first, before the project is imported.
        load: packed node and its datasets by name.
        versions: input -> version to load, None for the newest.
        left: output -> version of a broken-off run that the node goes on from.
        is_async: whether Kedro loads and saves in threads.
        run_id: Kedro's.
        sender: machine and process that sends it.
    """

    node: str
    package: str
    packages: tuple[str, ...]
    path: tuple[str, ...]
    sources: Mapping[str, Source]
    digests: Mapping[str, str]
    imports: frozenset[str]
    levels: Mapping[str, int]
    preparation: bytes
    load: bytes
    versions: Mapping[str, str | None]
    left: Mapping[str, str | None]
    is_async: bool = False
    run_id: str | None = None
    sender: tuple[str, int] = field(default_factory=lambda: (platform.node(), os.getpid()))

    def is_from_here(self) -> bool:
        """Whether the process of the run itself executes it, in another thread."""
        return self.sender == (platform.node(), os.getpid())


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        execution: of a node that ran to its end, else None.
        failure: packed error of one that did not.
        records: of its log, as far as they have not been sent before.
    """

    execution: Execution | None = None
    failure: bytes = b""
    records: tuple[logging.LogRecord, ...] = ()

    @property
    def error(self) -> BaseException | None:
        """What the node raised."""
        return unpacked_error(self.failure) if self.failure else None


def run_job(job: Job) -> Outcome:
    """Execute a node, in whatever process this is called; it never raises."""
    records: list[logging.LogRecord] = []
    with _turn:
        try:
            if job.is_from_here():
                return Outcome(_executed(job))
            with sent(job.node, job.levels, _live[0] if _live else records.append):
                execution = _executed_elsewhere(job)
            return Outcome(execution, records=tuple(records))
        except BaseException as error:
            return Outcome(failure=packed_error(error), records=tuple(records))


@contextmanager
def live_records(send: Send) -> Iterator[None]:
    """Meanwhile the records of jobs in this process are sent at once."""
    _live.append(send)
    try:
        yield
    finally:
        _live.remove(send)


def _executed_elsewhere(job: Job) -> Execution:
    sys.path += [entry for entry in job.path if entry not in sys.path]
    with keeping_to(job.packages, job.sources):
        cast(Callable[[], object], unpacked(job.preparation))()
        _configure(job.package)
        return _executed(job)


@cache
def _configure(package: str) -> None:
    if package:
        configure_project(package, preserve_logging=True)


def _executed(job: Job) -> Execution:
    node, datasets = unpacked(job.load)
    catalog = PinnedCatalog(DataCatalog(datasets), job.versions)
    hooks = hook_manager(job.package)
    task = Task(node, cast(DataCatalog, catalog), job.is_async, hooks, job.run_id)
    done = execute(task, job.imports, job.left)
    other = [name for name, digest in job.digests.items() if runs_other_source(name, digest)]
    return Execution(done.seconds, done.unseeded, tuple(sorted(other)))
