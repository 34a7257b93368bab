"""Eight items, and their neighbours in each graph side by side."""

from collections.abc import Iterable, Mapping
from typing import Any

from ibis.expr.types import Table
from scipy import sparse

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting.examples import TRAINED, digest, spread

NEIGHBOURS = 5  # shown of an item in each graph


def example_items(
    splits: Table, item_index: Table, graphs: Mapping[str, sparse.csr_matrix]
) -> list[dict[str, Any]]:
    """Items at eight quantiles of popularity, and their strongest neighbours in each graph.

    Args:
        splits: user_id, item_id, split.
        item_index: item_id, item.
        graphs: by name, [I, I]; none: no items.

    Returns:
        For each: `item`, `interactions` in training, `neighbours`: for each graph its name and the
        five largest weights of the item's row, the item itself left out: item, weight.
    """
    if not graphs:
        return []
    chosen = spread(_popularity(splits, item_index), Columns.ITEM, TRAINED).to_pyarrow().to_pylist()
    links = {
        row[Columns.ITEM_ID]: {g: neighbours(m, row[Columns.ITEM_ID]) for g, m in graphs.items()}
        for row in chosen
    }
    used = {other for rows in links.values() for row in rows.values() for other in row}
    names = _names(item_index, used)
    return [
        {
            "item": row[Columns.ITEM],
            "interactions": row[TRAINED],
            "neighbours": [
                {"graph": graph, "items": strongest(weights, names)}
                for graph, weights in links[row[Columns.ITEM_ID]].items()
            ],
        }
        for row in chosen
    ]


def neighbours(graph: sparse.csr_matrix, item: int) -> dict[int, float]:
    """Neighbour -> weight in the item's row of a graph [I, I], the item itself left out."""
    part = slice(graph.indptr[item], graph.indptr[item + 1])
    links = zip(graph.indices[part].tolist(), graph.data[part].tolist(), strict=True)
    return {other: weight for other, weight in links if other != item}


def strongest(weights: Mapping[int, float], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The five largest weights, ties by the SHA-256 of the item's id: item, weight."""
    order = sorted(weights, key=lambda item: (-weights[item], digest(names[item])))
    return [{"item": names[item], "weight": weights[item]} for item in order[:NEIGHBOURS]]


def _popularity(splits: Table, item_index: Table) -> Table:
    """item_id, item and training interactions of every item, also where they are 0."""
    train = splits.filter(splits[Columns.SPLIT] == Split.TRAIN.value)
    counts = train.group_by(Columns.ITEM_ID).aggregate(**{TRAINED: train.count()})
    joined = item_index.left_join(counts, Columns.ITEM_ID)
    return joined.select(Columns.ITEM_ID, Columns.ITEM, **{TRAINED: joined[TRAINED].fill_null(0)})


def _names(item_index: Table, items: Iterable[int]) -> dict[int, str]:
    rows = item_index.filter(item_index[Columns.ITEM_ID].isin(sorted(items)))
    return {row[Columns.ITEM_ID]: row[Columns.ITEM] for row in rows.to_pyarrow().to_pylist()}
