"""Nodes that are ready run side by side in processes of their own, with the same results."""

import importlib
import json
import logging
import os
import pickle
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import pytest
from kedro.pipeline import Node

from kedro_fresh.errors import FreshError, behind
from kedro_fresh.extra import extra_modules, with_code, with_values
from kedro_fresh.processes import Processes, WorkerEndedError
from kedro_fresh.runner import FreshRunner
from kedro_fresh.transport import TransportError, packed, unpacked
from shop_project import Shop

from .wide_shop import WideShop, make_wide

ALL = ("clean", "train", "report", "left", "right", "both")
ALL_RAN, ALL_FRESH = dict.fromkeys(ALL, "ran"), dict.fromkeys(ALL, "fresh")


@pytest.fixture
def wide(shop: Shop) -> WideShop:
    return make_wide(shop)


def made(shop: Shop, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(shop.newest(name).read_text())
    return loaded


def files(shop: Shop) -> dict[str, bytes]:
    """All results and what is in them."""
    folder = shop.root / "data"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*.json")
        if path.is_file() and ".fresh" not in path.parts
    }


def test_the_bytes_are_those_of_one_worker(wide: WideShop) -> None:
    text = (wide.root / "src/shop/wide.py").read_text()
    wide.write("wide.py", text.replace('"process": os.getpid(), ', ""))
    assert wide.run_with(1) == ALL_RAN
    alone = files(wide)
    for path in [*(wide.root / "data").iterdir()]:
        if path.name != "raw.json":
            path.rename(wide.root / f"{path.name}-before")
    wide.hour = 0
    assert wide.run_with(2) == ALL_RAN
    assert files(wide) == alone
    assert wide.run_with(1) == ALL_FRESH


def test_two_nodes_run_at_a_time_in_other_processes(wide: WideShop) -> None:
    wide.edit("wide.py", "def left(prices):\n", "def left(prices):\n    meet('left', 'right')\n")
    wide.edit("wide.py", "def right(prices):\n", "def right(prices):\n    meet('right', 'left')\n")
    assert wide.run_with(2) == ALL_RAN
    processes = {made(wide, name)["process"] for name in ("left", "right")}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_what_is_fresh_is_skipped_without_a_worker(wide: WideShop) -> None:
    wide.run_with(1)
    before = set(active_children())
    assert wide.run_with(2) == ALL_FRESH
    assert set(active_children()) <= before
    assert not any("2 workers" in message for message in wide.caplog.messages)


def test_more_workers_than_nodes_are_not_started(wide: WideShop) -> None:
    before = set(active_children())
    assert wide.run_with(50) == ALL_RAN
    assert len(set(active_children()) - before) <= 3


