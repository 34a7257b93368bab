"""Users with their training items, recommendations and test items."""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting.lookup import TRAINED, digest, spread

HAD = 8  # training items shown of a user
LISTED = 10  # recommendations shown
COUNTED = 20  # ranks that hits are counted in: the longest lists of the headline metrics
TESTED = 6  # items of the test split shown, if no more of them are among the first ten
NOWHERE = 0  # stands for the rank of an item that is not in the list
COLUMNS = ("user", "had", "had_count", "recommended", "tested", "tested_count", "hits")


def users_document(
    splits: Table, user_index: Table, item_index: Table, recommendations: Table
) -> dict[str, Any]:
    """Users by activity, of those with training interactions.

    Args:
        splits: user_id, item_id, split.
        user_index: user_id, user.
        item_index: item_id, item.
        recommendations: user, item, rank; at most K a user.

    Returns:
        `total` of such users; `counted` = min(20, K); and of those of `spread` the columns
        `COLUMNS`, as `describe_user` gives them.
    """
    known = trained_users(splits, user_index)
    frame = spread(known, Columns.USER, TRAINED)[[Columns.USER_ID, Columns.USER]]
    users, chosen = frame[Columns.USER].tolist(), ibis.memtable(frame)
    theirs = splits.join(chosen, Columns.USER_ID).join(item_index, Columns.ITEM_ID)
    kinds: dict[str, dict[str, list[str]]] = {split.value: {} for split in Split}
    held = theirs.select(Columns.USER, Columns.ITEM, Columns.SPLIT).to_pyarrow().to_pylist()
    for row in held:
        kinds[row[Columns.SPLIT]].setdefault(row[Columns.USER], []).append(row[Columns.ITEM])
    lists = _lists(recommendations, chosen)
    longest = int(recommendations[Columns.RANK].max().to_pyarrow().as_py() or 0)
    train, test = kinds[Split.TRAIN.value], kinds[Split.TEST.value]
    rows = [describe_user(u, train.get(u, ()), test.get(u, ()), lists.get(u, {})) for u in users]
    return {
        "total": int(known.count().to_pyarrow().as_py()),
        "counted": min(COUNTED, longest),
        **{name: [row[name] for row in rows] for name in COLUMNS},
    }


def trained_users(splits: Table, user_index: Table) -> Table:
    """Users with training interactions: user_id, user, `trained`."""
    train = splits.filter(splits[Columns.SPLIT] == Split.TRAIN.value)
    counts = train.group_by(Columns.USER_ID).aggregate(**{TRAINED: train.count()})
    return counts.join(user_index, Columns.USER_ID)


def describe_user(
    user: str, had: Sequence[str], tested: Sequence[str], ranks: Mapping[str, int]
) -> dict[str, Any]:
    """A row of `users_document`.

    Args:
        user: id as in the source.
        had: training items.
        tested: items of the test split.
        ranks: recommended item -> rank, best first.

    Returns:
        `user`; `had`, eight items by the SHA-256 of their ids, of `had_count`; `recommended`, the
        first ten; `tested`: of `tested_count` those of the best ranks as pairs of item and rank
        (0: not in the list), six, or as many as are among the first ten; `hits`: how many of all
        are among the first twenty.
    """
    pairs = [(item, ranks.get(item, NOWHERE)) for item in sorted(tested, key=digest)]
    best_first = sorted(pairs, key=lambda pair: pair[1] or len(ranks) + 1)
    shown = max(TESTED, sum(0 < rank <= LISTED for _, rank in pairs))
    return {
        "user": user,
        "had": sorted(had, key=digest)[:HAD],
        "had_count": len(had),
        "recommended": list(ranks)[:LISTED],
        "tested": best_first[:shown],
        "tested_count": len(tested),
        "hits": sum(0 < rank <= COUNTED for _, rank in pairs),
    }


def _lists(recommendations: Table, users: Table) -> dict[str, dict[str, int]]:
    """User -> item -> rank, best first."""
    theirs = recommendations.semi_join(users, Columns.USER)
    chosen = theirs.order_by(Columns.USER, Columns.RANK)
    lists: dict[str, dict[str, int]] = {}
    for row in chosen.select(Columns.USER, Columns.ITEM, Columns.RANK).to_pyarrow().to_pylist():
        lists.setdefault(row[Columns.USER], {})[row[Columns.ITEM]] = int(row[Columns.RANK])
    return lists
