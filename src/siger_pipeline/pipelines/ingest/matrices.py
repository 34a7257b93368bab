"""The splits of a table as matrices, with a batch of its rows in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from scipy.sparse import csr_matrix

    from siger_pipeline.data.schema import Split

ROWS = 2**17  # of a batch


def matrices_of(splits: Table, n_users: int, n_items: int) -> dict[Split, csr_matrix]:
    """As `split_matrices`, of a table on DuckDB: user_id, item_id, split."""
    from siger_pipeline.data.matrix import coded_rows, split_matrices
    from siger_pipeline.datasets.duckdb import stream

    size = int(splits.count().to_pyarrow().as_py())
    with stream(coded_rows(splits), ROWS) as batches:
        return split_matrices(batches, size, n_users, n_items)
