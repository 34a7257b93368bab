"""How far a study is: counted from what the runner tells."""

import logging

import pytest
from kedro.pipeline import Node, Pipeline

from siger_pipeline.shell import progress
from siger_pipeline.shell.progress import Progress


def named(name: str) -> Node:
    namespace, _, last = name.rpartition(".")
    return Node(
        len, f"in-{last}", f"out-{name.replace('.', '-')}", name=last, namespace=namespace or None
    )


TRIALS = [f"train.t{n}" for n in range(5)]
STUDY = Pipeline([named(name) for name in (*TRIALS, "evaluate.t1", "studies.mine")])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def tell(heard: Progress, node: str, message: str = "", **extra: object) -> None:
    record = logging.makeLogRecord({"msg": message, "node": node, **extra})
    heard.hear(record)


def test_done_running_left_and_the_time_to_go(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    heard = Progress(STUDY)
    for name in TRIALS[1:]:  # the first is fresh
        tell(heard, name, coming=True)
    tell(heard, TRIALS[0], ended="fresh")
    tell(heard, "evaluate.t1", "%s: running")
    assert not caplog.messages
    tell(heard, TRIALS[1], "%s: running")
    tell(heard, TRIALS[2], "%s: running")
    clock[0] += 60
    tell(heard, TRIALS[1], "")  # what is shown of it is cleared
    tell(heard, TRIALS[1], ended="ran")
    assert caplog.messages == [
        "mine: 2 of 5 trials trained, 1 running, 2 left, about 3 min 0 s to go"
    ]
    tell(heard, TRIALS[3], "%s: running")
    clock[0] += 2
    tell(heard, TRIALS[2], ended="failed")  # too soon for another line
    assert len(caplog.messages) == 1
    clock[0] += 58
    tell(heard, TRIALS[3], ended="ran")
    assert caplog.messages[1:] == [
        "mine: 3 of 5 trials trained, 1 failed, 0 running, 1 left, about 40.0 s to go"
    ]
    tell(heard, TRIALS[4], ended="left out")  # the last one is always told
    assert caplog.messages[2:] == ["mine: 3 of 5 trials trained, 2 failed, 0 running, 0 left"]


def test_a_run_of_no_study_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    heard = Progress(Pipeline([named("train.t0")]))
    tell(heard, "train.t0", coming=True)
    tell(heard, "train.t0", ended="ran")
    assert not caplog.messages
