"""MMRec's published split, laid over reviews by the ids of users and items."""

import logging

from ibis.expr.types import Table

from siger_pipeline.data.numbered.interactions import read_numbered
from siger_pipeline.data.numbered.names import read_items, read_users
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import Remark

PAIR = [Columns.USER, Columns.ITEM]
ASIN = {Columns.ITEM: "asin"}


def with_published_split(
    reviews: Read, inter: Table, item_file: Table, user_file: Table, max_bad_share: float
) -> Read:
    """The reviews whose pair of user and item is in the published split, with its labels.

    Args:
        reviews: as `read_reviews` gives them.
        inter: raw columns userID, itemID, x_label.
        item_file: raw columns asin, itemID.
        user_file: raw columns user_id, userID.
        max_bad_share: largest tolerated share of pairs that only one of both has.

    Raises:
        InputError: more pairs are in one of both alone; as of `read_numbered`.
    """
    items = read_items(item_file, inter, ASIN)
    users, of_users = read_users(user_file)
    published = read_numbered(inter, items.rows, users)
    labels = published.rows.select(*PAIR, Columns.SPLIT).distinct().cache()
    pairs = reviews.rows.select(*PAIR).distinct().cache()
    remark = _unmatched(pairs, labels, max_bad_share)
    rows = reviews.rows.drop(Columns.SPLIT).join(labels, PAIR)
    remarks = [*reviews.remarks, *items.remarks, *of_users, *published.remarks, *remark]
    return Read(rows.select(*reviews.rows.columns), reviews.bad_lines, remarks)


def _unmatched(pairs: Table, labels: Table, max_bad_share: float) -> list[Remark]:
    """On pairs that only one of both has.

    Raises:
        InputError: they are more than tolerated.
    """
    reviewed, published = (int(table.count().to_pyarrow().as_py()) for table in (pairs, labels))
    both = int(pairs.semi_join(labels, PAIR).count().to_pyarrow().as_py())
    if both == reviewed == published:
        return []
    text = (
        f"The published split: {published - both:,} of its {published:,} pairs of a user and an"
        f" item are in no review, and {reviewed - both:,} of {reviewed:,} reviewed pairs are not in"
        " it"
    )
    share = max(1 - both / published, 1 - both / reviewed)
    if share > max_bad_share or not both:
        raise InputError(
            f"{text}; at most {max_bad_share:.2%} may be (ingest.max_bad_share). Take the files of"
            " the same category and year, and the mapping files that belong to the .inter file."
        )
    return [Remark(f"{text}: these are left out.", logging.WARNING)]
