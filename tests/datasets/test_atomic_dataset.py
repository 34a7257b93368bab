"""What every dataset shares: atomic writes, versions, missing files, determinism, pickling."""

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from kedro.io import DataCatalog, DatasetError, Version

from siger_pipeline.datasets.base import AtomicDataset, DataFileError, ReadOnlyDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.datasets.sparse import SparseDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.datasets.text import TextDataset
from siger_pipeline.errors import InputError

OBJECTS: list[tuple[type[AtomicDataset], Callable[[], Any]]] = [
    (TextDataset, lambda: "straße\r\n"),
    (JsonDataset, lambda: {"b": [1, None], "a": {"recall@20": 0.1}}),
    (MatrixDataset, lambda: np.arange(6, dtype=np.float32).reshape(2, 3)),
    (SparseDataset, lambda: sp.csr_matrix(np.eye(3, dtype=np.float32))),
    (CheckpointDataset, lambda: {"weights": torch.arange(4.0), "epoch": 3}),
    (TableDataset, lambda: pd.DataFrame({"user": ["u", "v"], "user_id": [0, 1]})),
]
each_dataset = pytest.mark.parametrize(("kind", "make"), OBJECTS)


class FragileDataset(TextDataset):
    """Writes a half, then does what the data says."""

    def _write(self, handle: IO[bytes], data: Any) -> None:
        handle.write(b"half")
        handle.flush()
        if data == "fail":
            raise ValueError("the disk is full")
        if data == "hang":
            time.sleep(60)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@each_dataset
def test_same_object_same_bytes(
    tmp_path: Path, kind: type[AtomicDataset], make: Callable[[], Any]
) -> None:
    first, second, third = (kind(filepath=tmp_path / name) for name in ("a", "b", "longer.name"))
    first.save(make())
    time.sleep(0.01)
    second.save(make())
    third.save(first.load())
    assert files_in(tmp_path) == ["a", "b", "longer.name"]
    expected = (tmp_path / "a").read_bytes()
    assert (tmp_path / "b").read_bytes() == expected
    assert (tmp_path / "longer.name").read_bytes() == expected


@each_dataset
def test_pickled_dataset_loads_on_any_filesystem(
    tmp_path: Path, kind: type[AtomicDataset], make: Callable[[], Any]
) -> None:
    local, remote = kind(filepath=tmp_path / "a"), kind(filepath=f"memory://x/{kind.__name__}")
    for dataset in (local, remote):
        assert not dataset.exists()
        dataset.save(make())
        assert dataset.exists()
        pickle.loads(pickle.dumps(dataset)).load()
    copy = kind(filepath=tmp_path / "copy")
    copy.save(remote.load())
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "a").read_bytes()


@each_dataset
def test_damaged_file_is_named(
    tmp_path: Path, kind: type[AtomicDataset], make: Callable[[], Any]
) -> None:
    dataset = kind(filepath=tmp_path / "damaged")
    dataset.save(make())
    whole = (tmp_path / "damaged").read_bytes()
    (tmp_path / "damaged").write_bytes(b"\xff" + whole[: len(whole) // 2])
    with pytest.raises(
        DataFileError, match=r"damaged cannot be read as .*fetch it again"
    ) as caught:
        dataset.load()
    assert isinstance(caught.value, InputError)
    assert isinstance(caught.value, DatasetError)


@each_dataset
def test_wrong_object_is_refused(
    tmp_path: Path, kind: type[AtomicDataset], make: Callable[[], Any]
) -> None:
    dataset = kind(filepath=tmp_path / "a")
    with pytest.raises(DatasetError):
        dataset.save(object())
    assert files_in(tmp_path) == []


def test_failed_save_leaves_the_old_file_whole(tmp_path: Path) -> None:
    dataset = FragileDataset(filepath=tmp_path / "a.txt")
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(DatasetError, match="the disk is full"):
        dataset.save("fail")
    assert files_in(tmp_path) == ["a.txt"]
    assert dataset.load() == "old"


def test_killed_save_leaves_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    dataset = FragileDataset(filepath=tmp_path / "a.txt")
    process = multiprocessing.get_context("fork").Process(target=dataset.save, args=("hang",))
    process.start()
    while len(files_in(tmp_path)) < 2:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_version_may_be_replaced_by_the_instance_that_wrote_it(tmp_path: Path) -> None:
    path, version = tmp_path / "a.json", Version(None, "2026-01-01T00.00.00.000Z")
    dataset = JsonDataset(filepath=path, version=version)
    for epoch in range(3):
        dataset.save({"epoch": epoch})
        assert dataset.load() == {"epoch": epoch}
    assert len(files_in(tmp_path)) == 1
    with pytest.raises(DatasetError, match="must not exist"):
        JsonDataset(filepath=path, version=version).save({"epoch": 9})
    assert dataset.load() == {"epoch": 2}


def test_the_latest_version_is_loaded(tmp_path: Path) -> None:
    for day in ("02", "03"):
        version = Version(None, f"2026-01-{day}T00.00.00.000Z")
        JsonDataset(filepath=tmp_path / "a.json", version=version).save(day)
    assert JsonDataset(filepath=tmp_path / "a.json", version=Version(None, None)).load() == "03"


def test_missing_file_tells_path_and_hint(tmp_path: Path) -> None:
    for version in (None, Version(None, None), Version("2026", None)):
        dataset = JsonDataset(filepath=tmp_path / "a.json", version=version, hint="Run ingest.")
        assert not dataset.exists()
        with pytest.raises(DataFileError, match=r"a\.json.* does not exist.*Run ingest\."):
            dataset.load()


def test_read_only_dataset_writes_nothing(tmp_path: Path) -> None:
    class RawText(ReadOnlyDataset):
        KIND = "text"

        def _read(self, path: str) -> str:
            return Path(path).read_text()

    with pytest.raises(DataFileError, match="read, never written"):
        RawText(filepath=tmp_path / "new" / "a.txt").save("text")
    assert not (tmp_path / "new").exists()


def test_catalog_entries_with_every_option(tmp_path: Path) -> None:
    config = {
        "report": {
            "type": "siger_pipeline.datasets.json.JsonDataset",
            "filepath": str(tmp_path / "report.json"),
            "versioned": True,
            "hint": "Run report.",
            "metadata": {"kedro-viz": {"layer": "reporting"}},
        }
    }
    catalog = DataCatalog.from_config(config)
    catalog.save("report", {"a": 1})
    catalog.save("report", {"a": 2})
    assert catalog.load("report") == {"a": 2}
    assert vars(catalog["report"])["metadata"] == {"kedro-viz": {"layer": "reporting"}}
    catalog.release("report")
    assert "report.json" in repr(catalog["report"])
