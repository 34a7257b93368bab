"""An executor of processes that are started by spawn and end with the process that started them.

Of the standard library's pool, one process that is killed takes all others with it, and nobody
says which call it was at; and when its owner is killed, its processes stay.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, TypeVar

from kedro_fresh.worker import live_records
from kedro_fresh.worker_logs import received

T = TypeVar("T")
GRACE = 10.0  # seconds for a process that is told to end to remove what it has half-written
LOOK = 1.0  # seconds between two looks whether a process is alive
LOG, RESULT, ERROR = range(3)
TERMINATED = 128 + signal.SIGTERM  # exit code of a worker after SIGTERM, as shells count it


class WorkerEndedError(BrokenExecutor):
    """A worker process ended in the midst of a call: how, in words."""


class TerminatedError(BaseException):
    """SIGTERM has come to a worker: like Ctrl-C, no `except Exception` may stop it."""


class Processes(Executor):
    """Calls functions in worker processes, at most so many; each is started when it is needed."""

    def __init__(self, number: int) -> None:
        self._threads = ThreadPoolExecutor(number, thread_name_prefix="worker")
        self._lock = threading.Lock()
        self._workers: list[_Worker] = []  # all that were started
        self._idle: list[_Worker] = []
        self._is_closed = False

    def submit(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call a function in a process; see `concurrent.futures.Executor`."""
        return self._threads.submit(self._call, function, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their calls are done.

        The ends are not waited for, since Python takes a second to leave large libraries; the end
        of this process waits for them.
        """
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        with self._lock:
            self._is_closed = True
            for worker in self._idle:
                worker.pipe.close()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """After an error or Ctrl-C, end the processes at once."""
        if kind is None:
            self.shutdown()
        else:
            self._end_at_once()

    def _end_at_once(self) -> None:
        with self._lock:
            self._is_closed, deadline = True, time.monotonic() + GRACE
            for worker in self._workers:
                worker.process.terminate()
            for worker in self._workers:
                worker.end_by(deadline)
        self.shutdown(cancel_futures=True)

    def _call(self, function: Callable[..., T], args: Any, kwargs: Any) -> T:
        worker = self._take()
        try:
            result: T = worker.call((function, args, kwargs))
        finally:
            with self._lock:
                self._idle.append(worker)
        return result

    def _take(self) -> _Worker:
        with self._lock:
            if self._is_closed:
                raise BrokenExecutor("the executor is shut down")
            while self._idle:
                worker = self._idle.pop()
                if worker.process.is_alive():
                    return worker
            self._workers.append(_Worker())
            return self._workers[-1]


class _Worker:
    """A process, and the end of the pipe to it."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        # Not a daemon: a node may start processes of its own.
        self.process = context.Process(target=_serve, args=(theirs,), name="fresh-worker")
        with _interrupts_wait():
            self.process.start()
        theirs.close()

    def call(self, work: tuple[Callable[..., Any], Any, Any]) -> Any:
        """What a function returns in the process.

        Raises:
            WorkerEndedError: the process ended before.
        """
        try:
            self.pipe.send(work)
            kind, value = self._receive()
            while kind == LOG:
                received(value)
                kind, value = self._receive()
        except (EOFError, OSError) as error:
            raise WorkerEndedError(self._how_it_ended()) from error
        if kind == ERROR:
            raise value
        return value

    def _receive(self) -> tuple[int, Any]:
        # Its own children may hold the other end of the pipe open when it is killed.
        while not self.pipe.poll(LOOK):
            if not self.process.is_alive() and not self.pipe.poll():
                raise EOFError
        message: tuple[int, Any] = self.pipe.recv()
        return message

    def _how_it_ended(self) -> str:
        self.process.join(GRACE)
        code = self.process.exitcode
        code = -signal.SIGTERM if code == TERMINATED else code
        if code is not None and code < 0:
            return (
                f"its worker process {self.process.pid} was ended by {signal.Signals(-code).name}"
            )
        return f"its worker process {self.process.pid} ended with exit code {code}"

    def end_by(self, deadline: float) -> None:
        """Wait for the end, and enforce it when the time is over."""
        self.process.join(max(0.0, deadline - time.monotonic()))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C comes after this: a process that begins meanwhile has not learnt to ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """In the worker: call what comes through the pipe until it is closed."""
    # A terminal sends Ctrl-C to all processes: what becomes of the workers is the run's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    lock = threading.Lock()

    def send(kind: int, value: Any) -> None:
        with lock, suppress(OSError):  # the run is gone, and ends this process
            pipe.send((kind, value))

    try:
        with live_records(lambda record: send(LOG, record)), suppress(EOFError, OSError):
            while not _leaving:
                function, args, kwargs = pipe.recv()
                try:
                    answer = (RESULT, function(*args, **kwargs))
                except Exception as error:
                    answer = (ERROR, error)
                if not _leaving:  # else it may be of the signal, not of the call
                    send(*answer)
    except TerminatedError:
        pass
    if _leaving:
        sys.exit(TERMINATED)


_leaving: list[int] = []


def _leave(number: int, _: FrameType | None) -> None:
    """At SIGTERM: let the node that runs remove what it has half-written, and end."""
    _leaving.append(number)
    raise TerminatedError


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
