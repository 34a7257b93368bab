"""Nodes of the ingest stage."""

from __future__ import annotations

import logging
from typing import Any

from siger_pipeline.data.config import SplitConfig
from siger_pipeline.data.schema import Columns
from siger_pipeline.pipelines.types import DataFrame, Table, csr_matrix
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def read_interactions(source: str, **inputs: Any) -> tuple[Table, DataFrame]:
    """Interactions, one per pair, and their counts; the inputs are as the source asks for them."""
    from siger_pipeline.data.conformity import require_ids, require_layout
    from siger_pipeline.data.counts import count_reading
    from siger_pipeline.data.layout import INTERACTION_TYPES
    from siger_pipeline.data.pairs import one_per_pair, repeats
    from siger_pipeline.data.removed import repeated_pairs
    from siger_pipeline.data.source import load_source

    returned = load_source(source).read_interactions(**inputs)
    read = require_layout(returned, INTERACTION_TYPES, source)
    log_all(LOG, read.remarks)
    # Computed once, since it is counted and then saved: ordering the rows takes longest.
    interactions = one_per_pair(read.rows).cache()
    require_ids(interactions, source)
    counts = count_reading(read.rows, interactions, read.bad_lines)
    if counts[Columns.REMOVED].iloc[-1]:
        log_all(LOG, repeated_pairs(counts, same=repeats(read.rows)[1]))
    return interactions, counts


def read_items(source: str, **inputs: Any) -> Table:
    """Items; the inputs are as the source asks for them."""
    from siger_pipeline.data.conformity import require_layout
    from siger_pipeline.data.layout import ITEM_TYPES
    from siger_pipeline.data.source import load_source

    read = require_layout(load_source(source).read_items(**inputs), ITEM_TYPES, source)
    log_all(LOG, read.remarks)
    return read.rows


def keep_k_core(
    interactions: Table, read_counts: Table, k_core: int, expect: dict[str, int] | None = None
) -> tuple[Table, DataFrame]:
    """Interactions of users and items that have enough of them, and the counts so far."""
    import pandas as pd

    from siger_pipeline.data import kcore
    from siger_pipeline.data.expected import require_sizes
    from siger_pipeline.data.removed import outside_core

    core, passes = kcore.k_core(interactions, k_core)
    require_sizes(passes, expect)
    before = read_counts.to_pandas()
    log_all(LOG, outside_core(before, passes, k_core))
    return core, pd.concat([before, passes], ignore_index=True)


def index_users(core: Table) -> Table:
    """A number for each user."""
    from siger_pipeline.data.index import user_index

    return user_index(core)


def index_items(core: Table, items: Table, k_core: int) -> Table:
    """A number for each item of the catalogue."""
    from siger_pipeline.data.conformity import require_one_row_an_item
    from siger_pipeline.data.index import catalogue, item_index

    require_one_row_an_item(items)
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
    from siger_pipeline.data.counts import count_warm
    from siger_pipeline.data.index import index_splits
    from siger_pipeline.data.split import assign, without_cold, without_untrained
    from siger_pipeline.data.totals import stage_counts

    assigned = assign(core, settings)
    labelled = without_cold(assigned, settings)
    trained = without_untrained(labelled, settings)
    so_far = count_warm(core_counts.to_pandas(), assigned, labelled, settings.cold_items)
    counts, remarks = stage_counts(so_far, labelled, trained, item_index, items)
    log_all(LOG, remarks)
    return index_splits(trained, user_index, item_index), counts


def arrange_splits(splits: Table, user_index: Table, item_index: Table) -> tuple[csr_matrix, ...]:
    """The splits as matrices [U, I], so that later stages read no table: training first."""
    from siger_pipeline.data.matrix import split_matrices
    from siger_pipeline.data.saturated import users_with_every_item

    sizes = (int(index.count().to_pyarrow().as_py()) for index in (user_index, item_index))
    matrices = tuple(split_matrices(splits, *sizes).values())
    log_all(LOG, users_with_every_item(matrices[0], user_index))
    return matrices
