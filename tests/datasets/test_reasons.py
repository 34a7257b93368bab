"""What is said of a file that cannot be read: "damaged" only where its content may be bad."""

import errno
import gzip
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from siger_pipeline.datasets.base import AtomicDataset, DataFileError
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.datasets.sparse import SparseDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.datasets.text import TextDataset


def message_of(dataset: AtomicDataset) -> str:
    with pytest.raises(DataFileError) as caught:
        dataset.load()
    return str(caught.value)


class FailingDataset(TextDataset):
    """Meets an error when it reads."""

    error: Exception

    def _read(self, path: str) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (np._core._exceptions._ArrayMemoryError((9,), np.dtype("f8")), "not enough memory"),
        (duckdb.OutOfMemoryException("no"), "not enough memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "not enough memory"),
        (PermissionError(errno.EACCES, "Permission denied"), "Make it readable"),
        (duckdb.IOException('Cannot open "x": Permission denied'), "Make it readable"),
        (OSError(errno.EIO, "Input/output error"), "The system refuses it"),
        (OSError(errno.EMFILE, "Too many open files"), "The system refuses it"),
        (duckdb.InternalException("assertion failed"), "need not be the file's fault"),
        (TypeError("unexpected argument"), "need not be the file's fault"),
        (RuntimeError("std::bad_cast"), "need not be the file's fault"),
    ],
)
def test_what_is_not_the_files_fault(tmp_path: Path, error: Exception, words: str) -> None:
    (tmp_path / "a.txt").write_text("whole")
    dataset = FailingDataset(filepath=tmp_path / "a.txt")
    dataset.error = error
    told = message_of(dataset)
    assert "a.txt cannot be read" in told and words in told
    assert "damaged" not in told and "fetch it again" not in told


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    told = message_of(JsonDataset(filepath=tmp_path / "a.json"))
    assert "It is a folder, wanted is a file" in told and "damaged" not in told


KINDS: list[tuple[type[AtomicDataset], bytes]] = [
    (TableDataset, b"PAR1" + b"x" * 80),
    (MatrixDataset, b"\x93NUMPY\x01"),
    (SparseDataset, b"PK\x03\x04rest"),
    (CheckpointDataset, b"PK\x03\x04rest"),
    (LinesDataset, gzip.compress(b"a line\n" * 1000, mtime=0)[:20]),
]


@pytest.mark.parametrize(("kind", "begun"), KINDS)
def test_a_file_that_begins_as_it_should_is_damaged(
    tmp_path: Path, kind: type[AtomicDataset], begun: bytes
) -> None:
    (tmp_path / "a").write_bytes(begun)
    assert "It is damaged: fetch it again" in message_of(kind(filepath=tmp_path / "a"))


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS[:4]])
def test_another_kind_of_file_is_named(tmp_path: Path, kind: type[AtomicDataset]) -> None:
    (tmp_path / "a").write_bytes(b"<!DOCTYPE html><html>Sign in</html>")
    assert "It is a web page" in message_of(kind(filepath=tmp_path / "a"))
    (tmp_path / "a").write_bytes(b"%PDF-1.7" + b"x" * 100)
    assert "It is a PDF" in message_of(kind(filepath=tmp_path / "a"))
    (tmp_path / "a").write_bytes(b"")
    assert "It is empty" in message_of(kind(filepath=tmp_path / "a"))
