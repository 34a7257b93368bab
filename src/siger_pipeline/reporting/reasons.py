"""Why items are recommended to some of the users that a page can look up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Any

import pandas as pd

from siger_pipeline.reporting.labels import graph_label
from siger_pipeline.reporting.lookup import shortened

EXPLAINED = 12  # users; each of their training items takes a scoring of its own
LONGEST_HISTORY = 30  # training items of such a user
REASONS = 3  # shown of each recommendation
Explain = Callable[[str, Sequence[str]], pd.DataFrame]
"""User and items -> item, because (item of the history), title (of that), share, edges."""


def explained_users(lookup: Mapping[str, Any]) -> list[int]:
    """Places of users among those that can be looked up, at equal distances in their order.

    Args:
        lookup: of `lookup.document`; users with more than 30 training items are left out.
    """
    counts = lookup["users"]["had_count"]
    able = [n for n, had in enumerate(counts) if had <= LONGEST_HISTORY]
    chosen = {(2 * j + 1) * len(able) // (2 * EXPLAINED) for j in range(EXPLAINED)} if able else ()
    return [able[n] for n in sorted(chosen)]


def reasons(lookup: Mapping[str, Any], explain: Explain) -> dict[str, Any]:
    """What of their history carries the recommendations of these users.

    Args:
        lookup: of `lookup.document`.
        explain: such as `serving.FittedRecommender.explain`, with all of the history.

    Returns:
        `user`: places of the users; `why`: for each a list for each recommendation, of at most
        three reasons: title (or id), per cent, edges. Per cent is of what the items of the history
        add to the score, those that lower it left out.
    """
    chosen, users = explained_users(lookup), lookup["users"]
    return {"user": chosen, "why": [_of_user(lookup, users, n, explain) for n in chosen]}


def _of_user(
    lookup: Mapping[str, Any], users: Mapping[str, Any], place: int, explain: Explain
) -> list[list[list[Any]]]:
    items = [lookup["item"][item] for item in users["recommended"][place]]
    found = explain(users["user"][place], items)
    by_item = dict(list(found.groupby("item", sort=False)))
    return [_of_item(by_item[item]) if item in by_item else [] for item in items]


def _of_item(rows: pd.DataFrame) -> list[list[Any]]:
    """The largest shares of one recommendation."""
    cents = (100 * rows["share"] / rows["share"].sum()).round().astype(int)
    titles = rows["title"].where(rows["title"].notna(), rows["because"])
    found = zip((shortened(unescape(t)) for t in titles), cents, rows["edges"], strict=True)
    return [[title, int(cent), _named(edges)] for title, cent, edges in found][:REASONS]


def _named(edges: str) -> str:
    """Graphs with weights, such as `knn-text-k10 0.31`, by the names that people read."""
    pairs = (edge.rpartition(" ") for edge in edges.split(", ") if edge)
    return ", ".join(f"{graph_label(name)} {weight}" for name, _, weight in pairs)
