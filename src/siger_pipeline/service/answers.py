"""Questions to a recommender, answered as JSON values.

Shape suffixes: U users, I items, n items that are new, d dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.evaluate import RankedLists
from siger_pipeline.service.messages import (
    NewItemsAsked,
    NewUsersAsked,
    RecommendAsked,
    SimilarAsked,
)
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving.ids import UnknownIdsError

Answer = dict[str, Any]
EXACT = "exact: all items are scored"


@dataclass(frozen=True)
class Loaded:
    """A recommender, the name of its version, and how it seeks items."""

    fitted: FittedRecommender
    name: str
    search: str = EXACT


def recommended(loaded: Loaded, asked: RecommendAsked) -> Answer:
    """The best items of each known user (`messages.Recommended`).

    Raises:
        UnknownIdsError: none of the users is known.
    """
    fitted = loaded.fitted
    known, unknown = fitted.users.known(asked.users)
    if not known:
        raise UnknownIdsError("users", unknown)
    lists = fitted.lists(known, asked.k, asked.exclude)
    return {
        "recommender": loaded.name,
        "lists": [
            {"user": user, "items": items}
            for user, items in zip(known, _items(fitted, lists), strict=True)
        ],
        "unknown": unknown,
        "without_history": fitted.without_history(known),
    }


def similar(loaded: Loaded, asked: SimilarAsked) -> Answer:
    """The items that are most similar to each known item (`messages.Similar`).

    Raises:
        UnknownIdsError: none of the items is known.
        ParameterError: items cannot be compared in this way.
    """
    fitted = loaded.fitted
    known, unknown = fitted.items.known(asked.items)
    if not known:
        raise UnknownIdsError("items", unknown)
    lists = _similar(fitted, known, asked.k, asked.by)
    return {"recommender": loaded.name, "lists": lists, "unknown": unknown}


def of_new_users(loaded: Loaded, asked: NewUsersAsked) -> Answer:
    """The best items of each new user (`messages.NewUsersAnswer`).

    Raises:
        InputError: a user stands twice, or nobody can be placed.
    """
    histories = {each.user: each.history for each in asked.users}
    if len(histories) < len(asked.users):
        raise InputError("a new user stands twice: each must be one of a kind")
    grown = loaded.fitted.with_newcomers(histories)
    placed = [user for user in histories if user not in grown.left_out]
    lists = _items(grown, grown.lists(placed, asked.k))
    return {
        "recommender": loaded.name,
        "lists": [
            {"user": user, "items": items} for user, items in zip(placed, lists, strict=True)
        ],
        "unknown": dict(grown.unknown),
        "left_out": dict(grown.left_out),
    }


def of_new_items(loaded: Loaded, asked: NewItemsAsked) -> Answer:
    """What is like each new item, and who might want it (`messages.NewItemsAnswer`).

    Raises:
        InputError: vectors of the wrong width, an item that stands twice, or none can be placed.
        ParameterError: items cannot be compared in this way.
    """
    items = pd.DataFrame([{Columns.ITEM: each.item, **each.texts} for each in asked.items])
    grown = loaded.fitted.with_newcomers(items=items, features=_features(asked))
    placed = [each.item for each in asked.items if each.item not in grown.left_out]
    lists = _similar(grown, placed, asked.k, asked.by)
    users = _users(grown, placed, asked.k, len(loaded.fitted.users.names))
    return {
        "recommender": loaded.name,
        "lists": [{**each, "users": of_item} for each, of_item in zip(lists, users, strict=True)],
        "left_out": dict(grown.left_out),
    }


def _features(asked: NewItemsAsked) -> dict[str, np.ndarray]:
    """Modality -> a row an item, of zeros where the item has no vector of it."""
    found: dict[str, np.ndarray] = {}
    for n, each in enumerate(asked.items):
        for modality, vector in each.features.items():
            rows = found.setdefault(
                modality, np.zeros((len(asked.items), len(vector)), dtype=np.float32)
            )
            if len(vector) != rows.shape[1]:
                raise InputError(
                    f"items: the vectors of {modality} are not of one width: that of "
                    f"{each.item!r} has {len(vector)} numbers, one before it {rows.shape[1]}"
                )
            rows[n] = vector
    return found


def _similar(
    fitted: FittedRecommender, items: Sequence[str], k: int, by: str | None
) -> list[Answer]:
    lists = _items(fitted, fitted.similar_lists(items, k, by))
    return [{"item": item, "similar": of} for item, of in zip(items, lists, strict=True)]


def _items(fitted: FittedRecommender, lists: RankedLists) -> Iterator[list[Answer]]:
    """The items of each list, best first."""
    names, titles = fitted.items.names, fitted.titles
    for row, scores in zip(lists.items, lists.scores.tolist(), strict=True):
        yield [
            {"item": names[item], "title": titles[item], "score": score}
            for item, score in zip(row.tolist(), scores, strict=True)
            if item >= 0
        ]


def _users(
    fitted: FittedRecommender, items: Sequence[str], k: int, known: int
) -> list[list[Answer]] | list[None]:
    """The k users, of those that the model was trained with, who score each item highest."""
    if fitted.parts.embeddings is None:
        return [None] * len(items)
    users_Ud, items_Id = fitted.parts.embeddings
    score_nU = items_Id[fitted.items.rows(items)] @ users_Ud[:known].T
    best_nK = np.argsort(-score_nU, axis=1, kind="stable")[:, :k]
    return [
        [{"user": fitted.users.names[user], "score": float(scores[user])} for user in best]
        for scores, best in zip(score_nU, best_nK, strict=True)
    ]
