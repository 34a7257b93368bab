"""How far item graphs of content hold what users choose together (SIGER, Figure 1).

Shapes: U users, I items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.graphs.cooccurrence import most_common_users
from siger_pipeline.ops.sparse import without_loops

KEYS = ("variant", "graph", "modality", "features")  # what tells graphs apart
COLUMNS = (
    *("dataset", "trial", *KEYS, "item"),
    *("neighbours", "cooccurring", "covered", "weight", "weight_covered", "data"),
)
BLOCK_MIB = 128.0  # bound on the counts in memory at once


def item_coverage(
    interactions: sparse.csr_matrix, graph: sparse.csr_matrix, top: int
) -> pd.DataFrame:
    """For each item, how many of its co-occurring items are among its neighbours.

    The co-occurring items of i are the ``top`` items j ≠ i with the most training users in common,
    C_ij, ties to the smaller index, as in SIGER's Eq. (4); their weight is that of Eq. (3),
    C_ij / (1 + C_ij).

    Args:
        interactions: training interactions, CSR [U, I].
        graph: row i holds the neighbours of item i, CSR [I, I]; a link to itself does not count.
        top: co-occurring items that count.

    Returns:
        A row an item: `cooccurring` (0 … top), `covered` (how many of these are neighbours),
        `weight` of the co-occurring items and `weight_covered` of the covered ones.
    """
    weights = most_common_users(interactions, top, block_mib=BLOCK_MIB).astype(np.float64)
    weights.data /= 1 + weights.data
    links = without_loops(graph).astype(np.float64)
    links.data[:] = 1
    shared = weights.multiply(links).tocsr()
    shared.eliminate_zeros()
    return pd.DataFrame(
        {
            "cooccurring": weights.getnnz(axis=1).astype(np.int64),
            "covered": shared.getnnz(axis=1).astype(np.int64),
            "weight": np.asarray(weights.sum(axis=1)).ravel(),
            "weight_covered": np.asarray(shared.sum(axis=1)).ravel(),
        }
    )


def coverage_table(
    said: Mapping[str, Any],
    graphs: Mapping[tuple[str, str], sparse.csr_matrix],
    features: Mapping[str, str],
    interactions: sparse.csr_matrix,
    items: Sequence[str],
    top: int,
) -> pd.DataFrame:
    """`item_coverage` of each item graph of a trial.

    Args:
        said: of the trial: `dataset`, `data`, `trial`, `variant`.
        graphs: by name and modality, CSR [I, I].
        features: modality -> extractor.
        interactions: training interactions, CSR [U, I].
        items: ids as in the source, [I].
        top: co-occurring items that count.

    Returns:
        Columns `COLUMNS`, a row a graph and item; `data` is the fingerprint of the splits.
    """
    parts = [
        item_coverage(interactions, graph, top).assign(
            **{key: said[key] for key in ("dataset", "trial", "variant", "data")},
            graph=name,
            modality=modality,
            features=", ".join(features[each] for each in modality.split(", ")),
            item=items,
            neighbours=without_loops(graph).getnnz(axis=1),
        )
        for (name, modality), graph in graphs.items()
    ]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def coverage_summary(parts: Sequence[pd.DataFrame], top: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All rows, each graph once, and the distribution of `covered` as texts.

    Counted are the items that have co-occurring ones.

    Args:
        parts: of `coverage_table`, one a trial.
        top: co-occurring items that count.

    Returns:
        The table; its summary, a row a graph: what tells it apart; `items`, how many count; for
        each of 0 … top, the share of them with so many covered; `mean`; `weight`, the share of all
        weight that is covered.
    """
    table = pd.concat(parts, ignore_index=True)
    table = table.drop_duplicates([*KEYS, "data", "item"], ignore_index=True)
    rows = []
    for values, group in table[table["cooccurring"] > 0].groupby(list(KEYS), sort=False):
        shares = group["covered"].value_counts(normalize=True)
        carried = group["weight_covered"].sum() / group["weight"].sum()
        rows.append(
            dict(zip(KEYS, values, strict=True))
            | {"items": len(group)}
            | {str(n): _percent(shares.get(n, 0.0)) for n in range(top + 1)}
            | {"mean": f"{group['covered'].mean():.2f}", "weight": _percent(carried)}
        )
    head = [*KEYS, "items", *map(str, range(top + 1)), "mean", "weight"]
    return table, pd.DataFrame(rows, columns=head)


def _percent(share: float) -> str:
    return f"{share:.1%}"
