"""Runs that would write the same results exclude each other."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kedro.pipeline import Node

from kedro_fresh.errors import FreshError
from kedro_fresh.locks import Locks
from kedro_fresh.project import open_freshness
from kedro_fresh.runner import FreshRunner
from shop_project import KIND, Shop, registered

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


def test_a_clock_that_was_set_back_is_refused_before_anything_is_written(shop: Shop) -> None:
    shop.run()
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 9.0}
    newest = shop.newest("fitted")
    shop.hour = -1
    with pytest.raises(FreshError, match="set the clock right"):
        shop.run()
    assert shop.newest("fitted") == newest


def test_nodes_whose_names_differ_after_a_dot_have_locks_of_their_own(tmp_path: Path) -> None:
    with Locks() as locks, Locks() as others:
        locks.take(tmp_path / "shop.train-ab", "shop.train")
        others.take(tmp_path / "shop.report-ab", "shop.report")


HOLDER = """
import sys, time
from pathlib import Path
from kedro_fresh.locks import Locks
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
        with pytest.raises(FreshError, match=told):
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
        pytest.raises(FreshError, match="being written by another run"),
    ):
        shop.run()
    assert shop.newest("fitted") == before


# Forked by the C library: at Python's own forks, filelock lets go of the lock in the child.
FORKING = """
import ctypes, os, sys, time
from pathlib import Path
from kedro_fresh.locks import Locks
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
            with pytest.raises(FreshError, match=told), Locks() as locks:
                locks.take(record, "train")
        finally:
            os.kill(child, signal.SIGKILL)


# What has no versions is held while it is read or written; what has some is not: a run keeps to
# its version.

SLEEPING = """
import os, sys
from pathlib import Path
from kedro_fresh.locks import Locks
with Locks() as locks:
    getattr(locks, sys.argv[1])(Path(sys.argv[2]), "prices")
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holding(how: str, shop: Shop, dataset: str) -> Iterator[int]:
    """Another process reads or writes a dataset; its number."""
    pipeline = shop.pipeline()
    with registered(pipeline):
        lock = open_freshness(pipeline, shop.catalog()).lock_path(dataset)
    command = [sys.executable, "-c", SLEEPING, how, str(lock)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.kill()


def test_what_another_run_reads_is_not_written(shop: Shop) -> None:
    shop.run()
    before = (shop.root / "data" / "prices.json").read_bytes()
    shop.parameters["digits"] = 0
    with holding("read", shop, "prices") as process:
        told = rf"prices is being read by another run \(process {process}, "
        with pytest.raises(FreshError, match=told):
            shop.run()
        assert (shop.root / "data" / "prices.json").read_bytes() == before
    assert shop.run()["clean"] == "ran"  # a killed reader holds nothing, whatever it left


def test_what_another_run_writes_is_not_read(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 4.0}
    with holding("write", shop, "prices") as process:
        told = rf"prices is being written by another run \(process {process}, "
        with pytest.raises(FreshError, match=told):
            shop.run("train")
    assert shop.run("train")["train"] == "ran"


def test_two_runs_may_read_the_same(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "most", "rate": 4.0}
    with holding("read", shop, "prices"), holding("read", shop, "raw"):
        assert shop.run() == {"clean": "fresh", "train": "ran", "report": "ran"}
    assert list((shop.root / "data" / ".fresh" / "datasets").glob("*.*.holder")) != []
    shop.run(force=True)


def test_a_run_that_reads_may_write_later(tmp_path: Path) -> None:
    lock = tmp_path / "ab.lock"
    with Locks() as locks, Locks() as others:
        locks.read(lock, "prices")
        locks.read(lock, "prices")
        others.read(lock, "prices")
        with pytest.raises(FreshError, match="prices is being"):
            locks.write(lock, "prices")
    with Locks() as locks:
        locks.read(lock, "prices")
        locks.write(lock, "prices")
        locks.read(lock, "prices")


BESIDE = """
def train(prices, model, rate):
    import json, os, pathlib
    beside = pathlib.Path(os.environ["BESIDE"])
    if beside.exists():
        exec(beside.read_text())
    return {"fitted": rate}, {"steps": 3}
"""


@pytest.fixture
def beside(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of what another run does while training runs."""
    shop.catalog_text = shop.catalog_text.replace("prices.json}", "prices.json, versioned: true}")
    shop.write("training.py", BESIDE)
    shop.replaced["last"] = Node(
        lambda prices, report: {"seen": prices, "report": report},
        ["prices", "report"],
        "last",
        name="last",
    )
    shop.catalog_text += f"last: {{type: {KIND}, filepath: data/last.json, versioned: true}}\n"
    path = shop.root / "beside.py"
    monkeypatch.setenv("BESIDE", str(path))
    return path


def test_a_run_keeps_to_the_versions_that_it_began_with(shop: Shop, beside: Path) -> None:
    shop.run()
    ours = json.loads(max((shop.root / "data" / "prices.json").glob("*/*")).read_text())
    beside.write_text(
        f"later = pathlib.Path({str(shop.root)!r}) / 'data/prices.json/2099-01-01T00.00.00.000Z'\n"
        "later.mkdir(exist_ok=True)\n(later / 'prices.json').write_text('{\"tea\": 99.0}')\n"
    )
    shop.parameters["train"] = {"model": "mean", "rate": 4.0}
    assert shop.run() == {"clean": "fresh", "train": "ran", "report": "ran", "last": "ran"}
    last = json.loads(max((shop.root / "data" / "last.json").glob("*/*")).read_text())
    assert last["seen"] == ours
    shutil.rmtree(shop.root / "data/prices.json/2099-01-01T00.00.00.000Z")
    beside.unlink()
    assert set(shop.run().values()) == {"fresh"}


def test_a_run_loads_the_version_that_was_the_newest_when_it_began(
    shop: Shop, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run()
    ours = json.loads(max((shop.root / "data" / "prices.json").glob("*/*")).read_text())
    prepare = FreshRunner._prepare

    def prepared_before_another_run_writes(*arguments: Any) -> Any:
        planned = prepare(*arguments)
        later = shop.root / "data/prices.json/2099-01-01T00.00.00.000Z"
        later.mkdir()
        (later / "prices.json").write_text('{"tea": 99.0}')
        return planned

    monkeypatch.setattr(FreshRunner, "_prepare", prepared_before_another_run_writes)
    shop.parameters["train"] = {"model": "mean", "rate": 4.0}
    assert shop.run()["train"] == "ran"
    last = json.loads(max((shop.root / "data" / "last.json").glob("*/*")).read_text())
    assert last["seen"] == ours


def test_a_run_keeps_to_the_versions_that_it_made_itself(shop: Shop, beside: Path) -> None:
    beside.write_text(
        f"later = pathlib.Path({str(shop.root)!r}) / 'data/prices.json/2099-01-01T00.00.00.000Z'\n"
        "later.mkdir(exist_ok=True)\n(later / 'prices.json').write_text('{\"tea\": 99.0}')\n"
    )
    shop.run()
    last = json.loads(max((shop.root / "data" / "last.json").glob("*/*")).read_text())
    assert last["seen"] == {"tea": 1.3, "milk": 2.5}


def test_a_raw_file_that_is_written_in_mid_run_and_back_is_told(shop: Shop) -> None:
    text = shop.root / "src" / "shop" / "cleaning.py"
    raw = shop.root / "data" / "raw.json"
    shop.write(
        "cleaning.py",
        "def clean(raw, digits):\n    import pathlib\n"
        f"    file = pathlib.Path({str(raw)!r})\n    before = file.read_text()\n"
        "    file.write_text('{}')\n    file.write_text(before)\n    return dict(raw)\n",
    )
    shop.run()
    told = "clean: raw was written while it ran, so it will run again"
    assert told in shop.caplog.messages
    assert text.exists()
    assert shop.run()["clean"] == "ran"


def test_a_lock_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_arguments: object, **_options: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("filelock.ReadWriteLock", refused)
    told = "prices must run, and .* cannot be written .unable to open database file.: nothing"
    for how in ("read", "write"):
        with pytest.raises(FreshError, match=told), Locks() as locks:
            getattr(locks, how)(tmp_path / "ab.lock", "prices")


LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); "
MANY = """
import sys
from pathlib import Path
from kedro_fresh.locks import Locks
from kedro_fresh.open_files import allow_open_files
allow_open_files(300)
with Locks() as locks:
    for number in range(300):
        locks.take(Path(sys.argv[1]) / f"train-{number}", f"train.{number}")
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are of POSIX")
def test_a_run_of_hundreds_of_nodes_may_open_a_file_for_each(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMIT.format(soft=128, hard=1024) + MANY, str(tmp_path)]
    assert subprocess.run(command, check=False).returncode == 0
    command[2] = LIMIT.format(soft=128, hard=128) + MANY
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "must run, and too many files are open: a run holds at least one" in done.stderr


def test_the_locks_of_a_node_and_of_a_dataset_are_never_the_same(shop: Shop) -> None:
    clean = next(node for node in shop.pipeline().nodes if node.name == "clean")
    shop.replaced["clean"] = Node(clean.func, clean.inputs, "prices", name="dataset")
    pipeline = shop.pipeline()
    with registered(pipeline):
        freshness = open_freshness(pipeline, shop.catalog())
    (node,) = (node for node in pipeline.nodes if node.name == "dataset")
    record = freshness.record_path(node)
    assert record.with_name(f"{record.name}.lock") != freshness.lock_path("prices")
