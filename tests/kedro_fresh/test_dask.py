"""Nodes on a Dask cluster, here of two processes of this machine."""

import json
import os
import signal
import subprocess
import sys

import pytest

from kedro_fresh import dask
from kedro_fresh.errors import FreshError
from shop_project import Shop

from .wide_shop import WideShop, make_wide

EXECUTOR = "kedro_fresh.dask.executor"
ALL = ("clean", "train", "report", "left", "right", "both")
ONCE = """marker = Path('killed')
if not marker.exists():
    marker.touch()
    os.kill(os.getpid(), {signal})
return {{'process': os.getpid(), 'sum': 7}}"""


@pytest.fixture
def wide(shop: Shop) -> WideShop:
    pytest.importorskip("distributed")
    return make_wide(shop)


def made(wide: WideShop, name: str) -> dict[str, int]:
    loaded: dict[str, int] = json.loads(wide.newest(name).read_text())
    return loaded


def test_nodes_run_in_processes_of_the_cluster(wide: WideShop) -> None:
    assert wide.run_with(2, executor=EXECUTOR) == dict.fromkeys(ALL, "ran")
    assert os.getpid() not in {made(wide, name)["process"] for name in ("left", "right")}
    assert wide.run_with(1) == dict.fromkeys(ALL, "fresh")


def test_a_node_whose_worker_is_killed_runs_on_another_one(wide: WideShop) -> None:
    wide.replace("left", ONCE.format(signal=int(signal.SIGKILL)))
    assert wide.run_with(2, executor=EXECUTOR) == dict.fromkeys(ALL, "ran")
    assert made(wide, "both")["sum"] == 7
    lost = [line for line in wide.caplog.messages if "its worker was lost" in line]
    assert len(lost) == 1
    assert lost[0].startswith("left: ")


def test_a_node_that_kills_each_worker_fails(wide: WideShop) -> None:
    wide.replace("left", "os.kill(os.getpid(), 9)")
    with pytest.raises(FreshError, match=r"^left: .* before the node was done"):
        wide.run_with(2, executor=EXECUTOR)
    lost = [line for line in wide.caplog.messages if "its worker was lost" in line]
    assert len(lost) == dask.RETRIES


def test_a_cluster_that_does_not_answer_is_told(
    wide: WideShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dask.config import set as configured

    address = "tcp://127.0.0.1:9"
    settings = {"scheduler-address": address, "distributed.comm.timeouts.connect": "1s"}
    with configured(settings), pytest.raises(FreshError, match=f"answers at {address}"):
        wide.run_with(2, executor=EXECUTOR)


def test_without_dask_one_sentence_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['distributed'] = None\n"
        "from kedro_fresh.dask import executor\n"
        "executor(2)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "FreshError" in done.stderr
    assert "pip install distributed" in done.stderr
