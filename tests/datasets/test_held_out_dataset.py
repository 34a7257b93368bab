"""Whoever loads the test split leaves an entry, and nobody loads it without one."""

import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from kedro.io import DatasetError, Version
from scipy.sparse import csr_matrix

from kedro_fresh.writing import WriteError
from siger_pipeline.datasets.held_out import HeldOutDataset, reader
from siger_pipeline.datasets.json_lines import JsonLinesDataset

MATRIX = csr_matrix([[0, 1], [1, 0]], dtype="float32")
VERSION = "2026-01-01T00.00.00.000Z"


@pytest.fixture
def dataset(tmp_path: Path) -> HeldOutDataset:
    made = HeldOutDataset(
        filepath=str(tmp_path / "test.npz"),
        version=Version(None, VERSION),
        log={"filepath": str(tmp_path / "log" / "readings.jsonl")},
    )
    made.save(MATRIX)
    return made


@pytest.fixture
def log(tmp_path: Path) -> JsonLinesDataset:
    return JsonLinesDataset(filepath=str(tmp_path / "log" / "readings.jsonl"))


def test_each_load_leaves_an_entry(
    dataset: HeldOutDataset, log: JsonLinesDataset, tmp_path: Path
) -> None:
    assert not log.exists()
    dataset.preview()
    assert not log.exists()
    before = datetime.now().astimezone().replace(microsecond=0)
    assert (dataset.load() != MATRIX).nnz == 0
    token = reader.set("evaluate.siger")
    pickle.loads(pickle.dumps(dataset)).load()  # as in a worker
    reader.reset(token)
    outside, inside = log.load()
    file = tmp_path / "test.npz" / VERSION / "test.npz"
    for entry, node in ((outside, None), (inside, "evaluate.siger")):
        assert before <= datetime.fromisoformat(entry.pop("time"))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert entry == {"node": node, "version": VERSION, "sha256": digest}
    assert log.preview()["columns"] == ["time", "node", "version", "sha256"]


def test_entries_of_many_at_a_time_are_all_there(
    dataset: HeldOutDataset, log: JsonLinesDataset
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: dataset.load(), range(40)))
    assert len(log.load()) == 40


def test_without_an_entry_nothing_is_loaded(dataset: HeldOutDataset, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder of the log is to be")
    with pytest.raises(DatasetError, match=r"log is a file and must be a folder") as error:
        dataset.load()
    assert isinstance(error.value.__cause__, WriteError)


def test_a_damaged_log_is_told(log: JsonLinesDataset) -> None:
    log.save({"a": 1})
    with Path(str(log._filepath)).open("a") as file:
        file.write("no json\n")
    with pytest.raises(DatasetError, match=r"readings.jsonl cannot be read as lines of JSON"):
        log.load()
