"""Cold items among all and among cold ones, against loops."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from reference.ranking_metrics import mean_metrics
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.cold import with_cold_items
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender

USERS, ITEMS = 30, 24
COLD = set(range(0, ITEMS, 4))


Splits = dict[Split, sparse.csr_matrix]


def made_matrices() -> Splits:
    rng = np.random.default_rng(5)
    split = rng.choice(4, (USERS, ITEMS), p=[0.4, 0.3, 0.15, 0.15])
    split[:, list(COLD)] = np.where(split[:, list(COLD)] == 1, 0, split[:, list(COLD)])
    split[:, 1] = 1  # every user has a training interaction
    return {
        each: sparse.csr_matrix((split == code).astype(np.float32))
        for code, each in enumerate(Split, start=1)
    }


@pytest.fixture
def matrices() -> Splits:
    return made_matrices()


@pytest.mark.parametrize("mask", ["train", "train+validation"])
def test_what_is_held_out_of_cold_items(
    matrices: dict[Split, sparse.csr_matrix], mask: str
) -> None:
    scores = np.random.default_rng(6).normal(size=(USERS, ITEMS)).round(1).astype(np.float32)
    table = torch.from_numpy(scores)
    config = EvaluateConfig(ks=(2, 5), top_k=7, mask=mask, block_mib=1)

    def scorer(users: torch.Tensor) -> torch.Tensor:
        return table[users]

    result = evaluate_recommender(scorer, matrices, config)
    groups = with_cold_items(result, scorer, matrices, config)
    assert groups.iloc[: len(result.groups)].equals(result.groups)
    seen, held = matrices[Split.TRAIN].toarray(), matrices[Split.TEST].toarray()
    if mask != "train":
        seen = seen + matrices[Split.VALIDATION].toarray()
    for group, candidates in (("among all", set(range(ITEMS))), ("among cold", COLD)):
        users = [u for u in range(USERS) if any(held[u, i] for i in COLD)]
        lists = []
        for u in users:
            left = [i for i in sorted(candidates) if not seen[u, i]]
            ranked = sorted(left, key=lambda i: (-scores[u, i], i))[:7]
            lists.append([*ranked, *[-1] * (7 - len(ranked))])
        wanted = [{i for i in COLD if held[u, i]} for u in users]
        rows = groups[(groups["group_by"] == "cold_items") & (groups["group"] == group)]
        found = dict(zip(rows["metric"], rows["value"], strict=True))
        assert found == pytest.approx(mean_metrics(lists, wanted, [2, 5]))
        assert set(rows["users"]) == {len(users)}
        assert set(rows["split"]) == {"test"}


def test_no_cold_item_held_out(matrices: dict[Split, sparse.csr_matrix]) -> None:
    warm = {**matrices, Split.TEST: matrices[Split.TRAIN]}
    config = EvaluateConfig(ks=(2,), top_k=2, mask="train", block_mib=1)

    def scorer(users: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(users), ITEMS)

    result = evaluate_recommender(scorer, warm, config)
    groups = with_cold_items(result, scorer, warm, config)
    pd.testing.assert_frame_equal(groups, result.groups)
