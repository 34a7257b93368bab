"""Pictures from addresses, many at a time, each kept as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Protocol, TypeAlias

import numpy as np

from siger_pipeline.errors import InputError
from siger_pipeline.fetching.address import read_address
from siger_pipeline.fetching.config import PicturesConfig
from siger_pipeline.fetching.download import Downloader
from siger_pipeline.fetching.failure import FetchError
from siger_pipeline.fetching.schedule import Schedule, Task

SECONDS_BETWEEN_LINES = 10.0


Kept: TypeAlias = tuple[str, int, str, int, int]  # SHA-256, bytes, format, width, height
Outcome: TypeAlias = Kept | str  # a picture, or why there is none


class Store(Protocol):
    """Where pictures are kept."""

    def find(self, url: str) -> Kept | None:
        """The picture that an address gave, if it is there and whole."""

    def keep(self, url: str, content: bytes) -> Kept:
        """Keep what an address gave.

        Raises:
            InputError: it is not a picture that can be read; the message is the reason.
        """


@dataclass(frozen=True)
class Clock:
    """Seconds, and the way to let them pass."""

    now: Callable[[], float] = monotonic
    sleep: Callable[[float], None] = sleep


def fetch(
    urls: Iterable[str],
    store: Store,
    config: PicturesConfig,
    downloader: Downloader,
    *,
    say: Callable[[str], None],
    clock: Clock = Clock(),
) -> dict[str, Outcome]:
    """What each address gave; one whose picture is kept already is not asked.

    Args:
        urls: addresses.
        store: of pictures.
        config: parameters.
        downloader: gets the bytes at an address.
        say: takes a line now and then, on how far it is.
        clock: of pauses.
    """
    outcomes: dict[str, Outcome] = {}
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        try:
            host = read_address(url, config.ports).named
        except FetchError as error:
            outcomes[url] = str(error)
            continue
        if kept := store.find(url):
            outcomes[url] = kept
        else:
            hosts.setdefault(host, []).append(url)
    schedule = Schedule(hosts, config.per_host, config.attempts, np.random.default_rng(config.seed))
    progress = _Progress(len(outcomes), sum(map(len, hosts.values())), say, clock.now)

    def one(url: str) -> Kept:
        return store.keep(url, downloader.get(url))

    with _workers(config.connections, downloader) as workers:
        for url, outcome in _asked(schedule, one, workers, config.connections, clock):
            outcomes[url] = outcome
            progress.note(outcome)
    return outcomes


@contextmanager
def _workers(number: int, downloader: Downloader) -> Iterator[ThreadPoolExecutor]:
    """Threads; where the run is ended, their requests are too."""
    workers = ThreadPoolExecutor(number, thread_name_prefix="pictures")
    try:
        yield workers
    finally:
        downloader.end()
        workers.shutdown(cancel_futures=True)


def _asked(
    schedule: Schedule,
    one: Callable[[str], Kept],
    workers: ThreadPoolExecutor,
    at_a_time: int,
    clock: Clock,
) -> Iterator[tuple[str, Outcome]]:
    """Each address and what it gave, as they come."""
    running: dict[Future[Kept], Task] = {}
    while True:
        while len(running) < at_a_time and (task := schedule.take(clock.now())):
            running[workers.submit(one, task.url)] = task
        next_at = schedule.next_at()
        pause = None if next_at is None else max(0.0, next_at - clock.now())
        if running:
            # With all hands busy, a host that has rested changes nothing.
            done = wait(running, None if len(running) == at_a_time else pause, FIRST_COMPLETED).done
            for future in done:
                yield from _settled(running.pop(future), future, schedule, clock.now())
        elif pause is None:
            return
        else:
            clock.sleep(pause)


def _settled(
    task: Task, future: Future[Kept], schedule: Schedule, now: float
) -> Iterator[tuple[str, Outcome]]:
    try:
        kept = future.result()
    except FetchError as error:
        lost = schedule.failed(task, error, now)
        for each in lost:
            yield each.url, str(error)
    except InputError as error:
        schedule.succeeded(task)  # as far as the host goes
        yield task.url, str(error)
    else:
        schedule.succeeded(task)
        yield task.url, kept


class _Progress:
    """A line now and then."""

    def __init__(
        self, known: int, wanted: int, say: Callable[[str], None], now: Callable[[], float]
    ) -> None:
        self._say, self._now = say, now
        self._wanted = wanted
        self._fetched = self._failed = 0
        self._start = self._said = now()
        if wanted and known:
            say(f"pictures: {known:,} addresses are settled, {wanted:,} are asked")

    def note(self, outcome: Outcome) -> None:
        """Count an address that is settled."""
        if isinstance(outcome, str):
            self._failed += 1
        else:
            self._fetched += 1
        now = self._now()
        if now - self._said >= SECONDS_BETWEEN_LINES:
            self._said = now
            settled = self._fetched + self._failed
            rate = settled / (now - self._start)
            self._say(
                f"pictures: {self._fetched:,} fetched and {self._failed:,} failed of"
                f" {self._wanted:,}, {rate:.1f} a second"
            )
