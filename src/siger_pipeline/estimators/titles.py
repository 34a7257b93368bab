"""Titles that a caller brings along, by item id."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.estimators.frames import ids_of, positions

LOG = logging.getLogger(__name__)


def described_items(items: np.ndarray, titles: Any) -> pd.DataFrame:
    """The items, with their titles where a caller brings some: item, title (None without one).

    Args:
        items: ids, [I].
        titles: item id -> title, a dict or a series; None: no titles.

    Raises:
        InputError: neither of these; an id that occurs twice; a title that is no text; or titles of
            other items alone.
    """
    table = pd.DataFrame({Columns.ITEM: items})
    if titles is None:
        return table
    if not isinstance(titles, dict | pd.Series):
        raise InputError(
            f"titles: found {type(titles).__name__}, wanted is a dict or a series from item id to "
            "title"
        )
    given = pd.Series(titles, dtype=object)
    ids, texts = ids_of(given.index, "titles"), given.where(given.notna(), None).to_numpy()
    _check(ids, texts)
    rows = positions(items, ids)
    if (rows < 0).all():
        raise InputError(
            f"titles: {ids[0]!r} and all others are ids of no item of the interactions, such as "
            f"{items[0]!r}"
        )
    if unused := int((positions(ids, items) < 0).sum()):
        LOG.info("titles: %s are of items that do not occur.", f"{unused:,}")
    shown: np.ndarray = np.where(rows < 0, np.array([None]), texts[rows])
    return table.assign(**{Columns.TITLE: shown})


def _check(ids: np.ndarray, texts: np.ndarray) -> None:
    repeated = pd.Series(ids).duplicated().to_numpy()
    if repeated.any():
        raise InputError(f"titles: item {ids[repeated][0]!r} occurs twice, wanted is one title")
    for item, text in zip(ids, texts, strict=True):
        if text is not None and not isinstance(text, str):
            raise InputError(f"titles: item {item!r} has {text!r}, wanted is a text")
