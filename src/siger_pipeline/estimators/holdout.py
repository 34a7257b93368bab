"""Interactions held out for validation where a caller gives none."""

from __future__ import annotations

import logging

import ibis
import numpy as np
import pandas as pd

from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.split import assign
from siger_pipeline.errors import InputError
from siger_pipeline.estimators.interactions import Pairs

LOG = logging.getLogger(__name__)
SHARES = (0.9, 0.1, 0.0)  # train, validation, test


def held_out(pairs: Pairs, seed: int) -> tuple[Pairs, Pairs]:
    """The pairs to learn from and those that tell when to stop, a tenth of each user's.

    They are the user's latest where there are times, else random ones: `temporal_per_user` and
    `random_per_user` of `docs/protocol.md`. A user with fewer than three has none held out.

    Args:
        pairs: all interactions.
        seed: of the random choice, and of ties in time.

    Raises:
        InputError: no user has three.
    """
    timed = pairs.times is not None
    strategy = Strategy.TEMPORAL_PER_USER if timed else Strategy.RANDOM_PER_USER
    settings = SplitConfig(strategy=strategy, ratios=SHARES, seed=seed, untrained_users="leave")
    validates = _labels(pairs, settings) == Split.VALIDATION.value
    if not validates.any():
        raise InputError(
            "no user has the three interactions of which one could be held out, so that nothing "
            "would tell when to stop: give validation=…, or more interactions"
        )
    LOG.info(
        "%s of %s interactions are held out to tell when to stop: a tenth of each user's, %s. "
        "validation=… takes your own.",
        f"{validates.sum():,}",
        f"{len(validates):,}",
        "the latest" if timed else "chosen at random",
    )
    return _some(pairs, ~validates), _some(pairs, validates)


def _labels(pairs: Pairs, settings: SplitConfig) -> np.ndarray:
    """The split of each pair, [P]."""
    frame = pd.DataFrame({Columns.USER: pairs.users, Columns.ITEM: pairs.items})
    if pairs.times is not None:
        frame[Columns.TIMESTAMP] = pairs.times
    connection = ibis.duckdb.connect()
    try:
        labelled = assign(connection.create_table("interactions", frame), settings).to_pandas()
    finally:
        connection.disconnect()
    on = [Columns.USER, Columns.ITEM]
    joined = frame[on].merge(labelled, on=on, how="left", validate="one_to_one")
    return joined[Columns.SPLIT].to_numpy(dtype=object)


def _some(pairs: Pairs, chosen: np.ndarray) -> Pairs:
    times = None if pairs.times is None else pairs.times[chosen]
    return Pairs(pairs.users[chosen], pairs.items[chosen], times, pairs.shape)
