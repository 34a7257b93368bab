"""Vectors by ids: whatever their order and format, row n is item n's."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ibis.expr.types import Table
from numpy.typing import NDArray

from siger_pipeline.datasets.user_table import UserTableDataset
from siger_pipeline.datasets.vector_file import ParquetVectors, VectorFileDataset
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractors.vectors import EXTRACTOR, Config

ITEMS = ["007", "12", "b c", "é"]
VECTORS = {"é": [4.0, 0.5, 1], "007": [1.0, 2, 3], "12": [0.0, 0, 7], "x": [9.0, 9, 9]}
Write = Callable[[Path, Sequence[str], NDArray[Any]], Config]


def index(items: Sequence[str] = ITEMS) -> Table:
    columns = {"item_id": range(len(items)), "item": items, "row": [None] * len(items)}
    return ibis.memtable(pa.table({name: list(values) for name, values in columns.items()}))


def parquet(path: Path, **columns: Any) -> Config:
    pq.write_table(pa.table(columns), path)
    return Config(vectors=str(path))


def lists(path: Path, ids: Sequence[str], rows: NDArray[Any]) -> Config:
    return parquet(path / "v.parquet", item=ids, vector=rows.tolist())


def fixed(path: Path, ids: Sequence[str], rows: NDArray[Any]) -> Config:
    column = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel(), pa.float64()), rows.shape[1])
    return parquet(path / "v.parquet", vector=column, item=ids)


def wide(path: Path, ids: Sequence[str], rows: NDArray[Any]) -> Config:
    return parquet(
        path / "v.parquet", **{f"v{n}": column for n, column in enumerate(rows.T)}, item=ids
    )


def matrix(path: Path, ids: Sequence[str], rows: NDArray[Any]) -> Config:
    np.save(path / "v.npy", rows.astype(np.float64))
    (path / "ids.txt").write_text("\n".join(ids) + "\n", encoding="utf-8")
    return Config(vectors=str(path / "v.npy"), ids=str(path / "ids.txt"), id_column=1)


def matrix_and_csv(path: Path, ids: Sequence[str], rows: NDArray[Any]) -> Config:
    np.save(path / "v.npy", rows.astype(np.float16))
    lines = ["note;sku", *(f"-;{each}" for each in ids)]
    (path / "ids.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return Config(vectors=str(path / "v.npy"), ids=str(path / "ids.csv"), id_column="sku")


def extracted(config: Config, items: Sequence[str] = ITEMS) -> Any:
    given = {"vectors": VectorFileDataset(filepath=config.vectors).load()}
    if config.ids:
        given["ids"] = UserTableDataset(filepath=config.ids).load()
    return EXTRACTOR.extract(item_index=index(items), config=config, **given)


@pytest.mark.parametrize("write", [lists, fixed, wide, matrix, matrix_and_csv])
@pytest.mark.parametrize("seed", [0, 1])
def test_rows_are_those_of_the_ids_whatever_their_order(
    write: Write, seed: int, tmp_path: Path
) -> None:
    ids = np.random.default_rng(seed).permutation(list(VECTORS)).tolist()
    config = write(tmp_path, ids, np.array([VECTORS[each] for each in ids]))
    features, missing, remarks = extracted(config)
    expected = np.array([VECTORS.get(item, [0, 0, 0]) for item in ITEMS], dtype=np.float32)
    np.testing.assert_array_equal(features, expected)
    assert features.dtype == np.float32 and missing.tolist() == [False, False, True, False]
    told = " ".join(remark.text for remark in remarks)
    assert "1 of 4 items (25.00%) have no ready-made features" in told
    assert "1 vectors of items outside the catalogue are not used" in told


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.int8()])
def test_ids_that_are_numbers_are_text_without_decimals(kind: pa.DataType, tmp_path: Path) -> None:
    config = parquet(
        tmp_path / "v.parquet", item=pa.array([12, 7, None], kind), vector=[[1.0], [2], [3]]
    )
    features, _, _ = extracted(config, ["7", "007", "12"])
    assert features.tolist() == [[2], [0], [1]]


@pytest.mark.parametrize("write", [lists, wide, matrix])
def test_of_several_vectors_of_an_item_the_first_counts_and_it_is_said(
    write: Write, tmp_path: Path
) -> None:
    config = write(tmp_path, ["12", "007", "12"], np.array([[1.0], [2], [3]]))
    features, _, remarks = extracted(config, ["007", "12"])
    assert features.tolist() == [[2], [1]]
    assert "1 repeat an item, whose first vector counts" in remarks[-1].text


def test_an_item_with_an_empty_vector_has_no_features(tmp_path: Path) -> None:
    config = parquet(tmp_path / "v.parquet", item=["a", "b", "c"], vector=[None, [1.0, 2], []])
    features, missing, _ = extracted(config, ["a", "b", "c"])
    assert features.tolist() == [[0, 0], [1, 2], [0, 0]] and missing.tolist() == [True, False, True]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("write", [lists, wide, matrix])
def test_a_number_that_is_none_is_told_with_the_id(
    write: Write, bad: float, tmp_path: Path
) -> None:
    config = write(tmp_path, ["a", "b c"], np.array([[1.0, 2], [bad, 2]]))
    with pytest.raises(InputError, match="the vector of item 'b c' holds a value that is not fin"):
        extracted(config, ["b c", "a"])


def test_a_missing_number_of_a_column_is_no_zero(tmp_path: Path) -> None:
    config = parquet(tmp_path / "v.parquet", item=["a", "b"], v0=[1.0, None], v1=[1.0, 2])
    with pytest.raises(InputError, match="item 'b' holds a value that is not finite"):
        extracted(config, ["a", "b"])


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"item": ["a"], "v": [[1.0, 2]], "t": ["x"]}, {}, "t (string) cannot be vectors together"),
        ({"item": ["a", "b"], "v": [[1.0, 2], [1.0]]}, {}, "of 'b' has 1 numbers, and the first"),
        ({"itme": ["a"], "v": [[1.0]]}, {}, "no column 'item'; did you mean 'itme'"),
        ({"item": ["a"], "v": [[1.0]]}, {"vector_columns": ["w"]}, "no column 'w'"),
        (
            {"item": ["z"], "v": [[1.0]]},
            {},
            "one of the 2 items, such as 'a'; the first is of 'z'",
        ),
        ({"item": ["a"]}, {}, "columns none cannot be vectors"),
        ({"item": ["a"], "v": pa.array([None], pa.list_(pa.float32()))}, {}, "holds no vector"),
    ],
)
def test_other_parquet_is_refused_in_a_sentence(
    columns: dict[str, Any], options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    config = parquet(tmp_path / "v.parquet", **columns).model_copy(update=options)
    with pytest.raises(InputError) as caught:
        extracted(config, ["a", "b"])
    assert words in str(caught.value) and "v.parquet" in str(caught.value)


def test_columns_of_vectors_may_be_named(tmp_path: Path) -> None:
    config = parquet(tmp_path / "v.parquet", item=["a"], v=[[1.0, 2]], t=["x"], w=[[3.0]])
    features, _, _ = extracted(config.model_copy(update={"vector_columns": ["w"]}), ["a"])
    assert features.tolist() == [[3]]


@pytest.mark.parametrize(
    ("ids", "options", "words"),
    [
        ("a\nb\nc\n", {}, "has 2 rows, and the table of ids (features.vectors.ids) has 3 ids"),
        ("a\nb\n", {"ids": None}, "its order is not taken on trust"),
        ("a\nb\n", {"vector_columns": ["v"]}, "is a matrix without names of columns"),
    ],
)
def test_a_matrix_whose_ids_are_not_those_of_its_rows_is_refused(
    ids: str, options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    config = matrix(tmp_path, ["a", "b"], np.ones((2, 3))).model_copy(update=options)
    (tmp_path / "ids.txt").write_text(ids)
    with pytest.raises(InputError) as caught:
        extracted(config, ["a", "b"])
    assert words in str(caught.value) and "v.npy" in str(caught.value)


def test_parquet_needs_no_table_of_ids(tmp_path: Path) -> None:
    matrix(tmp_path, ["a"], np.ones((1, 1)))
    config = lists(tmp_path, ["a"], np.ones((1, 1)))
    with pytest.raises(InputError, match=r"set features\.vectors\.ids to null"):
        extracted(config.model_copy(update={"ids": str(tmp_path / "ids.txt")}), ["a"])


def test_parquet_is_read_in_batches_and_looked_at_without_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siger_pipeline.datasets.vector_file.ROWS", 2)
    ids = [str(n) for n in range(7)]
    config = lists(tmp_path, ids, np.arange(7.0)[:, None] + 1)
    loaded = VectorFileDataset(filepath=config.vectors).load()
    assert isinstance(loaded, ParquetVectors)
    assert [len(batch) for batch in loaded.batches(["item"])] == [2, 2, 2, 1]
    assert extracted(config, ids)[0].ravel().tolist() == [1, 2, 3, 4, 5, 6, 7]
    preview = VectorFileDataset(filepath=config.vectors).preview()
    assert preview == '{"rows": 7, "columns": ["item", "vector"]}'
