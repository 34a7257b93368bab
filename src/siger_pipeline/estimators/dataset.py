"""What an estimator is fitted on: users and items numbered, interactions and features aligned.

Shapes: U users, I items, P pairs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.errors import InputError
from siger_pipeline.estimators.content import Content, aligned, contents_of
from siger_pipeline.estimators.frames import numbered, positions
from siger_pipeline.estimators.holdout import held_out
from siger_pipeline.estimators.interactions import Pairs, matrix_of, pairs_of
from siger_pipeline.estimators.titles import described_items
from siger_pipeline.features.config import Missing
from siger_pipeline.graphs.recipe import Features

LOG = logging.getLogger(__name__)
NUMBERED = "row u is user u, column i item i, as of the matrix that the estimator was fitted on"


@dataclass(frozen=True)
class FitData:
    """Matrices of numbered users and items.

    Attributes:
        users: ids, [U].
        items: `item`, the ids, and `title` where there are titles; [I] rows.
        train: interactions to learn from, CSR [U, I].
        validation: those that tell when to stop, CSR [U, I]; empty where nothing is to be told.
        features: of each modality, in the order of their names.
    """

    users: np.ndarray
    items: pd.DataFrame
    train: sparse.csr_matrix
    validation: sparse.csr_matrix
    features: Mapping[str, Features]


def fit_data(
    interactions: Any,
    features: Any,
    validation: Any,
    titles: Any,
    *,
    holds_out: bool,
    seed: int,
    missing: Missing,
) -> FitData:
    """What a caller gives, checked, numbered and aligned.

    Args:
        interactions: see `Estimator.fit`, as the next three.
        features: of each modality.
        validation: interactions, or None.
        titles: of items, or None.
        holds_out: whether some are held out where no validation is given.
        seed: of a random choice of those.
        missing: what items without features get.

    Raises:
        InputError: it names what does not fit.
    """
    trained, contents = pairs_of(interactions), contents_of(features)
    validated = None if validation is None else pairs_of(validation, "validation")
    if validated is not None and trained.shape != validated.shape:
        kinds = ["a data frame" if p.shape is None else str(p.shape) for p in (trained, validated)]
        raise InputError(
            f"interactions are {kinds[0]} and validation is {kinds[1]}: wanted are two data frames "
            "or two matrices of the same shape [users, items]"
        )
    users, items = _numbers(trained, validated, contents)
    described = described_items(items, titles)
    if validated is None and holds_out:
        trained, validated = held_out(trained, seed)
    train = _matrix(trained, users, items)
    content = {name: aligned(each, items, missing, train) for name, each in contents.items()}
    held = sparse.csr_matrix(train.shape, dtype=np.float32)
    if validated is not None:
        held = _held(validated, train, users, items)
    _check_apart(train, held, users, items)
    return FitData(users, described, train, held, content)


def known_pairs(given: Any, users: np.ndarray, items: np.ndarray, what: str) -> sparse.csr_matrix:
    """Interactions with the users and items of a recommender, CSR [U, I + n].

    The n further columns are items that it does not know. Users that it does not know are left out.

    Args:
        given: as of `Estimator.fit`.
        users: ids of the recommender, [U].
        items: likewise, [I].
        what: they are, for messages.

    Raises:
        InputError: not one pair of a user that it knows, or a matrix of another shape.
    """
    pairs = pairs_of(given, what)
    if pairs.shape is not None:
        _check_shape(pairs.shape, users, items, what)
    rows, columns = positions(pairs.users, users), positions(pairs.items, items)
    if (rows < 0).all():
        raise InputError(f"{what}: none of its users, such as {pairs.users[0]!r}, is known")
    if strange := len(set(pairs.users[rows < 0])):
        LOG.warning("%s: %s users are not known and are left out.", what, f"{strange:,}")
    further = numbered(pairs.items[columns < 0])
    if len(further):
        LOG.warning(
            "%s: %s items are not known, such as %r: none can be recommended, so each is a miss.",
            what,
            f"{len(further):,}",
            further[0],
        )
    columns = np.where(columns < 0, len(items) + positions(pairs.items, further), columns)
    there, shape = rows >= 0, (len(users), len(items) + len(further))
    return matrix_of(rows[there], columns[there], shape)


def _numbers(
    trained: Pairs, validated: Pairs | None, contents: Mapping[str, Content]
) -> tuple[np.ndarray, np.ndarray]:
    """Ids of users and of items: all that occur, or the rows and columns of the matrix."""
    if trained.shape is not None:
        users, items = (np.arange(n).astype(str).astype(object) for n in trained.shape)
        return users, items
    if plain := [name for name, content in contents.items() if content.ids is None]:
        raise InputError(
            f"features of {plain[0]!r} are an array, and the interactions a data frame: nothing "
            "says which row is which item. Give a pair (ids, array), or a data frame that is "
            "indexed by item id"
        )
    known = {*trained.items, *(() if validated is None else validated.items)}
    described = {item for each in contents.values() if each.ids is not None for item in each.ids}
    if further := described - known:
        LOG.info(
            "%s items have features and no interaction; they can be recommended, too.",
            f"{len(further):,}",
        )
    return numbered(trained.users), numbered(known | described)


def _matrix(pairs: Pairs, users: np.ndarray, items: np.ndarray) -> sparse.csr_matrix:
    rows, columns = positions(pairs.users, users), positions(pairs.items, items)
    return matrix_of(rows, columns, (len(users), len(items)))


def _held(
    validated: Pairs, train: sparse.csr_matrix, users: np.ndarray, items: np.ndarray
) -> sparse.csr_matrix:
    """The interactions of users who have some to learn from: others cannot be ranked for."""
    rows = positions(validated.users, users)
    known = (rows >= 0) & (np.diff(train.indptr)[rows] > 0)
    if not known.any():
        raise InputError(
            "validation: none of its users has an interaction to learn from, so that nothing would "
            "tell when to stop"
        )
    if strange := len(set(validated.users[~known])):
        LOG.warning(
            "validation: %s users have no interaction to learn from and are left out.",
            f"{strange:,}",
        )
    return matrix_of(rows[known], positions(validated.items[known], items), train.shape)


def _check_apart(
    train: sparse.csr_matrix, held: sparse.csr_matrix, users: np.ndarray, items: np.ndarray
) -> None:
    row, column = train.multiply(held).nonzero()
    if len(row):
        raise InputError(
            f"{len(row):,} pairs stand in interactions and in validation, such as user "
            f"{users[row[0]]!r} and item {items[column[0]]!r}: what is learned from cannot validate"
        )


def _check_shape(shape: tuple[int, int], users: np.ndarray, items: np.ndarray, what: str) -> None:
    numbers = all(np.array_equal(ids, np.arange(len(ids)).astype(str)) for ids in (users, items))
    if not numbers:
        raise InputError(
            f"{what} is a matrix, and the estimator was fitted on a data frame with ids: wanted is "
            "a data frame with columns user and item"
        )
    if shape != (len(users), len(items)):
        raise InputError(f"{what} has shape {shape}, wanted {(len(users), len(items))}: {NUMBERED}")
