"""The counts of the whole ingest stage, and remarks on its last steps."""

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.counts import count_splits, count_trained, count_unknown
from siger_pipeline.data.index import unknown_items
from siger_pipeline.data.removed import metadata_coverage, untrained_users
from siger_pipeline.data.schema import Columns
from siger_pipeline.remarks import Remark


def stage_counts(
    so_far: pd.DataFrame, labelled: Table, trained: Table, item_index: Table, items: Table
) -> tuple[pd.DataFrame, list[Remark]]:
    """The counts of all steps, and remarks on untrained users and on items without metadata.

    Args:
        so_far: counts up to the k-core.
        labelled: columns user, item, split.
        trained: the same, without the users who have no training interaction.
        item_index: column item, the catalogue.
        items: column item, those with metadata.
    """
    splits = count_splits(labelled, trained)
    of_trained = count_trained(trained, int(splits[Columns.REMOVED].sum()))
    unknown = unknown_items(item_index, items)
    without, total, known = (_rows(table) for table in (unknown, item_index, items))
    counts = [so_far, of_trained, splits, count_unknown(trained, unknown, without)]
    remarks = [
        *untrained_users(so_far, of_trained),
        *metadata_coverage(without, known - (total - without), total),
    ]
    return pd.concat(counts, ignore_index=True), remarks


def _rows(table: Table) -> int:
    return int(table.count().to_pyarrow().as_py())
