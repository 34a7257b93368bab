"""Nodes of the ingest stage."""

from __future__ import annotations

import logging
from typing import Any

from siger_pipeline.data.config import SplitConfig
from siger_pipeline.pipelines.types import DataFrame, Table
from siger_pipeline.remarks import log_all

LOG = logging.getLogger(__name__)


def read_interactions(source: str, **inputs: Any) -> tuple[Table, DataFrame]:
    """Interactions as read, and their count; the inputs are as the source asks for them."""
    from siger_pipeline.data.conformity import require_ids, require_layout
    from siger_pipeline.data.counts import count_reading
    from siger_pipeline.data.layout import INTERACTION_TYPES
    from siger_pipeline.data.source import load_source

    returned = load_source(source).read_interactions(**inputs)
    read = require_layout(returned, INTERACTION_TYPES, source)
    log_all(LOG, read.remarks)
    require_ids(read.rows, source)
    # The order of all columns is one: which of equal rows comes first is seen by nobody.
    return read.rows.order_by(read.rows.columns), count_reading(read.rows, read.bad_lines)


def clean_interactions(
    raw_interactions: Table,
    read_counts: Table,
    min_rating: float | None,
    since: str | None,
    until: str | None,
) -> tuple[Table, DataFrame]:
    """Interactions within the thresholds, one per pair, and the counts so far."""
    from siger_pipeline.data.cleaning import cleaned
    from siger_pipeline.data.thresholds import Thresholds
    from siger_pipeline.datasets.engine import on_engine

    thresholds = Thresholds(min_rating, since, until)
    (rows,) = on_engine(raw_interactions)
    interactions, counts, remarks = cleaned(rows, thresholds, read_counts.to_pandas())
    log_all(LOG, remarks)
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
    interactions: Table,
    clean_counts: Table,
    k: int,
    expect: dict[str, int] | None = None,
    settings: SplitConfig | None = None,
) -> tuple[Table, DataFrame]:
    """Interactions of users and items that have enough of them, and the counts so far.

    With `settings` of the split, those of training count, and `split` of the result is its label.
    """
    import pandas as pd

    from siger_pipeline.data.expected import require_sizes
    from siger_pipeline.data.kcore import core_of_training, k_core
    from siger_pipeline.data.removed import outside_core
    from siger_pipeline.data.split import with_split
    from siger_pipeline.datasets.engine import on_engine

    (rows,) = on_engine(interactions)
    on_training = settings is not None
    core, steps = core_of_training(with_split(rows, settings), k) if settings else k_core(rows, k)
    require_sizes(steps, expect)
    before = clean_counts.to_pandas()
    log_all(LOG, outside_core(before, steps, k, on_training=on_training))
    return core, pd.concat([before, steps], ignore_index=True)


def index_users(core: Table) -> Table:
    """A number for each user."""
    from siger_pipeline.data.index import user_index
    from siger_pipeline.datasets.engine import on_engine

    (core,) = on_engine(core)
    return user_index(core)


def index_items(core: Table, items: Table, k_core: int) -> Table:
    """A number for each item of the catalogue."""
    from siger_pipeline.data.conformity import require_one_row_an_item
    from siger_pipeline.data.index import catalogue, item_index
    from siger_pipeline.datasets.engine import on_engine

    require_one_row_an_item(items)
    core, described = on_engine(core, items)
    return item_index(catalogue(core, described, k_core))


def split_interactions(
    core: Table,
    core_counts: Table,
    user_index: Table,
    item_index: Table,
    settings: SplitConfig,
    items: Table,
    kcore_on: str = "all",
) -> tuple[Table, DataFrame]:
    """Numbered interactions with their split, and the counts of the whole stage."""
    from siger_pipeline.data.counts import count_warm
    from siger_pipeline.data.index import index_splits
    from siger_pipeline.data.split import assign, without_cold, without_untrained
    from siger_pipeline.data.totals import stage_counts
    from siger_pipeline.datasets.engine import on_engine

    core, users, catalogue, described = on_engine(core, user_index, item_index, items)
    assigned = assign(core, settings, given=kcore_on == "train")
    labelled = without_cold(assigned, settings)
    trained = without_untrained(labelled, settings)
    so_far = count_warm(core_counts.to_pandas(), assigned, labelled, settings.cold_items)
    counts, remarks = stage_counts(so_far, labelled, trained, catalogue, described)
    log_all(LOG, remarks)
    return index_splits(trained, users, catalogue), counts


def arrange_splits(
    splits: Table,
    user_index: Table,
    item_index: Table,
    core: Table,
    k: int,
    kcore_on: str,
    strategy: str,
    cold_items: float,
) -> tuple[Any, ...]:
    """The splits as matrices [U, I], training first, and what was checked of them.

    Later stages read no table of interactions: a split that leaks ends the run here.
    """
    from siger_pipeline.data.fingerprint import split_fingerprint
    from siger_pipeline.data.leakage import checked_splits
    from siger_pipeline.data.saturated import users_with_every_item
    from siger_pipeline.data.schema import Split
    from siger_pipeline.datasets.engine import on_engine
    from siger_pipeline.pipelines.ingest.matrices import matrices_of

    trained = k if kcore_on == "train" and not cold_items else 0
    rows, core, users, items = on_engine(splits, core, user_index, item_index)
    checked = checked_splits(rows, core, users, items, strategy, trained)
    sizes = (int(index.count().to_pyarrow().as_py()) for index in (user_index, item_index))
    matrices = matrices_of(splits, *sizes)
    log_all(LOG, users_with_every_item(matrices[Split.TRAIN], user_index))
    return *matrices.values(), {**checked, "split": split_fingerprint(matrices)}
