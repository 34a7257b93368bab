"""What each worker process gets, and what it sends of its trainings."""

import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator

import pytest

from contracts.world import train_config
from siger_pipeline import threads
from siger_pipeline.memory import use_memory
from siger_pipeline.shell.narration import TRAINING, put_into_words
from siger_pipeline.shell.workers import prepare_workers
from siger_pipeline.threads import use_threads
from siger_pipeline.training.trainer import Standing

IN_A_WORKER = """
import pickle
import sys

pickle.loads(bytes.fromhex(sys.argv[1]))()

import torch
from siger_pipeline.datasets.duckdb import connection

settings = "SELECT current_setting('threads'), current_setting('memory_limit')"
print(torch.get_num_threads(), *connection().con.sql(settings).fetchall()[0], sep=", ")
"""


@pytest.fixture
def _threads_as_before() -> Iterator[None]:
    yield
    use_threads("auto")


def of_a_worker(workers: int) -> list[str]:
    """Threads of PyTorch and of DuckDB, and DuckDB's memory."""
    packed = pickle.dumps(prepare_workers(workers)).hex()
    done = subprocess.run(
        [sys.executable, "-c", IN_A_WORKER, packed], capture_output=True, text=True, check=True
    )
    return done.stdout.strip().split(", ")


def mebibytes(text: str) -> float:
    number, unit = text.split()
    return float(number) * {"MiB": 1, "GiB": 1024, "TiB": 1024**2}[unit]


@pytest.mark.usefixtures("_threads_as_before")
def test_threads_and_memory_are_divided(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    use_threads(4)
    (two, two_of_tables, half), (four, _, quarter) = of_a_worker(2), of_a_worker(4)
    assert (two, two_of_tables, four) == ("2", "2", "1")
    assert mebibytes(half) == pytest.approx(2 * mebibytes(quarter), rel=0.02)
    assert caplog.messages == [
        "2 workers, each with 2 of 4 threads: a model trained so differs in its last digits from "
        "one trained with 4",
        "4 workers, each with 1 of 4 threads: a model trained so differs in its last digits from "
        "one trained with 4",
    ]


def test_a_limit_of_memory_is_divided_and_the_engine_is_the_same() -> None:
    use_memory("1 GiB")
    try:
        assert mebibytes(of_a_worker(2)[2]) == pytest.approx(512)
        assert "duckdb" in prepare_workers(2).args  # type: ignore[attr-defined]
    finally:
        use_memory("auto")


@pytest.mark.usefixtures("_threads_as_before")
def test_a_worker_has_a_thread_and_nothing_differs_with_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    use_threads(1)
    prepare_workers(3)
    assert caplog.messages == ["3 workers, each with 1 of 1 threads"]


def test_auto_divides_what_the_libraries_would_take(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    monkeypatch.setattr(threads, "_own", {"OMP_NUM_THREADS": "7"})
    prepare_workers(2)
    assert caplog.messages[0].startswith("2 workers, each with 3 of 7 threads: ")


def test_an_event_of_a_training_becomes_text_that_can_be_sent() -> None:
    row = {"epoch": 1, "loss": 0.5, "recall@20": 0.25, "best": True}
    config = train_config(patience=3, max_epochs=1)
    standing = Standing("siger", config, [row], 1, 10, 10, finished=True)
    record = logging.LogRecord(TRAINING, logging.DEBUG, "", 1, "epoch", (), None)
    record.standing = standing
    assert put_into_words(record)
    assert not hasattr(record, "standing")
    assert vars(record)["shown"].startswith("siger: epoch 1, recall@20 0.2500")
    assert vars(record)["stopped"].startswith("siger: stopped at epoch 1 (max_epochs)")
    assert put_into_words(record)
    assert vars(record)["stopped"].startswith("siger: stopped at epoch 1 (max_epochs)")
