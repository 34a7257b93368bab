from collections.abc import Iterator

import ibis
import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from siger_pipeline.errors import InputError
from siger_pipeline.features.extractors.amazon_vectors import Config, extract

Block = tuple[list[str], NDArray[np.float32]]


class Vectors:
    path, dimension = "v.b", 2

    def __init__(self, *blocks: tuple[list[str], list[list[float]]]) -> None:
        self._blocks = blocks
        self.count = sum(len(ids) for ids, _ in blocks)

    def blocks(self) -> Iterator[Block]:
        yield from ((ids, np.array(rows, dtype=np.float32)) for ids, rows in self._blocks)


INDEX = ibis.memtable(
    pa.table({"item_id": [1, 0, 2, 3], "item": ["B", "A", "C", "D"], "row": [None] * 4})
)


def test_row_n_is_item_n_whatever_the_order_of_the_file() -> None:
    vectors = Vectors((["C", "X"], [[5, 6], [9, 9]]), (["A", "B", "A"], [[1, 2], [0, 0], [7, 7]]))
    features, missing, remarks = extract(INDEX, Config(), vectors)
    np.testing.assert_array_equal(features, [[1, 2], [0, 0], [5, 6], [0, 0]])
    assert missing.tolist() == [False, True, False, True]
    told = " ".join(remark.text for remark in remarks)
    assert "1 have no vector in v.b; 1 have a vector of zeros" in told
    assert "1 vectors of items outside the catalogue are not used; 1 repeat an item" in told


def test_vectors_of_another_category_are_refused() -> None:
    with pytest.raises(InputError, match=r"v\.b: none of its 1 vectors belongs to one of the 4"):
        extract(INDEX, Config(), Vectors((["X"], [[1, 1]])))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_told_with_its_item(value: float) -> None:
    with pytest.raises(InputError, match=r"v\.b: the vector of item 'B' holds a value"):
        extract(INDEX, Config(), Vectors((["A", "B"], [[1, 1], [1, value]])))
