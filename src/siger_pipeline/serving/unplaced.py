"""Newcomers without history or features that the model could place them by.

Shape suffixes: n newcomers.
"""

from __future__ import annotations

import numpy as np
import torch

from siger_pipeline.data.schema import Columns
from siger_pipeline.serving.newcomer_checks import widths_of
from siger_pipeline.serving.parts import Parts
from siger_pipeline.training.checkpoint import restore

BLOCK = 1000  # users who are scored at once, of a model that embeds nothing


def unplaced(grown: Parts, before: Parts) -> dict[str, str]:
    """Newcomers whom the model scores with nothing but zeros -> why.

    Args:
        grown: with the newcomers, known users and items first.
        before: without them.
    """
    n_users, n_items = before.inputs.n_users, before.inputs.n_items
    users = grown.users[n_users:]
    items = grown.items[Columns.ITEM].to_numpy(dtype=object)[n_items:]
    if grown.embeddings is not None:
        users_nd, items_nd = grown.embeddings[0][n_users:], grown.embeddings[1][n_items:]
        users_n, items_n = users_nd.any(axis=1), items_nd.any(axis=1)
    else:
        users_n, items_n = _scored(grown, n_users, n_items)
    model = grown.checkpoint["model"]
    user = f"model {model} gives a user without training no scores: train again with them"
    item = f"model {model} gives an item without interactions no score: train again with it"
    if before.behind:
        named = " and ".join(widths_of(before))
        item = (
            f"no item is its neighbour by {named}, as model {model} compares them: give it "
            "features of each, or train again with interactions of it"
        )
    return {**dict.fromkeys(users[~users_n], user), **dict.fromkeys(items[~items_n], item)}


def _scored(grown: Parts, n_users: int, n_items: int) -> tuple[np.ndarray, np.ndarray]:
    """Whether a new user has a score other than 0 of any item, and a new item by any user."""
    scorer, total = restore(grown.checkpoint, grown.inputs).scorer(), grown.inputs.n_users
    of_users = [np.zeros(0, dtype=bool)]
    of_items = np.zeros(grown.inputs.n_items - n_items, dtype=bool)
    starts = [*range(n_users, total, BLOCK), *range(0, n_users, BLOCK)]
    with torch.no_grad():
        for start in starts:
            is_new = start >= n_users
            if of_items.all() and not is_new:
                break
            end = min(start + BLOCK, total if is_new else n_users)
            scores = scorer(torch.arange(start, end)).numpy()
            of_items |= scores[:, n_items:].any(axis=0)
            if is_new:
                of_users.append(np.asarray(scores.any(axis=1)))
    return np.concatenate(of_users), of_items
