import numpy as np
import pandas as pd
import pytest

from siger_pipeline.data.matrix import interaction_matrix
from siger_pipeline.data.schema import Columns, Split

SPLITS = pd.DataFrame(
    {
        Columns.USER_ID: np.array([2, 0, 0, 1], np.int32),
        Columns.ITEM_ID: np.array([1, 3, 0, 2], np.int32),
        Columns.SPLIT: ["train", "train", "train", "test"],
    }
)


def test_a_split_is_a_matrix_of_ones() -> None:
    matrix = interaction_matrix(SPLITS, Split.TRAIN, 3, 4)
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert (matrix.dtype, matrix.indices.dtype) == (np.float32, np.int32)
    assert matrix.has_sorted_indices
    assert interaction_matrix(SPLITS, Split.TEST, 3, 4).nnz == 1
    assert interaction_matrix(SPLITS, Split.VALIDATION, 3, 4).shape == (3, 4)


def test_numbers_beyond_the_matrix_are_refused() -> None:
    with pytest.raises(ValueError, match="index"):
        interaction_matrix(SPLITS, Split.TRAIN, 2, 4)
