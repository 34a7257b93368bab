from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import (
    evaluate_recommender,
    hits_of_split,
    recommendation_table,
)
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import accuracy

USERS, ITEMS = 30, 40
ACCURACY = ("recall", "ndcg", "precision", "map")
BEYOND = ("coverage", "novelty", "gini")
Matrices = dict[Split, sparse.csr_matrix]


def config(**changes: object) -> EvaluateConfig:
    values = {"ks": (5, 10), "top_k": 12, "mask": "train", "block_mib": 1.0}
    return EvaluateConfig.model_validate({**values, **changes})


@pytest.fixture
def matrices() -> Matrices:
    rng = np.random.default_rng(5)
    part = np.where(rng.random((USERS, ITEMS)) < 0.35, rng.integers(1, 4, (USERS, ITEMS)), 0)
    part[:, 0], part[:, 1], part[:, 2] = 1, 2, 3
    part[7] = 0  # a user without anything
    return {
        split: sparse.csr_matrix((part == number).astype(np.float32))
        for number, split in enumerate(Split, start=1)
    }


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(6).permutation(USERS * ITEMS).reshape(USERS, ITEMS) * 1.0


def scorer(scores: np.ndarray) -> Callable[[torch.Tensor], torch.Tensor]:
    table = torch.from_numpy(scores)
    return lambda users: table[users]


def dense(matrices: Mapping[Split, sparse.csr_matrix], split: Split) -> np.ndarray:
    return np.asarray(matrices[split].toarray())


def test_metrics_hold_accuracy_and_beyond_for_both_splits(
    matrices: Matrices, scores: np.ndarray
) -> None:
    result = evaluate_recommender(scorer(scores), matrices, config())
    names = {f"{name}@{k}" for name in ACCURACY + BEYOND for k in (5, 10)}
    assert set(result.metrics) == {"validation", "test"}
    for figures in result.metrics.values():
        assert set(figures) == names
        assert all(type(value) is float for value in figures.values())
    assert set(result.groups["split"]) == {"validation", "test"}


def test_a_recommender_that_knows_the_test_items_is_perfect_there(matrices: Matrices) -> None:
    result = evaluate_recommender(scorer(dense(matrices, Split.TEST)), matrices, config(ks=(12,)))
    assert result.metrics["test"]["recall@12"] == 1.0
    assert result.metrics["test"]["ndcg@12"] == 1.0
    test_groups = result.groups[result.groups["split"] == "test"]
    assert (test_groups.loc[test_groups["metric"] == "recall@12", "value"] == 1.0).all()


def test_the_mask_of_the_test_leaves_validation_alone(
    matrices: Matrices, scores: np.ndarray
) -> None:
    loose = evaluate_recommender(scorer(scores), matrices, config())
    strict = evaluate_recommender(scorer(scores), matrices, config(mask="train+validation"))
    assert strict.metrics["validation"] == loose.metrics["validation"]
    assert strict.metrics["test"] != loose.metrics["test"]
    validation = dense(matrices, Split.VALIDATION)
    train = dense(matrices, Split.TRAIN)
    rows = loose.lists.users[:, None]
    assert not train[rows, loose.lists.items].any()
    assert validation[rows, loose.lists.items].any()
    assert not validation[rows, strict.lists.items].any()


def test_lists_are_made_for_every_user_with_training_data(
    matrices: Matrices, scores: np.ndarray
) -> None:
    held_out = dense(matrices, Split.TEST)
    held_out[3] = 0
    matrices[Split.TEST] = sparse.csr_matrix(held_out)
    result = evaluate_recommender(scorer(scores), matrices, config())
    assert result.lists.users.tolist() == [u for u in range(USERS) if u != 7]
    assert result.lists.items.shape == (USERS - 1, 12)
    tested = result.groups[
        (result.groups["split"] == "test")
        & (result.groups["group_by"] == "user_activity")
        & (result.groups["metric"] == "recall@5")
    ]
    assert tested["users"].sum() == USERS - 2


def test_relabelling_users_and_items_changes_no_metric(
    matrices: Matrices, scores: np.ndarray
) -> None:
    rng = np.random.default_rng(7)
    users, items = rng.permutation(USERS), rng.permutation(ITEMS)
    renamed = {split: matrix[users][:, items].tocsr() for split, matrix in matrices.items()}
    before = evaluate_recommender(scorer(scores), matrices, config())
    after = evaluate_recommender(scorer(scores[users][:, items]), renamed, config())
    for split, figures in before.metrics.items():
        assert after.metrics[split] == pytest.approx(figures, rel=1e-12)
    assert after.groups["value"].tolist() == pytest.approx(before.groups["value"].tolist())


def test_lists_are_compared_with_each_split_once(
    matrices: Matrices, scores: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    compare = Hits.of

    def counting(*arguments: object) -> Hits:
        compared.append(1)
        return compare(*arguments)

    monkeypatch.setattr(Hits, "of", counting)
    evaluate_recommender(scorer(scores), matrices, config())
    assert len(compared) == 2


def test_the_metrics_of_each_user_average_to_those_of_the_split(
    matrices: Matrices, scores: np.ndarray
) -> None:
    result = evaluate_recommender(scorer(scores), matrices, config())
    hits = hits_of_split(Split.TEST, result.lists, matrices[Split.TEST])
    of_users = accuracy(hits, (5, 10))
    assert of_users.users.tolist() == [u for u in range(USERS) if u != 7]
    assert of_users.means().items() <= result.metrics["test"].items()


def test_a_split_without_anything_to_measure_is_named(
    matrices: Matrices, scores: np.ndarray
) -> None:
    matrices[Split.TEST] = sparse.csr_matrix(np.zeros((USERS, ITEMS), dtype=np.float32))
    with pytest.raises(InputError, match="the test split holds no interaction"):
        evaluate_recommender(scorer(scores), matrices, config())


def test_recommendations_bear_source_ids_best_first(matrices: Matrices, scores: np.ndarray) -> None:
    lists = evaluate_recommender(scorer(scores), matrices, config(ks=(5,), top_k=38)).lists
    user_names = np.array([f"u{n}" for n in range(USERS)], dtype=object)
    item_names = np.array([f"i{n}" for n in range(ITEMS)], dtype=object)
    table = recommendation_table(lists, user_names, item_names)
    assert list(table.columns) == ["user", "item", "rank", "score"]
    assert table["score"].dtype == np.float32
    assert "u7" not in set(table["user"])
    train = dense(matrices, Split.TRAIN)
    for name, rows in table.groupby("user"):
        user = int(str(name)[1:])
        unseen = [i for i in np.argsort(-scores[user]) if not train[user, i]][:38]
        assert rows["item"].tolist() == [f"i{i}" for i in unseen]
        assert rows["rank"].tolist() == list(range(1, len(unseen) + 1))
        assert rows["score"].tolist() == scores[user, unseen].tolist()
