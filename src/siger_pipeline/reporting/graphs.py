"""Statistics of the graphs of a run: sizes, degrees, and how degrees are distributed.

Shape suffixes: U users, I items.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from siger_pipeline.ops.sparse import without_loops

WIDEST = 40  # bins of a distribution that is drawn on linear axes, at most
GROWTH = 1.25  # ratio of the edges of a bin that is drawn on logarithmic axes
HEAVY = 10  # a degree this many times the median calls for logarithmic axes

Bin = tuple[int, int, int]
"""Smallest and largest degree, and the number of members between."""


def describe(interactions: sparse.csr_matrix, items: Mapping[str, sparse.csr_matrix]) -> Any:
    """Statistics and degree distributions, as JSON has values.

    Args:
        interactions: the training interactions, [U, I].
        items: item graphs by name, [I, I]; row i holds the neighbours of item i.

    Returns:
        `graphs`: rows of `user_item_statistics` and `item_statistics`; `distributions`: for users,
        items and, where there are item graphs, in-degrees, as `distribution` gives them.
    """
    users, of_items = np.diff(interactions.indptr), interactions.getnnz(axis=0)
    rows = [user_item_statistics("users", users, interactions.shape[1])]
    rows.append(user_item_statistics("items", of_items, interactions.shape[0]))
    distributions = [distribution("users", {"users": users})]
    distributions.append(distribution("items", {"items": of_items}))
    linked = {name: without_loops(graph) for name, graph in items.items()}
    rows += [item_statistics(name, graph) for name, graph in linked.items()]
    if linked:
        in_degrees = {name: graph.getnnz(axis=0) for name, graph in linked.items()}
        distributions.append(distribution("in_degree", in_degrees))
    return {"graphs": rows, "distributions": distributions}


def user_item_statistics(side: str, degrees: np.ndarray, others: int) -> dict[str, Any]:
    """One side of the user-item graph.

    Args:
        side: users or items.
        degrees: training interactions of each of its nodes.
        others: nodes of the other side.

    Returns:
        As `item_statistics`; density is edges / (U · I), and `in_degree` is None.
    """
    row = _statistics(f"user-item, {side}", degrees, len(degrees) * others)
    return {**row, "isolated": int((degrees == 0).sum()), "in_degree": None}


def item_statistics(name: str, graph: sparse.csr_matrix) -> dict[str, Any]:
    """An item graph without loops, its links directed from an item to its neighbour.

    Returns:
        `graph`, `nodes`, `edges`, `density` = edges / (I (I − 1)), `degree` (mean, min, max of the
        neighbours that an item has), `in_degree` (min, max of the items that it is a neighbour of),
        `isolated` (items with neither).
    """
    n_items = graph.shape[0]
    out, into = np.diff(graph.indptr), graph.getnnz(axis=0)
    return {
        **_statistics(name, out, n_items * (n_items - 1)),
        "isolated": int(((out == 0) & (into == 0)).sum()),
        "in_degree": {"min": int(into.min(initial=n_items)), "max": int(into.max(initial=0))},
    }


def _statistics(name: str, degrees: np.ndarray, possible: int) -> dict[str, Any]:
    edges = int(degrees.sum())
    return {
        "graph": name,
        "nodes": len(degrees),
        "edges": edges,
        "density": edges / possible if possible else 0.0,
        "degree": {
            "mean": edges / len(degrees) if len(degrees) else 0.0,
            "min": int(degrees.min(initial=edges)),
            "max": int(degrees.max(initial=0)),
        },
    }


def distribution(of: str, degrees: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Degree distributions that share their axes, binned.

    Args:
        of: what the degrees are of.
        degrees: by name of the curve, whole numbers.

    Returns:
        `of`; `log`, whether the axes are to be logarithmic: a degree is ten times the median or
        more; `curves` with `name`, `members`, `zero` (members of degree 0) and `bins` (`Bin`).
    """
    log = any(is_heavy(values) for values in degrees.values())
    largest = max(int(values.max(initial=0)) for values in degrees.values())
    edges = geometric_edges(largest) if log else even_edges(largest)
    curves = [
        {
            "name": name,
            "members": len(values),
            "zero": int((values == 0).sum()),
            "bins": bins(values, edges),
        }
        for name, values in degrees.items()
    ]
    return {"of": of, "log": log, "curves": curves}


def is_heavy(degrees: np.ndarray) -> bool:
    """Whether some degree is ten times the median of those above 0, or more."""
    linked = degrees[degrees > 0]
    return bool(len(linked)) and bool(linked.max() >= HEAVY * np.median(linked))


def geometric_edges(largest: int) -> list[int]:
    """Lower edges of bins from 1 on, each a quarter wider than the last; the end is exclusive."""
    edges = [1]
    while edges[-1] <= largest:
        edges.append(max(edges[-1] + 1, int(edges[-1] * GROWTH)))
    return edges


def even_edges(largest: int) -> list[int]:
    """Lower edges of at most 40 bins of one width from 1 on; the end is exclusive."""
    width = max(1, -(-largest // WIDEST))
    return list(range(1, largest + width + 1, width))


def bins(degrees: np.ndarray, edges: list[int]) -> list[Bin]:
    """How many members fall between one edge and the next; degree 0 is in none."""
    if len(edges) < 2:
        return []
    # The last bin of NumPy's histogram includes its upper edge, which no degree reaches.
    counts, _ = np.histogram(degrees, bins=edges)
    return [
        (low, high - 1, int(count))
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
