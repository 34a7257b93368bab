"""Eight users: their training items, recommendations and test items."""

from collections.abc import Iterable, Mapping
from typing import Any

from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting.examples import TRAINED, digest, spread

HAD = 8  # training items shown of a user
LISTED = 10  # recommendations shown
COUNTED = 20  # ranks that hits are counted in: the longest lists of the headline metrics
TESTED = 6  # items of the test split shown
HELD_OUT = "held_out"


def example_users(
    splits: Table, user_index: Table, item_index: Table, recommendations: Table
) -> list[dict[str, Any]]:
    """Users at eight quantiles of activity, of those with training and test interactions.

    Args:
        splits: user_id, item_id, split.
        user_index: user_id, user.
        item_index: item_id, item.
        recommendations: user, item, rank; at most K a user.

    Returns:
        For each: `user`; `had` (items, by the SHA-256 of their ids) of `had_count` training items;
        `recommended`, the first ten: item, rank, hit (whether it is in the user's test split);
        `tested`, of `tested_count` test items those of the best ranks: item, rank (None: not
        recommended at all), hit (whether its rank is at most `counted` = min(20, length of the
        list)); `hits`, of all test items.
    """
    chosen = spread(eligible_users(splits, user_index), Columns.USER, TRAINED)
    members = chosen.select(Columns.USER_ID, Columns.USER).to_pyarrow().to_pylist()
    theirs = splits.filter(splits[Columns.USER_ID].isin([m[Columns.USER_ID] for m in members]))
    rows = theirs.join(item_index, Columns.ITEM_ID).to_pyarrow().to_pylist()
    users = [member[Columns.USER] for member in members]
    lists = recommendations.filter(recommendations[Columns.USER].isin(users))
    listed = lists.order_by(Columns.RANK).to_pyarrow().to_pylist()
    return [
        describe_user(
            member[Columns.USER],
            [row for row in rows if row[Columns.USER_ID] == member[Columns.USER_ID]],
            [row for row in listed if row[Columns.USER] == member[Columns.USER]],
        )
        for member in members
    ]


def eligible_users(splits: Table, user_index: Table) -> Table:
    """Users with training interactions and some at test: user_id, user, `trained`, `held_out`."""
    of = splits[Columns.SPLIT]
    counts = splits.group_by(Columns.USER_ID).aggregate(
        **{
            TRAINED: (of == Split.TRAIN.value).sum(),
            HELD_OUT: (of == Split.TEST.value).sum(),
        }
    )
    both = counts.filter((counts[TRAINED] > 0) & (counts[HELD_OUT] > 0))
    return both.join(user_index, Columns.USER_ID)


def describe_user(
    user: str, interactions: Iterable[Mapping[str, Any]], listed: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """One row of `example_users`.

    Args:
        user: id as in the source.
        interactions: of the user: item, split.
        listed: the user's recommendations, best first: item, rank.
    """
    had, tested = (_items_of(interactions, split) for split in (Split.TRAIN, Split.TEST))
    ranks = {row[Columns.ITEM]: int(row[Columns.RANK]) for row in listed}
    counted = min(COUNTED, len(ranks))
    best_first = sorted(tested, key=lambda item: ranks.get(item, len(ranks) + 1))
    return {
        "user": user,
        "had": had[:HAD],
        "had_count": len(had),
        "recommended": [
            {"item": item, "rank": rank, "hit": item in tested}
            for item, rank in list(ranks.items())[:LISTED]
        ],
        "tested": [
            {"item": item, "rank": ranks.get(item), "hit": ranks.get(item, counted + 1) <= counted}
            for item in best_first[:TESTED]
        ],
        "tested_count": len(tested),
        "counted": counted,
        "hits": sum(ranks.get(item, counted + 1) <= counted for item in tested),
    }


def _items_of(interactions: Iterable[Mapping[str, Any]], split: Split) -> list[str]:
    items = [row[Columns.ITEM] for row in interactions if row[Columns.SPLIT] == split.value]
    return sorted(items, key=digest)
