"""At which ranks held-out items stand in the lists of their users."""

from typing import Any

from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns, Split


def held_out_ranks(
    splits: Table, user_index: Table, item_index: Table, recommendations: Table, mask: str
) -> dict[str, Any]:
    """How many held-out items stand at each rank, of users with training interactions.

    Args:
        splits: user_id, item_id, split.
        user_index: user_id, user.
        item_index: item_id, item.
        recommendations: user, item, rank; the first K of each user, masked as at test.
        mask: `evaluate.mask`: where validation items are masked at test, they are in no list, and
            nothing is said of them.

    Returns:
        `top_k`, and `splits`: for test, and validation if it is not masked, `items` (held-out items
        in all) and `found`, [K]: those at rank 1, 2, … K. The rest is not among the first K.
    """
    trained = splits.filter(splits[Columns.SPLIT] == Split.TRAIN.value)
    held = splits.semi_join(trained, Columns.USER_ID).join(user_index, Columns.USER_ID)
    named = held.join(item_index, Columns.ITEM_ID).select(*(Columns.USER, Columns.ITEM, "split"))
    top_k = int(recommendations[Columns.RANK].max().to_pyarrow().as_py() or 0)
    shown = (Split.TEST,) if mask != "train" else (Split.TEST, Split.VALIDATION)
    counts = {
        split.value: _of_split(named.filter(named["split"] == split.value), recommendations, top_k)
        for split in shown
    }
    return {"top_k": top_k, "splits": {s: of for s, of in counts.items() if of["items"]}}


def _of_split(held: Table, recommendations: Table, top_k: int) -> dict[str, Any]:
    found = held.join(recommendations, [Columns.USER, Columns.ITEM])
    at_rank = found.group_by(Columns.RANK).aggregate(items=found.count()).to_pyarrow().to_pylist()
    counts = {int(row[Columns.RANK]): int(row["items"]) for row in at_rank}
    return {
        "items": int(held.count().to_pyarrow().as_py()),
        "found": [counts.get(rank, 0) for rank in range(1, top_k + 1)],
    }
