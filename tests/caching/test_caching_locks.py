"""Runs that would write the same results exclude each other."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from caching.shop import Shop
from siger_pipeline.caching.locks import Locks
from siger_pipeline.errors import UserError

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


def test_a_clock_that_was_set_back_is_refused_before_anything_is_written(shop: Shop) -> None:
    shop.run()
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 9.0}
    newest = shop.newest("fitted")
    shop.hour = -1
    with pytest.raises(UserError, match="set the clock right"):
        shop.run()
    assert shop.newest("fitted") == newest


def test_nodes_whose_names_differ_after_a_dot_have_locks_of_their_own(tmp_path: Path) -> None:
    with Locks() as locks, Locks() as others:
        locks.take(tmp_path / "shop.train-ab", "shop.train")
        others.take(tmp_path / "shop.report-ab", "shop.report")


HOLDER = """
import sys, time
from pathlib import Path
from siger_pipeline.caching.locks import Locks
with Locks() as locks:
    for record in sys.argv[1:]:
        locks.take(Path(record), "train")
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(record: Path) -> Iterator[int]:
    """Another process holds a record's lock; its number. It is killed at the end."""
    command = [sys.executable, "-c", HOLDER, str(record)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.kill()


def test_two_runs_of_the_same_results_exclude_each_other_and_a_dead_ones_lock_is_taken(
    shop: Shop,
) -> None:
    shop.run()
    with held(shop.record("train")) as process:
        shop.parameters["train"] = {"model": "mean", "rate": 4.0}
        told = rf"train is being written by another run \(process {process}"
        with pytest.raises(UserError, match=told):
            shop.run()
        shop.parameters["train"] = {"model": "most", "rate": 4.0}
        assert shop.run()["train"] == "ran"
    shop.parameters["train"] = {"model": "mean", "rate": 4.0}
    assert shop.run()["train"] == "ran"


def test_fresh_results_can_be_used_while_another_run_holds_them(shop: Shop) -> None:
    shop.run()
    with held(shop.record("train")):
        assert shop.run() == ALL_FRESH


def test_a_run_is_refused_before_it_begins_if_a_later_node_is_held(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 4.0}
    before = shop.newest("fitted")
    with (
        held(shop.record("report")),
        pytest.raises(UserError, match="being written by another run"),
    ):
        shop.run()
    assert shop.newest("fitted") == before


# Forked by the C library: at Python's own forks, filelock lets go of the lock in the child.
FORKING = """
import ctypes, os, sys, time
from pathlib import Path
from siger_pipeline.caching.locks import Locks
locks = Locks()
locks.take(Path(sys.argv[1]), "train")
child = ctypes.CDLL(None).fork()
if child:
    print(child, flush=True)
    os._exit(0)
time.sleep(60)
"""


def test_a_lock_that_a_child_of_a_dead_run_keeps_is_told_as_such(tmp_path: Path) -> None:
    record = tmp_path / "train-ab"
    command = [sys.executable, "-c", FORKING, str(record)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.wait()
        try:
            told = rf"\(by a child of process {parent.pid}, which has ended, `"
            with pytest.raises(UserError, match=told), Locks() as locks:
                locks.take(record, "train")
        finally:
            os.kill(child, signal.SIGKILL)
