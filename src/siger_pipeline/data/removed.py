"""Remarks on what the steps of ingest removed, and on missing metadata."""

import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.remarks import LARGE, SURPRISING, Remark, level_of

SIZES = (Columns.USERS, Columns.ITEMS, Columns.INTERACTIONS)


def repeated_pairs(read: int, unique: int, same: int) -> list[Remark]:
    """On interactions that repeat a pair of user and item.

    Args:
        read: interactions.
        unique: one per pair.
        same: how many of them repeat all values of an interaction.
    """
    text = (
        f"{read - unique:,} of {read:,} interactions repeat a user and item ({same:,} of them word"
        " for word): the earliest counts."
    )
    return [Remark(text, level_of((read - unique) / read, LARGE))]


def outside_core(
    before: pd.DataFrame, passes: pd.DataFrame, k: int, *, on_training: bool = False
) -> list[Remark]:
    """On what the k-core removed, as a whole and by pass.

    Args:
        before: rows of counts, the last of them before the k-core.
        passes: of `k_core` or `core_of_training`, a row a pass.
        k: of the k-core.
        on_training: whether training interactions alone count.
    """
    whole, left = before.iloc[-1], passes.iloc[-1]
    removed = {size: int(whole[size] - left[size]) for size in SIZES}
    if not removed[Columns.INTERACTIONS]:
        return []
    sizes = ", ".join(f"{count:,} of {whole[size]:,} {size}" for size, count in removed.items())
    by_pass = ", ".join(f"{count:,}" for count in passes[Columns.REMOVED] if count)
    core = f"{k}-core of training" if on_training else f"{k}-core"
    text = f"{core}: removed {sizes} (ingest.k_core = {k}); interactions by pass: {by_pass}."
    largest = max(count / whole[size] for size, count in removed.items())
    return [Remark(text, level_of(largest, LARGE))]


def untrained_users(before: pd.DataFrame, after: pd.DataFrame) -> list[Remark]:
    """On users without a training interaction, who were removed from validation and test.

    Args:
        before: rows of counts, the last of them before the split.
        after: of `count_trained`.
    """
    if after.empty:
        return []
    whole, left = before.iloc[-1], after.iloc[-1]
    users, rows = (int(whole[size] - left[size]) for size in (Columns.USERS, Columns.INTERACTIONS))
    text = (
        f"{users:,} of {whole[Columns.USERS]:,} users have no training interaction: they leave"
        f" validation and test with {rows:,} interactions (split.untrained_users = leave)."
    )
    return [Remark(text, level_of(users / whole[Columns.USERS], SURPRISING))]


def metadata_coverage(unknown: int, unused: int, total: int) -> list[Remark]:
    """On items without metadata, and on metadata of items that are not in the catalogue.

    Args:
        unknown: items of the catalogue without metadata.
        unused: items with metadata that are not in the catalogue.
        total: items of the catalogue.
    """
    parts = []
    if unknown:
        parts.append(f"{unknown:,} of {total:,} items ({unknown / total:.2%}) have no metadata")
    if unused:
        parts.append(f"the metadata of {unused:,} items outside the catalogue are not used")
    text = "; ".join(parts)
    level = level_of(unknown / total, SURPRISING)
    return [Remark(f"{text[0].upper()}{text[1:]}.", level)] if parts else []
