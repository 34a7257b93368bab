"""Nodes of the ingest stage."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from siger_pipeline.data.config import SplitConfig, needs_time
from siger_pipeline.data.schema import Columns
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.remarks import log_all

if TYPE_CHECKING:
    from siger_pipeline.data.checks import BadLines

LOG = logging.getLogger(__name__)


def read_amazon_interactions(
    reviews: Table, max_bad_share: float, strategy: str
) -> tuple[Table, DataFrame]:
    """Reviews as interactions, one per pair, and their counts."""
    from siger_pipeline.data.sources.amazon import read_interactions

    return _one_per_pair(*read_interactions(reviews, max_bad_share, needs_time(strategy)))


def read_amazon_items(metadata: Table, max_bad_share: float) -> Table:
    """Metadata as items."""
    from siger_pipeline.data.sources.amazon import read_items

    items, report = read_items(metadata, max_bad_share)
    _warn(report)
    return items


def read_microlens_interactions(sequences: Table, max_bad_share: float) -> tuple[Table, DataFrame]:
    """Sequences as interactions, one per pair, and their counts."""
    from siger_pipeline.data.sources.microlens import read_interactions

    return _one_per_pair(*read_interactions(sequences, max_bad_share))


def read_microlens_items(titles: Table, max_bad_share: float) -> Table:
    """Titles as items."""
    from siger_pipeline.data.sources.microlens import read_items

    items, report = read_items(titles, max_bad_share)
    _warn(report)
    return items


def read_mmrec_interactions(
    inter: Table, items: Table, user_mapping: Table, strategy: str
) -> tuple[Table, DataFrame]:
    """Numbered interactions with the source's ids, one per pair, and their counts."""
    from siger_pipeline.data.sources.mmrec import read_interactions, read_users, user_file_remark

    if remark := user_file_remark(user_mapping):
        LOG.info("%s.", remark)
    users = read_users(user_mapping)
    return _one_per_pair(*read_interactions(inter, items, users, strategy))


def read_mmrec_items(mapping: Table, inter: Table, item_columns: dict[str, str]) -> Table:
    """The item file, or the numbered items where there is none."""
    from siger_pipeline.data.sources.mmrec import item_file_remark, read_items

    if remark := item_file_remark(mapping, item_columns):
        LOG.info("%s.", remark)
    return read_items(mapping, inter, item_columns)


def keep_k_core(interactions: Table, read_counts: Table, k_core: int) -> tuple[Table, DataFrame]:
    """Interactions of users and items that have enough of them, and the counts so far."""
    import pandas as pd

    from siger_pipeline.data import kcore
    from siger_pipeline.data.removed import outside_core

    core, passes = kcore.k_core(interactions, k_core)
    before = read_counts.to_pandas()
    log_all(LOG, outside_core(before, passes, k_core))
    return core, pd.concat([before, passes], ignore_index=True)


def index_users(core: Table) -> Table:
    """A number for each user."""
    from siger_pipeline.data.index import user_index

    return user_index(core)


def index_items(core: Table, items: Table, k_core: int) -> Table:
    """A number for each item of the catalogue."""
    from siger_pipeline.data.index import catalogue, item_index

    return item_index(catalogue(core, items, k_core))


def split_interactions(
    core: Table,
    core_counts: Table,
    user_index: Table,
    item_index: Table,
    settings: SplitConfig,
    items: Table,
) -> tuple[Table, DataFrame]:
    """Numbered interactions with their split, and the counts of the whole stage."""
    from siger_pipeline.data.index import index_splits
    from siger_pipeline.data.split import assign, without_untrained
    from siger_pipeline.data.totals import stage_counts

    labelled = assign(core, settings)
    kept = without_untrained(labelled, settings)
    counts, remarks = stage_counts(core_counts.to_pandas(), labelled, kept, item_index, items)
    log_all(LOG, remarks)
    return index_splits(kept, user_index, item_index), counts


def arrange_splits(splits: Table, user_index: Table, item_index: Table) -> csr_matrix:
    """The splits as one matrix [U, I]: what later stages need without a table being read."""
    from siger_pipeline.data.matrix import split_matrix
    from siger_pipeline.data.saturated import users_with_every_item

    sizes = (int(index.count().to_pyarrow().as_py()) for index in (user_index, item_index))
    matrix = split_matrix(splits, *sizes)
    if found := users_with_every_item(matrix, user_index):
        LOG.warning(found)
    return matrix


def _one_per_pair(rows: Table, report: BadLines) -> tuple[Table, DataFrame]:
    from siger_pipeline.data.counts import count_reading
    from siger_pipeline.data.pairs import one_per_pair, repeats
    from siger_pipeline.data.removed import repeated_pairs

    _warn(report)
    # Kept, since it is counted and then saved: ordering the rows takes longest.
    interactions = one_per_pair(rows).cache()
    counts = count_reading(rows, interactions, report.bad)
    if counts[Columns.REMOVED].iloc[-1]:
        log_all(LOG, repeated_pairs(counts, same=repeats(rows)[1]))
    return interactions, counts


def _warn(report: BadLines) -> None:
    if report.bad:
        LOG.warning("%s. They are left out.", report)
    if report.noted:
        told = "%s: %d lines have a value that cannot be read and that nothing needs: %s."
        LOG.warning(told, report.file, report.noted, "; ".join(report.notes))
