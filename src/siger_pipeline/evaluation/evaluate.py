"""The evaluation of any recommender by its scores: lists, metrics, groups.

Shape suffixes: U users, I items, n users with training data, K list length.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy import sparse

from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.beyond import beyond_accuracy
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.counts import TrainingCounts
from siger_pipeline.evaluation.groups import group_table
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import UserMetrics, accuracy
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import Scorer

NAMED = 5  # users, in a message
Metrics = dict[str, dict[str, float]]
"""Split -> metric -> value."""


@dataclass(frozen=True)
class RankedLists:
    """Top-K lists of users: indices [n], items [n, K] (−1 for an empty rank), scores [n, K]."""

    users: np.ndarray
    items: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class EvaluationResult:
    """Metrics of all users, of groups and of each user, and the recommendations of a recommender.

    Attributes:
        metrics: accuracy and beyond accuracy on validation and on test.
        users: split -> accuracy of each user, whose means are those of `metrics`.
        groups: accuracy by user activity and item popularity, one row per metric.
        lists: recommendations for each user with training data, masked as at test.
    """

    metrics: Metrics
    users: dict[str, UserMetrics]
    groups: pd.DataFrame
    lists: RankedLists


def evaluate_recommender(
    scorer: Scorer,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
    *,
    device: torch.device | str = "cpu",
) -> EvaluationResult:
    """Rank all items for every user with training data, and measure validation and test.

    Args:
        scorer: user indices on ``device`` -> scores of all items.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths, mask, memory bound.
        device: where the scorer expects the user indices.

    Returns:
        Metrics are averages over the users with training data and a held-out item in the split.

    Raises:
        InputError: a score that is not finite, or a split without any such user.
    """
    train = matrices[Split.TRAIN]
    tested = _ranked(scorer, train, seen_at_test(matrices, config), config, device)
    validated = tested
    if config.mask != "train":
        validated = _ranked(scorer, train, train, config, device)
    return measured(validated, tested, matrices, config)


def validation_metrics(
    scorer: Scorer,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
    *,
    device: torch.device | str = "cpu",
) -> dict[str, float]:
    """The accuracy of `evaluate_recommender` on the validation split; test is not looked at.

    Args:
        scorer: user indices on ``device`` -> scores of all items.
        matrices: interactions of the training and the validation split, CSR [U, I].
        config: list lengths, memory bound.
        device: where the scorer expects the user indices.

    Raises:
        InputError: a score that is not finite, or no user to validate with.
    """
    train = matrices[Split.TRAIN]
    lists = _ranked(scorer, train, train, config, device)
    hits = hits_of_split(Split.VALIDATION, lists, matrices[Split.VALIDATION])
    return accuracy(hits, config.ks).means()


def measured(
    validated: RankedLists,
    tested: RankedLists,
    matrices: Mapping[Split, sparse.csr_matrix],
    config: EvaluateConfig,
) -> EvaluationResult:
    """The metrics of lists.

    Args:
        validated: lists of the users with training data, masked as at validation.
        tested: the same, masked as at test.
        matrices: interactions of each split, CSR [U, I].
        config: list lengths.

    Raises:
        InputError: a split without a user of the lists.
    """
    training = TrainingCounts.of(matrices[Split.TRAIN])
    metrics, users, groups = {}, {}, []
    for split, lists in ((Split.VALIDATION, validated), (Split.TEST, tested)):
        hits = hits_of_split(split, lists, matrices[split])
        beyond = beyond_accuracy(hits, training, config.ks)
        users[split.value] = accuracy(hits, config.ks)
        metrics[split.value] = users[split.value].means() | beyond
        groups.append(group_table(split.value, hits, training, config.ks))
    return EvaluationResult(metrics, users, pd.concat(groups, ignore_index=True), tested)


def users_to_rank(train: sparse.csr_matrix) -> np.ndarray:
    """The users with training data, int64 [n]."""
    return np.flatnonzero(np.diff(train.indptr))


def seen_at_test(
    matrices: Mapping[Split, sparse.csr_matrix], config: EvaluateConfig
) -> sparse.csr_matrix:
    """What is masked at test, CSR [U, I]; at validation it is the training interactions."""
    if config.mask == "train":
        return matrices[Split.TRAIN]
    return sparse.csr_matrix(matrices[Split.TRAIN] + matrices[Split.VALIDATION])


def hits_of_split(split: Split, lists: RankedLists, held_out: sparse.csr_matrix) -> Hits:
    """The lists beside the held-out items of a split: what all metrics of it are computed from.

    Args:
        split: for the message.
        lists: of the users with training data.
        held_out: interactions of the split, CSR [U, I].

    Raises:
        InputError: no user of the lists has a held-out item.
    """
    hits = Hits.of(lists.items, held_out[lists.users], lists.users)
    if not len(hits.users):
        raise InputError(
            f"the {split} split holds no interaction of a user with training data, so there is "
            "nothing to measure; widen split.ratios or choose another split.strategy (published "
            "takes the splits of the source: in MMRec's files, x_label 1 is validation, 2 is test)"
        )
    return hits


def recommendation_table(
    lists: RankedLists, user_names: np.ndarray, item_names: np.ndarray
) -> pd.DataFrame:
    """The lists as a table, one row per recommendation, best first; empty ranks are left out.

    Args:
        lists: users and items by index.
        user_names: ids as in the source, [U].
        item_names: ids as in the source, [I].

    Returns:
        user, item (text), rank (from 1, int32), score (float32).
    """
    row, position = np.nonzero(lists.items >= 0)
    return pd.DataFrame(
        {
            Columns.USER: user_names[lists.users[row]],
            Columns.ITEM: item_names[lists.items[row, position]],
            Columns.RANK: (position + 1).astype(np.int32),
            Columns.SCORE: lists.scores[row, position],
        }
    )


def short_lists(lists: RankedLists, user_names: np.ndarray) -> str | None:
    """A sentence on the lists that are shorter than top_k; None where all are full.

    Args:
        lists: of all users with training data.
        user_names: ids as in the source, [U].
    """
    lengths = np.count_nonzero(lists.items >= 0, axis=1)
    short, empty = (lengths < lists.items.shape[1]).sum(), lists.users[lengths == 0]
    if not short:
        return None
    named = ", ".join(user_names[empty[:NAMED]]) + (", …" if len(empty) > NAMED else "")
    none = f" {len(empty)} are empty, of users with every item ({named})." if len(empty) else ""
    return (
        f"Users with fewer than top_k = {lists.items.shape[1]} items left to be recommended: "
        f"{short} of {len(lengths)}. Their lists are shorter.{none}"
    )


def _ranked(
    scorer: Scorer,
    train: sparse.csr_matrix,
    seen: sparse.csr_matrix,
    config: EvaluateConfig,
    device: torch.device | str,
) -> RankedLists:
    users = users_to_rank(train)
    items, scores = rank(
        scorer, users, seen, config.top_k, block_mib=config.block_mib, device=device
    )
    return RankedLists(users, items, scores)