def test_threads_are_divided_and_said(wide: WideShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    wide.replace("left", "return {'sum': os.environ['OMP_NUM_THREADS']}")
    wide.run_with(2)
    assert "2 workers, each with 2 of 5 threads" in wide.caplog.messages
    assert made(wide, "left") == {"sum": "2"}
    assert os.environ["OMP_NUM_THREADS"] == "5"


def test_a_killed_worker_names_its_node_and_the_other_one_is_recorded(wide: WideShop) -> None:
    wide.replace("left", "meet('left', 'right')\nos.kill(os.getpid(), 9)")
    wide.replace("right", "meet('right', 'left')\ntime.sleep(2)\nreturn {'most': 3}")
    with pytest.raises(FreshError, match=r"^left: its worker process \d+ was ended by SIGKILL"):
        wide.run_with(2)
    assert wide.told()["right"] == "ran"
    assert not {"left", "both"} & wide.told().keys()
    assert any("waiting for right" in message for message in wide.caplog.messages)
    states = {name: verdict.state for name, verdict in wide.plan().verdicts.items()}
    assert (states["left"], states["right"], states["both"]) == ("stale", "fresh", "stale")
    wide.replace("left", "return {'sum': 4}")
    assert wide.run_with(2)["both"] == "ran"
    assert made(wide, "both")["sum"] == 4


def test_a_worker_that_is_told_to_end_is_a_killed_one(wide: WideShop) -> None:
    wide.replace("left", "meet('left', 'right')\nos.kill(os.getpid(), 15)\ntime.sleep(60)")
    wide.replace("right", "meet('right', 'left')\ntime.sleep(1)\nreturn {'most': 3}")
    with pytest.raises(FreshError, match=r"^left: its worker process \d+ was ended by SIGTERM"):
        wide.run_with(2)
    assert wide.told()["right"] == "ran"
    assert wide.plan().verdicts["left"].state == "stale"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_node_that_leaves_python_is_an_error(wide: WideShop, workers: int) -> None:
    wide.replace("left", "raise SystemExit(0)")
    told = r"^left: its code left Python \(sys.exit, code 0\) before the node was done"
    with pytest.raises(FreshError, match=told):
        wide.run_with(workers)
    assert "both" not in wide.told()


def test_an_error_is_the_nodes_own_with_its_cause(wide: WideShop) -> None:
    wide.replace(
        "left", "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError(3) from e"
    )
    with pytest.raises(KeyError) as raised:
        wide.run_with(2)
    assert raised.value.args == (3,)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    (note,) = raised.value.__notes__
    assert "wide.py" in note
    assert any(message.startswith("left: failed after") for message in wide.caplog.messages)
    assert "both" not in wide.told()


def test_an_error_that_cannot_be_sent_keeps_its_text(wide: WideShop) -> None:
    wide.replace("left", "class Odd(Exception):\n    pass\nraise Odd('only here')")
    with pytest.raises(RuntimeError, match="Odd: only here"):
        wide.run_with(2)


def test_of_two_failures_one_is_raised_and_the_other_said(wide: WideShop) -> None:
    wide.replace("left", "meet('left', 'right')\nraise ValueError('of the left')")
    wide.replace("right", "meet('right', 'left')\ntime.sleep(1)\nraise ValueError('of the right')")
    with pytest.raises(ValueError, match="of the left"):
        wide.run_with(2)
    assert "of the right" in wide.caplog.messages


def test_a_node_that_is_tagged_stays(wide: WideShop) -> None:
    wide.altered = lambda node: node.tag("fresh.stay") if node.name == "left" else node
    wide.run_with(2)
    assert made(wide, "left")["process"] == os.getpid()
    assert made(wide, "right")["process"] != os.getpid()


def test_nodes_that_share_what_is_in_memory_stay(wide: WideShop) -> None:
    lines = wide.catalog_text.splitlines(True)
    wide.catalog_text = "".join(line for line in lines if not line.startswith("right:"))
    wide.run_with(2)
    assert made(wide, "both")["process"] == os.getpid()
    assert made(wide, "left")["process"] != os.getpid()
    told = "both: runs in the process of the run, because right is in the memory of one process"
    assert told in wide.caplog.messages


def test_a_function_that_cannot_be_sent_stays(wide: WideShop) -> None:
    process = os.getpid()

    def altered(node: Node) -> Node:
        if node.name != "left":
            return node
        function = lambda prices: {"process": os.getpid() - process, "sum": 1}  # noqa: E731
        return Node(function, "prices", "left", name="left")

    wide.altered = altered
    wide.run_with(2)
    assert made(wide, "left")["process"] == 0
    assert any("left: runs in the process of the run" in line for line in wide.caplog.messages)


def test_log_records_come_to_this_process_with_their_node(wide: WideShop) -> None:
    body = (
        "import logging\n"
        "logging.getLogger('kedro_fresh.of_test').debug('%s %d', 'left', 1, extra={'n': 2})\n"
        "logging.getLogger('quiet').info('not asked for')\n"
        "return {'sum': 1}"
    )
    wide.replace("left", body)
    logging.getLogger("quiet").setLevel(logging.WARNING)
    wide.run_with(2)
    (record,) = [record for record in wide.caplog.records if record.getMessage() == "left 1"]
    assert (record.levelname, record.name) == ("DEBUG", "kedro_fresh.of_test")
    assert (vars(record)["node"], vars(record)["n"]) == ("left", 2)
    assert record.process != os.getpid()
    assert "not asked for" not in wide.caplog.messages


def test_unseeded_draws_are_seen_in_a_worker(wide: WideShop) -> None:
    wide.replace("left", "import random\nreturn {'sum': random.random()}")
    wide.run_with(2)
    assert any("left: it drew random numbers" in message for message in wide.caplog.messages)
    assert wide.run_with(2)["left"] == "ran"
    assert wide.run_with(2)["right"] == "fresh"


def test_a_worker_runs_the_source_that_the_run_has_read(wide: WideShop) -> None:
    words = wide.root / "src" / "shop" / "words.py"
    before = words.read_text()
    wide.replace("left", f"Path({str(words)!r}).write_text('line = None')\nreturn {{'sum': 1}}")
    wide.replace("both", "from shop.words import line\nreturn {'line': line('a', 'b')}")
    wide.run_with(2)
    assert made(wide, "both") == {"line": "a b"}
    assert wide.plan().verdicts["both"].state == "stale"
    words.write_text(before)
    assert wide.plan().verdicts["both"].state == "fresh"


def test_a_training_in_a_worker_goes_on_where_it_was_killed(wide: WideShop) -> None:
    wide.write(
        "steps.py",
        """
import os
from pathlib import Path


def train(prices, rate, left_over):
    done = left_over["history"]["steps"] if left_over else 0
    for step in range(done + 1, 6):
        yield {"sum": rate * step}, {"steps": step, "started": done}
        if step == 2 and Path("kill").exists():
            os.kill(os.getpid(), 9)
""",
    )
    wide.catalog_text += "\nleft_over: {type: kedro_fresh.unfinished.UnfinishedDataset}\n"

    def altered(node: Node) -> Node:
        if node.name != "train":
            return node
        steps = importlib.import_module("shop.steps")
        inputs = ["prices", "params:train.rate", "left_over"]
        return Node(steps.train, inputs, ["fitted", "history"], name="train")

    wide.altered = altered
    Path("kill").touch()
    with pytest.raises(FreshError, match=r"^train: "):
        wide.run_with(2)
    Path("kill").unlink()
    assert wide.run_with(2)["train"] == "ran"
    assert made(wide, "history") == {"steps": 5, "started": 2}
    assert wide.run_with(1)["train"] == "fresh"


def spawned(number: int) -> Executor:
    return ProcessPoolExecutor(number, mp_context=get_context("spawn"))


@pytest.mark.parametrize(
    "make", [spawned, partial(ThreadPoolExecutor)], ids=["processes", "threads"]
)
def test_any_executor_takes_the_nodes(wide: WideShop, make: Callable[[int], Executor]) -> None:
    wide.replace(
        "left", "import logging\nlogging.getLogger('of_left').warning('w')\nreturn {'sum': 1}"
    )
    with make(2) as executor:
        assert wide.run_with(2, executor=executor) == ALL_RAN
        assert [record.name for record in wide.caplog.records].count("of_left") == 1
        assert executor.submit(abs, -1).result() == 1
    wide.parameters["digits"] = 0
    assert wide.run_with(2, executor=make)["both"] == "ran"
    assert wide.run_with(1) == ALL_FRESH


def test_an_executor_whose_process_is_killed_is_told(wide: WideShop) -> None:
    wide.replace("left", "meet('left', 'right')\nos.kill(os.getpid(), 9)")
    wide.replace("right", "meet('right', 'left')\ntime.sleep(60)")
    with pytest.raises(FreshError, match=r"^(left|right): .* before the node was done"):
        wide.run_with(2, executor=spawned)
    assert not {"left", "right", "both"} & wide.told().keys()


@pytest.mark.parametrize("number", [0, -1, "two", "2", 1.5, True, None, [2]])
def test_a_wrong_number_of_workers_is_refused(number: Any) -> None:
    with pytest.raises(FreshError) as refused:
        FreshRunner(workers=number)
    told = f"workers = {number!r}: wanted is a whole number from 1 on (1: nodes run one after"
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"executor": "nowhere.made"}, "executor = 'nowhere.made' cannot be imported: No module"),
        ({"executor": 3}, "executor = 3: wanted is a concurrent.futures.Executor, a function"),
        ({"executor": "os.path"}, "executor = 'os.path': wanted is a concurrent.futures.Executor"),
        ({"workers": 2, "prepare": "os.nothing"}, "prepare = 'os.nothing' cannot be imported: "),
    ],
)
def test_a_wrong_argument_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(FreshError) as refused:
        FreshRunner(**options)
    assert str(refused.value).startswith(told)


