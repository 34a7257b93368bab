"""What keeps a file from being written: one sentence, and nothing half-written stays."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import scipy.sparse as sp
import torch
from fsspec.implementations.local import LocalFileSystem
from kedro.io import DatasetError, Version

from disks import files_of_at_most, small_disk
from kedro_fresh.writing import REMEDIES, WriteError
from siger_pipeline.datasets.base import AtomicDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.figure import FigureDataset
from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.datasets.pdf import PdfDataset
from siger_pipeline.datasets.shortage import shortage
from siger_pipeline.datasets.sparse import SparseDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.datasets.text import TextDataset
from siger_pipeline.shell.sentences import user_error

LARGE = 300_000
OBJECTS: list[tuple[type[AtomicDataset], Callable[[int], Any]]] = [
    (TextDataset, lambda n: "x" * n),
    (JsonDataset, lambda n: ["x" * n]),
    (FigureDataset, lambda n: go.Figure(go.Scatter(y=list(range(n // 4))))),
    (PdfDataset, lambda n: b"%PDF" + b"x" * n),
    (MatrixDataset, lambda n: np.zeros(n, np.int8)),
    (SparseDataset, lambda n: sp.csr_matrix(np.ones((1, n // 8), np.float32))),
    (CheckpointDataset, lambda n: {"weights": torch.zeros(n // 4)}),
    (TableDataset, lambda n: pd.DataFrame({"x": np.random.default_rng(0).random(n // 8)})),
]
each_dataset = pytest.mark.parametrize(("kind", "make"), OBJECTS)


def sentence_of(save: Callable[[], object]) -> str:
    with pytest.raises((DatasetError, WriteError)) as caught:
        save()
    error = user_error(caught.value)
    assert isinstance(error, WriteError), caught.value
    return str(error)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@each_dataset
def test_a_file_beyond_the_limit(
    tmp_path: Path, kind: type[AtomicDataset], make: Callable[[int], Any]
) -> None:
    dataset = kind(filepath=tmp_path / "file")
    dataset.save(make(80))
    before = (tmp_path / "file").read_bytes()
    large = make(LARGE)
    with files_of_at_most(20_000):
        told = sentence_of(lambda: dataset.save(large))
    assert told.startswith(f"{tmp_path}/file cannot be written: the file would be larger")
    assert "ulimit -f" in told
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == before
    dataset.save(large)


@each_dataset
def test_a_full_disk(tmp_path: Path, kind: type[AtomicDataset], make: Callable[[int], Any]) -> None:
    with small_disk(tmp_path):
        version = Version(None, "2026-01-01T00.00.00.000Z")
        dataset = kind(filepath=tmp_path / "file", version=version)
        told = sentence_of(lambda: dataset.save(make(LARGE)))
        assert "file cannot be written: the disk is full. Free some space" in told
        assert names(tmp_path) == ["file"]  # the folder of the versions, and no version in it
        dataset.save(make(80))


def test_a_read_only_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "ro"):
        told = sentence_of(lambda: TextDataset(filepath=tmp_path / "disk" / "file").save("x"))
        assert "read-only" in told


def test_a_file_where_a_folder_goes_and_the_reverse(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    told = sentence_of(lambda: TextDataset(filepath=tmp_path / "taken" / "a" / "file").save("x"))
    assert f"{tmp_path}/taken is a file and must be a folder" in told
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    told = sentence_of(lambda: TextDataset(filepath=tmp_path / "folder").save("x"))
    assert f"{tmp_path}/folder cannot be written: a folder stands where the file goes" in told
    assert names(tmp_path) == ["folder", "folder/inner", "taken"]


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    told = sentence_of(lambda: TextDataset(filepath=tmp_path / ("n" * 300)).save("x"))
    assert "the name is too long. Shorten" in told
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [errno.EACCES, errno.EDQUOT, errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", ["makedirs", "open"])
def test_what_a_file_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    dataset = TextDataset(filepath=tmp_path / "file")
    monkeypatch.setattr(LocalFileSystem, call, refuse)
    told = sentence_of(lambda: dataset.save("x"))
    assert told.startswith(f"{tmp_path}/file cannot be written: {REMEDIES[number][0]}")
    assert names(tmp_path) == []


def test_a_file_that_is_read_while_another_is_written(tmp_path: Path) -> None:
    class Reading(TextDataset):
        def _write(self, handle: Any, data: Any) -> None:
            raise PermissionError(errno.EACCES, "Permission denied", "/mine/input")

    with pytest.raises(DatasetError) as caught:
        Reading(filepath=tmp_path / "file").save("x")
    assert user_error(caught.value) is None
    assert "/mine/input" in str(caught.value)


def test_tables_that_spill_onto_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path):
        settings = {"memory_limit": "30MB", "temp_directory": str(tmp_path), "threads": 2}
        connection = duckdb.connect(":memory:", config=settings)
        query = "create table x as select i, repeat('x', 100) s from range(2000000) t(i)"
        with pytest.raises(duckdb.Error) as caught:
            connection.execute(query)
        connection.close()
    told = str(shortage(caught.value))
    assert "need more memory than there is" in told
    assert "TMPDIR" in told
    assert len(told.splitlines()) == 1


def test_a_full_disk_behind_another_error() -> None:
    wrapped = RuntimeError("the library's own words")
    wrapped.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert str(shortage(wrapped)).startswith("a file cannot be written: the disk is full")


def test_other_errors_are_left_alone() -> None:
    for error in (ValueError("x"), FileNotFoundError(2, "no", "file"), duckdb.Error("Parser")):
        assert shortage(error) is None
