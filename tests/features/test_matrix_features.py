"""Ready-made matrices: the right rows, or a sentence that names what is wrong."""

import os
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractors.matrix import Config, extract, pick_rows

CONFIG = Config(block_mib=1)


def tables(rows: list[int | None], source: int) -> tuple[ibis.Table, ibis.Table]:
    """The index of a catalogue with these rows, and the items of a source of so many."""
    index = pd.DataFrame(
        {
            "item_id": np.arange(len(rows), dtype=np.int32),
            "item": [f"i{n}" for n in range(len(rows))],
            "row": pd.array(rows, dtype="Int64"),
        }
    )
    items = pd.DataFrame({"item": [f"s{n}" for n in range(source)], "row": np.arange(source)})
    return ibis.memtable(index), ibis.memtable(items)


def extracted(matrix: Any, rows: list[int | None], source: int | None = None) -> Any:
    index, items = tables(rows, len(matrix) if source is None else source)
    return extract(index, CONFIG, items, matrix)[:2]


@settings(deadline=None, max_examples=40)
@given(
    matrix=npst.arrays(
        dtype=st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.uint16]),
        shape=st.tuples(st.integers(2, 9), st.integers(1, 4)),
        elements={"min_value": 1, "max_value": 100},
    ),
    block_mib=st.sampled_from([1e-6, 1e-4, 1.0]),
    data=st.data(),
)
def test_row_n_is_item_n_whatever_the_block(
    matrix: np.ndarray, block_mib: float, data: st.DataObject
) -> None:
    rows = data.draw(st.permutations(range(len(matrix))))[: max(1, len(matrix) - 1)]
    features, missing = pick_rows(matrix, np.array(rows), "raw", block_mib)
    assert features.dtype == np.float32
    np.testing.assert_array_equal(features, matrix.astype(np.float32)[rows])
    assert not missing.any()


def test_published_file_is_read_as_float32(tmp_path: Path) -> None:
    matrix = np.array([[0.5, 1], [0, 0], [3, 4]], dtype=np.float16)
    np.save(tmp_path / "image_feat.npy", matrix)
    raw = MatrixDataset(filepath=tmp_path / "image_feat.npy").load()
    features, missing = extracted(raw, [2, 0, 1])
    assert features.dtype == np.float32
    assert features.tolist() == [[3, 4], [0.5, 1], [0, 0]]
    assert missing.tolist() == [False, False, True]


def test_items_that_a_k_core_dropped_are_left_out() -> None:
    features, _ = extracted(np.eye(5), [4, 1])
    np.testing.assert_array_equal(features, np.eye(5)[[4, 1]])


def test_matrix_of_another_catalogue_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "image_feat.npy", np.ones((6, 2)))
    raw = MatrixDataset(filepath=tmp_path / "image_feat.npy").load()
    for source in (5, 7):
        with pytest.raises(InputError, match=rf"image_feat\.npy has 6 rows.*{source} rows"):
            extracted(raw, [0, 1], source)


def test_an_item_beyond_the_matrix_is_refused() -> None:
    with pytest.raises(InputError, match=r"has 3 rows.*0 … 3: 4 rows are wanted"):
        extracted(np.ones((3, 2)), [0, 3])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_the_first_value_that_is_not_finite_is_named(value: float) -> None:
    matrix = np.ones((4, 3))
    matrix[2, 1] = value
    with pytest.raises(InputError, match=r"row 2, column 1: found .*finite"):
        extracted(matrix, [3, 2, 1, 0])
    assert extracted(matrix, [3, 1, 0])[0].shape == (3, 3)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones(3), r"shape \(3,\), wanted is \(items, dimensions\)"),
        (np.ones((3, 2, 2)), r"shape \(3, 2, 2\)"),
        (np.ones((3, 0)), r"shape \(3, 0\)"),
        (np.array([["a"], ["b"], ["c"]]), "holds <U1, wanted are numbers"),
        (np.ones((3, 1), dtype=complex), "holds complex128"),
        (np.ones((3, 1), dtype=bool), "holds bool"),
        (np.zeros((3, 2)), "zero in the rows of all 3 items"),
    ],
)
def test_what_is_not_a_matrix_of_numbers_is_refused(matrix: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        extracted(matrix, [0, 1, 2], 3)


def test_a_source_without_row_numbers_is_refused() -> None:
    with pytest.raises(InputError, match=r"Item 'i1' has no row number.*such as mmrec"):
        extracted(np.ones((2, 2)), [0, None])
    with pytest.raises(InputError, match="row -1"):
        extracted(np.ones((2, 2)), [0, -1])


@pytest.mark.parametrize("file", ["baby/image_feat.npy", "tiktok/audio_feat.npy"])
def test_real_features(file: str) -> None:
    path = Path(os.environ.get("SIGER_DATA", ""), file)
    if "SIGER_DATA" not in os.environ or not path.exists():
        pytest.skip(f"SIGER_DATA names no folder with {file}")
    raw = MatrixDataset(filepath=path).load()
    features, missing = extracted(raw, list(range(len(raw))))
    np.testing.assert_array_equal(features, np.load(path).astype(np.float32))
    assert not missing.any()
