"""Whether a split leaks: checked on the tables that later stages get, however they came about."""

from typing import Any

from ibis.expr.types import IntegerScalar, Table

from siger_pipeline.data.config import Strategy, needs_time
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.errors import InputError

NUMBERS = [Columns.USER_ID, Columns.ITEM_ID]
PAIR = [Columns.USER, Columns.ITEM]
PARTS = [split.value for split in Split]
REMEDY = "The tables are not those that one run has made: run the ingest stage again."


class LeakageError(InputError):
    """A part of a split knows of another what it must not."""


def checked_splits(
    splits: Table, core: Table, users: Table, items: Table, strategy: str, trained: int
) -> dict[str, Any]:
    """What was checked of a split, as JSON has values.

    Args:
        splits: user_id, item_id, split.
        core: user, item, timestamp.
        users: user_id, user.
        items: item_id, item.
        strategy: of the split.
        trained: training interactions that every user and item must have; 0: any number.

    Returns:
        `strategy`; `checked`: rules that hold; `cut`: as of `require_order`.

    Raises:
        LeakageError: a rule does not hold.
    """
    require_one_part(splits)
    rules = ["no pair of a user and an item in two parts"]
    cut = require_order(splits, core, users, items, Strategy(strategy))
    if needs_time(strategy):
        rules.append("no interaction later than one of a later part")
    if trained:
        require_trained(splits, trained)
        rules.append(f"{trained} training interactions of every user and item")
    return {"strategy": strategy, "checked": rules, "cut": cut}


def require_one_part(splits: Table) -> None:
    """Refuse a pair of a user and an item that stands in two parts, or twice in one.

    Args:
        splits: user_id, item_id, split.

    Raises:
        LeakageError: it names the first.
    """
    twice = splits.group_by(NUMBERS).aggregate(
        rows=splits.count(), first=splits[Columns.SPLIT].min(), last=splits[Columns.SPLIT].max()
    )
    torn = twice.filter(twice["rows"] > 1).cache()
    count = torn.count().to_pyarrow().as_py()
    if not count:
        return
    pair = torn.order_by(NUMBERS).limit(1).to_pyarrow().to_pylist()[0]
    raise LeakageError(
        f"splits has {count:,} pairs of a user and an item more than once, the first of them"
        f" user_id {pair[Columns.USER_ID]}, item_id {pair[Columns.ITEM_ID]} in {pair['first']} and"
        f" {pair['last']}: a pair belongs to one part. {REMEDY}"
    )


def require_order(
    splits: Table, core: Table, users: Table, items: Table, strategy: Strategy
) -> dict[str, Any]:
    """Refuse a split in time where a part has an interaction after the first of a later part.

    Equal times may stand in two parts. Compared are all interactions for `temporal_global`, else
    those of each user.

    Args:
        splits: user_id, item_id, split.
        core: user, item, timestamp.
        users: user_id, user.
        items: item_id, item.
        strategy: of the split.

    Returns:
        The first time in validation and in test, of a split that is global in time; else nothing.

    Raises:
        LeakageError: it names the parts, their times and the user; or an interaction has no time.
    """
    if not needs_time(strategy):
        return {}
    timed = splits.join(users, Columns.USER_ID).join(items, Columns.ITEM_ID)
    timed = timed.join(core.select(*PAIR, Columns.TIMESTAMP), PAIR)
    timed = timed.select(Columns.USER, Columns.SPLIT, Columns.TIMESTAMP)
    by_user = strategy is not Strategy.TEMPORAL_GLOBAL
    groups = timed.group_by(Columns.USER) if by_user else timed
    ends = groups.aggregate(**_ends(timed)).cache()
    rows, found = (int(n.to_pyarrow().as_py() or 0) for n in (splits.count(), ends["rows"].sum()))
    if rows != found:
        raise LeakageError(
            f"splits has {rows:,} interactions, of which {found:,} stand in core_interactions with"
            f" a time. {REMEDY}"
        )
    _require_later(ends, strategy)
    if by_user:
        return {}
    only = ends.to_pyarrow().to_pylist()[0]
    return {part: only[f"first_{part}"] for part in PARTS[1:]}


def require_trained(splits: Table, k: int) -> None:
    """Refuse users and items with fewer than k training interactions.

    Args:
        splits: user_id, item_id, split.
        k: of a k-core of the training interactions.

    Raises:
        LeakageError: it names the first, and how many there are.
    """
    for key in NUMBERS:
        trained = splits[Columns.SPLIT] == Split.TRAIN.value
        degrees = splits.group_by(key).aggregate(degree=splits.count(where=trained))
        few = degrees.filter(degrees["degree"] < k).order_by(key)
        count = few.count().to_pyarrow().as_py()
        if count:
            first = few.limit(1).to_pyarrow().to_pylist()[0]
            raise LeakageError(
                f"ingest.kcore_on is train, and {count:,} rows of {key} have fewer than {k}"
                f" training interactions, the first of them {first[key]} with {first['degree']}."
                f" {REMEDY}"
            )


def _ends(timed: Table) -> dict[str, IntegerScalar]:
    time, split = timed[Columns.TIMESTAMP], timed[Columns.SPLIT]
    firsts = {f"first_{part}": time.min(where=split == part) for part in PARTS}
    lasts = {f"last_{part}": time.max(where=split == part) for part in PARTS}
    return {**firsts, **lasts, "rows": time.count()}


def _require_later(ends: Table, strategy: Strategy) -> None:
    for early, late in ((0, 1), (0, 2), (1, 2)):
        before, after = PARTS[early], PARTS[late]
        wrong = ends.filter(ends[f"last_{before}"] > ends[f"first_{after}"])
        rows = wrong.order_by(wrong.columns[0]).limit(1).to_pyarrow().to_pylist()
        if rows:
            whose = f" of user {rows[0][Columns.USER]!r}" if Columns.USER in ends.columns else ""
            raise LeakageError(
                f"split.strategy is {strategy.value}, and {before} has an interaction{whose} at"
                f" time {rows[0][f'last_{before}']}, after the first of {after} at"
                f" {rows[0][f'first_{after}']}. {REMEDY}"
            )