def test_a_preparation_that_cannot_be_sent_is_refused_before_the_first_node(
    wide: WideShop,
) -> None:
    with pytest.raises(FreshError, match=r"prepare made .*cannot be sent to another process"):
        wide.run_with(2, prepare=lambda workers: lambda: None)
    assert wide.told() == {}


def test_the_record_is_the_parents(wide: WideShop) -> None:
    wide.run_with(2)
    (entry,) = wide.entries("left")
    assert json.loads(entry.read_text())["entry"]["process"] == os.getpid()
    assert json.loads(entry.read_text())["entry"]["seconds"] > 0


def test_workers_end_after_the_run(wide: WideShop) -> None:
    before = set(active_children())
    wide.run_with(2)
    end = time.monotonic() + 30
    while set(active_children()) - before:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_job_is_small_and_complete(wide: WideShop) -> None:
    """What is submitted can be read by a process that shares nothing but the files."""
    jobs: list[bytes] = []

    class Keeping(ThreadPoolExecutor):
        def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
            jobs.append(pickle.dumps((function, args)))
            return super().submit(function, *args, **kwargs)

    wide.run_with(2, executor=Keeping)
    assert len(jobs) == len(ALL)
    assert max(map(len, jobs)) < 100_000


def test_ctrl_c_of_a_terminal_is_left_to_the_run() -> None:
    executor = Processes(1)
    process = executor.submit(os.getpid).result()
    os.kill(process, signal.SIGINT)
    time.sleep(0.2)
    assert executor.submit(os.getpid).result() == process
    executor.shutdown()


