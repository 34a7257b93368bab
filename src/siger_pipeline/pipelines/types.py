"""Names for the hints of nodes.

Kedro resolves every hint when it starts, and the libraries behind these take seconds to import,
while most nodes of most runs are fresh and need none of them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from numpy import ndarray
    from pandas import DataFrame
    from plotly.graph_objects import Figure
    from scipy.sparse import csr_matrix
else:
    Table = ndarray = DataFrame = Figure = csr_matrix = Any

__all__ = ["DataFrame", "Figure", "Table", "csr_matrix", "ndarray"]
