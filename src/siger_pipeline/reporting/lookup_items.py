"""Items with their neighbours in each graph side by side."""

from collections.abc import Mapping
from typing import Any

from ibis.expr.types import Table
from scipy import sparse

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting.lookup import TRAINED, digest, spread

NEIGHBOURS = 5  # shown of an item in each graph
DIGITS = 4  # of a weight


def items_document(
    splits: Table, item_index: Table, graphs: Mapping[str, sparse.csr_matrix]
) -> dict[str, Any]:
    """Items by popularity, and their strongest neighbours in each graph.

    Args:
        splits: user_id, item_id, split.
        item_index: item_id, item.
        graphs: by name, [I, I]; none: no items.

    Returns:
        `total` of items in the data; `item` and `trained`, their training interactions, of those of
        `spread`; `graphs`: for each its name and `links`, of each item the five largest weights
        of its row, the item itself left out, as pairs of item and weight.
    """
    popular = _popularity(splits, item_index)
    total = int(popular.count().to_pyarrow().as_py())
    if not graphs:
        return {"total": total, "item": [], TRAINED: [], "graphs": []}
    chosen = spread(popular, Columns.ITEM, TRAINED)
    numbers = chosen[Columns.ITEM_ID].tolist()
    rows = {name: [neighbours(graph, n) for n in numbers] for name, graph in graphs.items()}
    index = item_index.to_pandas()
    names = dict(zip(index[Columns.ITEM_ID], index[Columns.ITEM], strict=True))
    return {
        "total": total,
        "item": chosen[Columns.ITEM].tolist(),
        TRAINED: chosen[TRAINED].tolist(),
        "graphs": [
            {"graph": name, "links": [strongest(weights, names) for weights in of]}
            for name, of in rows.items()
        ],
    }


def neighbours(graph: sparse.csr_matrix, item: int) -> dict[int, float]:
    """Neighbour -> weight in the item's row of a graph [I, I], the item itself left out."""
    part = slice(graph.indptr[item], graph.indptr[item + 1])
    links = zip(graph.indices[part].tolist(), graph.data[part].tolist(), strict=True)
    return {other: weight for other, weight in links if other != item}


def strongest(weights: Mapping[int, float], names: Mapping[int, str]) -> list[tuple[str, float]]:
    """The five largest weights, ties by the SHA-256 of the item's id: item, weight."""
    order = sorted(weights, key=lambda item: (-weights[item], digest(names[item])))
    return [(names[item], round(weights[item], DIGITS)) for item in order[:NEIGHBOURS]]


def _popularity(splits: Table, item_index: Table) -> Table:
    """item_id, item and training interactions of every item, also where they are 0."""
    train = splits.filter(splits[Columns.SPLIT] == Split.TRAIN.value)
    counts = train.group_by(Columns.ITEM_ID).aggregate(**{TRAINED: train.count()})
    joined = item_index.left_join(counts, Columns.ITEM_ID)
    return joined.select(Columns.ITEM_ID, Columns.ITEM, **{TRAINED: joined[TRAINED].fill_null(0)})
