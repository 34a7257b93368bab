"""Lists in which some items only can stand, against loops."""

import numpy as np
import pytest
import torch

from evaluation.test_cold import COLD, ITEMS, USERS, Splits, made_matrices
from reference.ranking_metrics import mean_metrics
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.cold import with_cold_items
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender
from siger_pipeline.evaluation.listed import evaluate_listed

LISTED = np.array([i not in {0, 4, 7, 9} for i in range(ITEMS)])  # two of these are cold


@pytest.fixture
def table() -> torch.Tensor:
    scores = np.random.default_rng(8).normal(size=(USERS, ITEMS)).round(1).astype(np.float32)
    return torch.from_numpy(scores)


@pytest.mark.parametrize("mask", ["train", "train+validation"])
def test_an_item_that_cannot_be_listed_is_a_miss(mask: str, table: torch.Tensor) -> None:
    matrices: Splits = made_matrices()
    config = EvaluateConfig(ks=(2, 5), top_k=7, mask=mask, block_mib=1)
    result = evaluate_listed(table.__getitem__, LISTED, matrices, config)
    groups = with_cold_items(result, table.__getitem__, matrices, config, listed_I=LISTED)
    train, validation, test = (matrices[each].toarray() > 0 for each in Split)
    seen = train | validation if mask != "train" else train

    def wanted(held: np.ndarray, hidden: np.ndarray, among: set[int], of: set[int]) -> object:
        users = [u for u in range(USERS) if any(held[u, i] for i in of)]
        lists = []
        for u in users:
            left = [i for i in sorted(among) if LISTED[i] and not hidden[u, i]]
            ranked = sorted(left, key=lambda i: (-float(table[u, i]), i))[:7]
            lists.append([*ranked, *[-1] * (7 - len(ranked))])
        return mean_metrics(lists, [{i for i in of if held[u, i]} for u in users], [2, 5])

    everything = set(range(ITEMS))
    for split, held, hidden in (("validation", validation, train), ("test", test, seen)):
        found = wanted(held, hidden, everything, everything)
        assert result.metrics[split] | found == pytest.approx(result.metrics[split])
    for group, among in (("among all", everything), ("among cold", COLD)):
        rows = groups[(groups["group_by"] == "cold_items") & (groups["group"] == group)]
        found = dict(zip(rows["metric"], rows["value"], strict=True))
        assert found == pytest.approx(wanted(test, seen, among, COLD))


def test_where_all_can_be_listed_it_is_the_evaluation_of_any_model(table: torch.Tensor) -> None:
    matrices, config = (
        made_matrices(),
        EvaluateConfig(mask="train", ks=(2, 5), top_k=7, block_mib=1),
    )
    found = evaluate_listed(table.__getitem__, np.ones(ITEMS, dtype=bool), matrices, config)
    whole = evaluate_recommender(table.__getitem__, matrices, config)
    assert found.metrics == whole.metrics
    np.testing.assert_array_equal(found.lists.items, whole.lists.items)
