"""Explanations as tables.

Shape suffixes: h items of a history, n items that are explained.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.serving.explanation import edges_between, shares
from siger_pipeline.serving.parts import Parts, titles_of

BECAUSE, SHARE, EDGES = "because", "share", "edges"
BECAUSE_TITLE = "because_title"
COLUMNS = [Columns.USER, Columns.ITEM, BECAUSE, Columns.TITLE, SHARE, EDGES]


def reasons(
    parts: Parts, model: Recommender, user: int, items_n: np.ndarray, most: int
) -> pd.DataFrame:
    """What of a user's history carries the scores of some items: see `FittedRecommender.explain`.

    Args:
        parts: of the recommender.
        model: restored from them.
        user: row number.
        items_n: row numbers.
        most: history items for each; those that do not raise the score are left out.
    """
    history_h = parts.inputs.interactions[user].indices
    share_hn = shares(parts, model, user, items_n)
    names, titles = parts.items[Columns.ITEM].to_numpy(dtype=object), titles_of(parts)
    rows = []
    for n, item in enumerate(items_n):
        for h in np.argsort(-share_hn[:, n], kind="stable")[:most]:
            if share_hn[h, n] > 0:
                because, share = history_h[h], share_hn[h, n]
                edges = edges_between(parts, int(item), int(because))
                told = (names[because], titles[because], share, edges)
                rows.append((parts.users[user], names[item], *told))
    return pd.DataFrame(rows, columns=COLUMNS).astype({SHARE: np.float32})


def with_reasons(
    table: pd.DataFrame, explain: Callable[[str, list[str]], pd.DataFrame]
) -> pd.DataFrame:
    """Recommendations, a row a reason; without because where there is no reason.

    Args:
        table: columns user, item, and others.
        explain: a user and items -> `reasons`.

    Returns:
        The columns of ``table``, then because, because_title, share, edges.
    """
    # Somebody may be asked about twice.
    lists = table.groupby(Columns.USER, sort=False)[Columns.ITEM].unique()
    of_users = [explain(str(user), [*items]) for user, items in lists.items()]
    found = pd.concat([pd.DataFrame(columns=COLUMNS).astype({SHARE: np.float32}), *of_users])
    renamed = found.rename(columns={Columns.TITLE: BECAUSE_TITLE})
    return table.merge(renamed, on=[Columns.USER, Columns.ITEM], how="left")
