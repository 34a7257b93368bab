"""Which address is asked next: hosts take turns, and a host that fails is left alone for a while.

All times are seconds of a clock that the caller reads.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from siger_pipeline.fetching.failure import FetchError

FIRST_PAUSE = 1.0  # seconds after a first failure; twice as long after each further one
LONGEST_PAUSE = 60.0


@dataclass
class Task:
    """An address that is to be asked.

    Attributes:
        url: of the picture.
        host: whose turn it takes.
        attempts: that were made.
    """

    url: str
    host: str
    attempts: int = 0


@dataclass
class _Host:
    waiting: deque[Task]
    under_way: int = 0
    rests_until: float = 0.0
    failures: int = 0  # of the host as such, in a row
    queued: bool = False  # whether it stands in one of the queues of `Schedule`


@dataclass
class Schedule:
    """The addresses that are left, host by host.

    Attributes:
        hosts: by name.
        per_host: requests to a host at a time.
        attempts: for an address.
        randomness: of the pauses.
    """

    urls: Mapping[str, Iterable[str]]
    per_host: int
    attempts: int
    randomness: np.random.Generator
    _hosts: dict[str, _Host] = field(init=False)
    _ready: deque[str] = field(default_factory=deque, init=False)
    _resting: list[tuple[float, int, str]] = field(default_factory=list, init=False)
    _order: count[int] = field(default_factory=count, init=False)

    def __post_init__(self) -> None:
        """Queue every host."""
        self._hosts = {
            host: _Host(deque(Task(url, host) for url in urls)) for host, urls in self.urls.items()
        }
        for host in self._hosts:
            self._queue(host)

    def take(self, now: float) -> Task | None:
        """The next address; None where none can be asked now."""
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[2])
        while self._ready:
            name = self._ready.popleft()
            host = self._hosts[name]
            host.queued = False
            if host.rests_until > now:
                self._queue(name, host.rests_until)
            elif host.waiting:
                task = host.waiting.popleft()
                task.attempts += 1
                host.under_way += 1
                self._queue(name)
                return task
        return None

    def next_at(self) -> float | None:
        """When a host has rested, if any rests; else what is under way decides."""
        return self._resting[0][0] if self._resting else None

    def succeeded(self, task: Task) -> None:
        """Note that an address was answered."""
        host = self._hosts[task.host]
        host.failures = 0
        self._ended(task)

    def failed(self, task: Task, error: FetchError, now: float) -> list[Task]:
        """Note a failure.

        A host that failed as often in a row as all its requests at a time have attempts is given
        up: a name that is not known would else cost hours.

        Returns:
            The tasks that will not be taken again.
        """
        host = self._hosts[task.host]
        host.failures = host.failures + 1 if error.of_host else 0
        again = error.temporary and task.attempts < self.attempts
        if again:
            host.waiting.append(task)
        if error.temporary:
            pause = max(error.wait, self._pause(task.attempts))
            host.rests_until = max(host.rests_until, now + pause)
        lost = [] if again else [task]
        if host.failures >= self.attempts * self.per_host:
            lost += host.waiting
            host.waiting.clear()
        self._ended(task)
        return lost

    def _pause(self, attempts: int) -> float:
        longest = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
        return longest * float(self.randomness.uniform(0.5, 1))

    def _ended(self, task: Task) -> None:
        self._hosts[task.host].under_way -= 1
        self._queue(task.host)

    def _queue(self, name: str, rests_until: float | None = None) -> None:
        host = self._hosts[name]
        if host.queued or not host.waiting or host.under_way >= self.per_host:
            return
        host.queued = True
        if rests_until is None:
            self._ready.append(name)
        else:
            heapq.heappush(self._resting, (rests_until, next(self._order), name))