def test_threads_of_one_process_take_turns(wide: WideShop) -> None:
    body = (
        "Path('busy').mkdir()\ntime.sleep(0.3)\nPath('busy').rmdir()\nreturn {'sum': 1, 'most': 1}"
    )
    wide.replace("left", body)
    wide.replace("right", body)
    assert wide.run_with(2, executor=ThreadPoolExecutor) == ALL_RAN


def test_a_call_that_fails_or_kills_its_process_leaves_the_executor_usable() -> None:
    executor = Processes(1)
    with pytest.raises(ZeroDivisionError):
        executor.submit(divmod, 1, 0).result()
    process = executor.submit(os.getpid).result()
    with pytest.raises(WorkerEndedError, match=rf"its worker process {process} ended with exit"):
        executor.submit(os._exit, 3).result()
    assert executor.submit(os.getpid).result() != process
    executor.shutdown()


def valued(prices: int, *, rate: int, other: int = 1) -> int:
    return prices * rate * other


def test_a_copy_with_code_and_values_is_sent_as_it_is() -> None:
    copy = with_values(with_code(valued, "shop.words"), rate=3)
    sent = unpacked(packed(copy))
    assert sent(2) == 6
    assert extra_modules(sent) == ("shop.words",)
    assert valued.__kwdefaults__ == {"other": 1}
    assert unpacked(packed(valued)) is valued


def test_a_copy_of_what_is_in_no_module_cannot_be_sent() -> None:
    def local(*, rate: int) -> int:
        return rate

    with pytest.raises(TransportError, match="cannot be sent to another process"):
        packed(with_values(local, rate=3))


def test_an_error_that_leads_to_itself_is_looked_through_once() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__cause__ = second, first
    assert list(behind(first)) == [first, second]
