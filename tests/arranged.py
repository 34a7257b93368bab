"""The matrices of made-up splits."""

from ibis.expr.types import Table
from scipy.sparse import csr_matrix

from siger_pipeline.pipelines.ingest.matrices import matrices_of


def arranged(splits: Table, user_index: Table, item_index: Table) -> tuple[csr_matrix, ...]:
    """As the stage makes them: training first."""
    sizes = (int(index.count().to_pyarrow().as_py()) for index in (user_index, item_index))
    return tuple(matrices_of(splits, *sizes).values())
