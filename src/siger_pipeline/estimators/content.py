"""Features that a caller brings along: arrays by item number, or rows by item id.

Shapes: I items of the catalogue, n rows that are given, d dimensions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.estimators.frames import as_pandas, ids_of, is_frame, positions
from siger_pipeline.features.align import require_numeric, with_missing
from siger_pipeline.features.config import MODALITY_NAME, Missing
from siger_pipeline.features.extractors.matrix import pick_rows
from siger_pipeline.features.fill import filled
from siger_pipeline.graphs.recipe import Features
from siger_pipeline.remarks import log_all, without_features

LOG = logging.getLogger(__name__)
BLOCK_MIB = 64.0  # of rows that are converted at once


@dataclass(frozen=True)
class Content:
    """Features of a modality as they are given.

    Attributes:
        name: of the modality.
        rows: numbers, [n, d].
        ids: of the item of each row, text, [n]; None where row n is item n.
    """

    name: str
    rows: np.ndarray
    ids: np.ndarray | None = None


def contents_of(given: Any) -> dict[str, Content]:
    """The features of each modality, in the order of their names.

    Args:
        given: name of a modality -> array [I, d], row n for item n; or a frame or series that is
            indexed by item id; or a pair of ids [n] and array [n, d]. None: no features.

    Raises:
        InputError: none of these, a name that is none, or an item id that occurs twice.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(
            f"features: found {type(given).__name__}, wanted is a dict from the name of a modality "
            'to its features, such as {"text": array}'
        )
    for name in given:
        if not (isinstance(name, str) and MODALITY_NAME.fullmatch(name)):
            raise InputError(
                f"features: the name of a modality is small letters, digits and _, found {name!r}"
            )
    return {name: _content(name, given[name]) for name in sorted(given)}


def aligned(
    content: Content, items: np.ndarray, how: Missing, interactions: sparse.csr_matrix
) -> Features:
    """Row n of the features is item n of the catalogue; zero and missing where none is given.

    Args:
        content: as given.
        items: ids, [I].
        how: what items without features get.
        interactions: R, training interactions, CSR [U, I].

    Raises:
        InputError: another number of rows than items, or values that are not finite.
    """
    what = f"features of {content.name!r}"
    require_numeric(content.rows, what)
    if content.ids is None and len(content.rows) != len(items):
        raise InputError(
            f"{what} have {len(content.rows)} rows, and the interactions {len(items)} items: row n "
            "for item n is wanted"
        )
    rows = np.arange(len(items)) if content.ids is None else positions(items, content.ids)
    there = rows >= 0
    matrix = np.zeros((len(items), content.rows.shape[1]), dtype=np.float32)
    if there.any():
        matrix[there] = pick_rows(content.rows, rows[there], what, BLOCK_MIB)[0]
    matrix, missing = with_missing(matrix)
    without, zero = int((~there).sum()), int((missing & there).sum())
    reasons = {"without a row": without, "with a row of zeros": zero}
    matrix, missing, remarks = filled(matrix, missing, how, interactions, content.name)
    log_all(LOG, [*without_features(f"{content.name} features", reasons, len(items)), *remarks])
    return Features(matrix, missing)


def _content(name: str, given: Any) -> Content:
    what = f"features of {name!r}"
    if isinstance(given, tuple) and len(given) == 2:
        ids, rows = ids_of(given[0], what), np.asarray(given[1])
    elif isinstance(given, pd.Series):
        ids, rows = ids_of(given.index, what), _stacked(given, what)
    elif is_frame(given):
        ids, rows = _indexed(given, what)
    elif isinstance(given, np.ndarray):
        return Content(name, given)
    else:
        raise InputError(
            f"{what}: found {type(given).__name__}, wanted is an array [items, dimensions], a data "
            "frame or series that is indexed by item id, or a pair (ids, array)"
        )
    if len(ids) != len(rows):
        raise InputError(f"{what}: {len(ids)} ids and {len(rows)} rows, wanted are as many")
    repeated = pd.Series(ids).duplicated().to_numpy()
    if repeated.any():
        raise InputError(f"{what}: item {ids[repeated][0]!r} occurs twice, wanted is one row each")
    return Content(name, rows, ids)


def _indexed(given: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    frame, own = as_pandas(given), isinstance(given, pd.DataFrame)
    if Columns.ITEM in frame.columns:
        frame = frame.set_index(Columns.ITEM)
    elif not own:  # such as Polars', which has no index
        raise InputError(f"{what}: a frame without an index needs a column {Columns.ITEM!r}")
    return ids_of(frame.index, what), frame.to_numpy()


def _stacked(series: pd.Series, what: str) -> np.ndarray:
    try:
        return np.stack([np.asarray(row, dtype=np.float64) for row in series])
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what}: the series must hold a vector of numbers for each item, all of one length "
            f"({error})"
        ) from error
