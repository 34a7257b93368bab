"""Which address is asked next: no time passes in these tests."""

import numpy as np

from siger_pipeline.fetching.failure import FetchError
from siger_pipeline.fetching.schedule import Schedule, Task

GONE = FetchError("404 Not Found")
BUSY = FetchError("503 Service Unavailable", temporary=True)
UNREACHABLE = FetchError("no connection", temporary=True, of_host=True)


def schedule(attempts: int = 3, per_host: int = 2, **urls: int) -> Schedule:
    names = {host: [f"{host}{n}" for n in range(number)] for host, number in urls.items()}
    return Schedule(names, per_host, attempts, np.random.default_rng(0))


def taken(of: Schedule, now: float = 0) -> list[Task]:
    """All that may be asked at once."""
    return list(iter(lambda: of.take(now), None))


def test_hosts_take_turns_and_none_gets_more_at_a_time_than_it_may() -> None:
    left = schedule(a=4, b=1, c=3)
    first = taken(left)
    assert [task.url for task in first] == ["a0", "b0", "c0", "a1", "c1"]
    left.succeeded(first[0])
    assert [task.url for task in taken(left)] == ["a2"]
    left.succeeded(first[1])
    assert taken(left) == [] and left.next_at() is None


def test_every_address_is_settled_once() -> None:
    left, urls = schedule(a=5, b=3), []
    while tasks := taken(left):
        for task in tasks:
            left.succeeded(task)
            urls.append(task.url)
    assert sorted(urls) == ["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2"]


def test_a_temporary_failure_is_tried_again_after_pauses_that_grow() -> None:
    left, now, pauses = schedule(attempts=4, a=1), 0.0, []
    lost: list[Task] = []
    while not lost:
        (task,) = taken(left, now)
        lost = left.failed(task, BUSY, now)
        if not lost:
            assert taken(left, now) == []
            due = left.next_at()
            assert due is None or due > now
            assert left.take(now) is None
            at = left.next_at()
            assert at is not None
            pauses.append(at - now)
            now = at
    assert lost[0].attempts == 4
    for pause, longest in zip(pauses, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


def test_the_same_seed_gives_the_same_pauses_and_another_one_others() -> None:
    def pause(seed: int) -> float | None:
        left = Schedule({"a": ["a0"]}, 1, 2, np.random.default_rng(seed))
        left.failed(taken(left)[0], BUSY, 0)
        left.take(0)
        return left.next_at()

    assert pause(1) == pause(1) != pause(2)


def test_a_host_is_left_alone_for_as_long_as_it_asks_and_others_go_on() -> None:
    left = schedule(a=2, b=2, per_host=1)
    first, other = taken(left)
    assert left.failed(first, FetchError("429", temporary=True, wait=30), 0) == []
    left.succeeded(other)
    assert [task.url for task in taken(left, 29.9)] == ["b1"]
    assert left.next_at() == 30
    assert [task.url for task in taken(left, 30)] == ["a1"]


def test_a_lasting_failure_is_not_tried_again() -> None:
    left = schedule(a=1)
    (task,) = taken(left)
    assert left.failed(task, GONE, 0) == [task]
    assert taken(left) == [] and left.next_at() is None


def test_a_host_that_cannot_be_reached_is_given_up_with_all_its_addresses() -> None:
    left, now, lost = schedule(attempts=2, per_host=2, a=100, b=1), 0.0, []
    asked = 0
    while len(lost) < 100:
        for task in taken(left, now):
            if task.host == "a":
                asked += 1
                lost += left.failed(task, UNREACHABLE, now)
        now += 100
    assert asked <= 5  # attempts × per_host in a row, and what was under way
    assert sorted(task.url for task in lost) == sorted(f"a{n}" for n in range(100))


def test_a_success_between_failures_keeps_a_host() -> None:
    left, now, lost = schedule(attempts=2, per_host=1, a=9), 0.0, []
    for n in range(9):
        (task,) = taken(left, now)
        if n % 2:
            left.succeeded(task)
        else:
            lost += left.failed(task, FetchError("no connection", of_host=True), now)
        now += 100
    assert len(lost) == 5
