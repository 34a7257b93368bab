"""Parquet tables: lazy, streamed, the same bytes from every library."""

from itertools import pairwise
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import Version

from siger_pipeline.datasets import table as module
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.table import TableDataset, row_groups


def example(rows: int = 1000) -> pd.DataFrame:
    number = np.arange(rows)
    return pd.DataFrame(
        {
            "user_id": number.astype(np.int32),
            "user": [f"u{n % 7}" if n % 5 else None for n in number],
            "score": number / 3,
        }
    )


@given(cuts=st.lists(st.integers(0, 30), max_size=6), rows=st.integers(1, 12))
def test_row_groups_do_not_depend_on_the_batches(cuts: list[int], rows: int) -> None:
    table = pa.table({"a": list(range(30))})
    bounds = sorted({0, 30, *cuts})
    pairs = pairwise(bounds)
    batches = [table.slice(low, high - low).to_batches()[0] for low, high in pairs]
    groups = list(row_groups(batches, rows))
    assert pa.concat_tables(groups).equals(table)
    assert {group.num_rows for group in groups[:-1]} <= {rows}
    assert 0 < groups[-1].num_rows <= rows


def test_every_library_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROWS_IN_A_GROUP", 300)
    frame = example()
    arrow = pa.Table.from_pandas(frame, preserve_index=False)
    chunked = pa.concat_tables([arrow.slice(0, 17), arrow.slice(17)])
    source = TableDataset(filepath=tmp_path / "pandas.parquet")
    source.save(frame)
    objects = {
        "index": frame.set_index(pd.Index(range(5, 1005), name="row")),
        "category": frame.astype({"user": "category"}),
        "arrow": arrow,
        "chunked": chunked,
        "ibis": source.load().order_by("user_id"),
        "memtable": ibis.memtable(frame),
    }
    for name, data in objects.items():
        TableDataset(filepath=tmp_path / name).save(data)
        assert (tmp_path / name).read_bytes() == (tmp_path / "pandas.parquet").read_bytes(), name
    metadata = pq.ParquetFile(tmp_path / "ibis").metadata
    assert [metadata.row_group(n).num_rows for n in range(4)] == [300, 300, 300, 100]
    assert metadata.metadata is None


def test_pages_do_not_depend_on_the_chunks(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(100_000, 2)).tolist()
    whole = pa.table({"title": [f"{first} and {second}" for first, second in numbers]})
    chunked = pa.concat_tables([whole.slice(n, 999) for n in range(0, 100_000, 999)])
    for name, data in {"whole": whole, "chunked": chunked}.items():
        TableDataset(filepath=tmp_path / name).save(data)
    assert (tmp_path / "chunked").read_bytes() == (tmp_path / "whole").read_bytes()


def test_values_and_types_survive(tmp_path: Path) -> None:
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    dataset.save(example(10))
    loaded = dataset.load()
    assert isinstance(loaded, ibis.expr.types.Table)
    assert dict(loaded.schema().items()) == {
        "user_id": ibis.dtype("int32"),
        "user": ibis.dtype("string"),
        "score": ibis.dtype("float64"),
    }
    pd.testing.assert_frame_equal(loaded.to_pandas(), example(10), check_dtype=False)


def test_replaced_file_is_read_anew(tmp_path: Path) -> None:
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    for rows in (5, 3, 0):
        dataset.save(example(rows))
        assert dataset.load().count().execute() == rows


def test_tables_of_different_datasets_join(tmp_path: Path) -> None:
    left = TableDataset(filepath=tmp_path / "a.parquet")
    right = TableDataset(filepath="memory://tables/b.parquet")
    left.save(example(10))
    right.save(example(4))
    assert left.load().join(right.load(), "user_id").count().execute() == 4


def test_a_save_may_read_the_file_that_it_replaces(tmp_path: Path) -> None:
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    dataset.save(example(10))
    table = dataset.load()
    dataset.save(table.filter(table.user_id < 3).order_by("user_id"))
    assert dataset.load().count().execute() == 3


def test_failing_expression_leaves_nothing(tmp_path: Path) -> None:
    frame = ibis.memtable(pd.DataFrame({"a": ["1", "x"]}))
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    with pytest.raises(Exception, match="x"):
        dataset.save(frame.mutate(a=frame.a.cast("int64")))
    assert list(tmp_path.iterdir()) == []


def test_preview_is_the_head(tmp_path: Path) -> None:
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    dataset.save(example())
    assert dataset.preview(nrows=2) == {
        "index": [0, 1],
        "columns": ["user_id", "user", "score"],
        "data": [[0, None, 0.0], [1, "u1", 1 / 3]],
    }


def test_a_preview_has_the_titles_of_its_items(tmp_path: Path) -> None:
    dataset = TableDataset(filepath=tmp_path / "a.parquet")
    dataset.save(pd.DataFrame({"item": ["007", "b", "c"], "rank": [1, 2, 3]}))
    items = pd.DataFrame({"item": ["b", "007", "d"], "title": ["Bee", "Bond & Co", "Dee"]})
    path = tmp_path / "items.parquet"
    TableDataset(filepath=path, version=Version(None, "2026-01-01T00.00.00.000Z")).save(items)
    shown = dataset.preview(nrows=3, titles=str(path))
    assert shown["columns"] == ["item", "rank", "title"]
    assert shown["data"] == [["007", 1, "Bond & Co"], ["b", 2, "Bee"], ["c", 3, None]]
    assert dataset.preview(titles=str(tmp_path / "none.parquet"))["data"][0] == ["007", 1, None]


def test_other_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="pandas DataFrame or a pyarrow Table, not list"):
        TableDataset(filepath=tmp_path / "a.parquet").save([1])
