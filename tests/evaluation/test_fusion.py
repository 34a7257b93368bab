"""Fusion and calibration: against loops, and where the result is known."""

import pickle
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.candidates import Candidates, candidates, standardised
from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.evaluation.documents import (
    calibration_choice,
    calibration_document,
    fusion_choice,
    fusion_document,
)
from siger_pipeline.evaluation.evaluate import EvaluationResult, evaluate_recommender
from siger_pipeline.evaluation.fusion import Choice, best_first, choose, fuse, ranked
from siger_pipeline.evaluation.scores import ScoreError

USERS, ITEMS, TOP = 30, 40, 20
Matrices = dict[Split, sparse.csr_matrix]
Scorer = Callable[[torch.Tensor], torch.Tensor]


def evaluate(**changes: object) -> EvaluateConfig:
    values = {"ks": (5, 10), "top_k": 12, "mask": "train", "block_mib": 0.01}
    return EvaluateConfig.model_validate({**values, **changes})


def fusion(**changes: object) -> FusionConfig:
    values = {"top": TOP, "weights": (0, 0.3, 1.0, 2.5), "monitor": "recall@5"}
    return FusionConfig.model_validate({**values, **changes})


@pytest.fixture
def matrices() -> Matrices:
    rng = np.random.default_rng(5)
    part = np.where(rng.random((USERS, ITEMS)) < 0.35, rng.integers(1, 4, (USERS, ITEMS)), 0)
    part[:, 0], part[:, 1], part[:, 2] = 1, 2, 3
    part[7] = 0  # a user without anything
    part[8, 10:] = 1  # a user with fewer unseen items than there are candidates
    return {
        split: sparse.csr_matrix((part == number).astype(np.float32))
        for number, split in enumerate(Split, start=1)
    }


def scores(seed: int) -> np.ndarray:
    drawn: np.ndarray = np.random.default_rng(seed).normal(size=(USERS, ITEMS))
    return drawn.astype(np.float32)


def scorer(table: np.ndarray) -> Scorer:
    return lambda users: torch.from_numpy(table)[users]


def scorers(*tables: np.ndarray) -> dict[str, Scorer]:
    return {f"model {n}": scorer(table) for n, table in enumerate(tables)}


def chosen(tables: dict[str, Scorer], matrices: Matrices, **changes: object) -> Choice:
    """What is chosen without the test split."""
    known = {split: matrices[split] for split in (Split.TRAIN, Split.VALIDATION)}
    return choose(tables, known, fusion(**changes), block_mib=0.01)


def fused(
    tables: dict[str, Scorer], matrices: Matrices, config: EvaluateConfig, **changes: object
) -> EvaluationResult:
    """What is measured under the chosen weights."""
    weights = chosen(tables, matrices, **changes).weights
    return fuse(tables, weights, matrices, config, fusion(**changes))


def by_loops(
    tables: list[np.ndarray], weights: list[float], seen: np.ndarray, top: int, k: int
) -> dict[int, list[int]]:
    """The lists of the formula, a user at a time, in float64."""
    lists = {}
    for user in range(USERS):
        unseen = [item for item in range(ITEMS) if not seen[user, item]]
        best = sorted(unseen, key=lambda item: (-tables[0][user, item], item))[:top]
        totals = dict.fromkeys(best, 0.0)
        for table, weight in zip(tables, weights, strict=True):
            values = [float(table[user, item]) for item in best]
            mean = sum(values) / max(1, len(values))
            variance = sum((value - mean) ** 2 for value in values) / max(1, len(values))
            for item, value in zip(best, values, strict=True):
                totals[item] += weight * (value - mean) / variance**0.5 if variance else 0.0
        lists[user] = sorted(best, key=lambda item: -totals[item])[:k]
    return lists


def without_padding(items: np.ndarray) -> list[list[int]]:
    return [[item for item in row if item >= 0] for row in items.tolist()]


@pytest.mark.parametrize("mask", ["train", "train+validation"])
def test_lists_and_weights_are_those_of_a_slow_reference(matrices: Matrices, mask: str) -> None:
    tables, config = [scores(1), scores(2), scores(3)], fusion()
    found = chosen(scorers(*tables), matrices)
    measured = fused(scorers(*tables), matrices, evaluate(mask=mask))
    train, held_out = (matrices[split].toarray() > 0 for split in (Split.TRAIN, Split.VALIDATION))

    def recall(weights: tuple[float, ...]) -> float:
        lists = by_loops(tables, [1.0, *weights], train, TOP, 5)
        users = [u for u in range(USERS) if held_out[u].any() and train[u].any()]
        shares = (held_out[u, lists[u]].sum() / held_out[u].sum() for u in users)
        return sum(shares) / len(users)

    for weights, value in found.tried.items():
        assert value == pytest.approx(recall(weights), abs=1e-12)
    assert recall(found.weights) == pytest.approx(max(found.tried.values()))
    beside = [(w, found.weights[1]) for w in config.weights]
    beside += [(found.weights[0], w) for w in config.weights]
    assert found.tried[found.weights] == max(found.tried[weights] for weights in beside)
    seen = train if mask == "train" else train | held_out
    wanted = by_loops(tables, [1.0, *found.weights], seen, TOP, 12)
    lists = measured.lists
    assert without_padding(lists.items) == [wanted[u] for u in lists.users]
    assert lists.users.tolist() == [u for u in range(USERS) if u != 7]


def test_with_one_further_model_every_weight_is_tried_in_order(matrices: Matrices) -> None:
    found = chosen(scorers(scores(1), scores(2)), matrices)
    assert list(found.tried) == [(0.0,), (0.3,), (1.0,), (2.5,)]
    assert found.weights == max(found.tried, key=lambda weights: found.tried[weights])


def test_weight_0_leaves_lists_and_metrics_as_they_are(matrices: Matrices) -> None:
    table = np.round(scores(1) * 2)  # many equal scores
    alone = evaluate_recommender(scorer(table), matrices, evaluate())
    found = fused(scorers(table, scores(2)), matrices, evaluate(), weights=(0,))
    assert np.array_equal(found.lists.items, alone.lists.items)
    assert found.metrics == alone.metrics


@pytest.mark.parametrize("constant", [0.0, 0.1, -3e38])
def test_a_model_without_an_opinion_changes_nothing(matrices: Matrices, constant: float) -> None:
    table = np.round(scores(1) * 2)
    # Of each user a constant of its own.
    constants = np.broadcast_to(constant * np.linspace(0, 1, USERS)[:, None], (USERS, ITEMS))
    among = candidates(
        scorers(table, constants.astype(np.float32)),
        matrices[Split.TRAIN],
        matrices[Split.TRAIN],
        TOP,
        block_mib=1,
        device="cpu",
    )
    assert not among.standardised[1].any()
    alone = evaluate_recommender(scorer(table), matrices, evaluate()).lists.items
    assert np.array_equal(ranked(among, (1.5,), 12).items, alone)


def test_weights_are_chosen_without_the_test_split(matrices: Matrices) -> None:
    """A corrector that knows the test items, and one that knows those of validation."""
    test, validation = (matrices[s].toarray() for s in (Split.TEST, Split.VALIDATION))
    knows_test = chosen(scorers(scores(1), test), matrices)
    knows = chosen(scorers(scores(1), validation), matrices)
    assert (knows_test.weights, knows.weights) == ((0.0,), (2.5,))
    assert knows_test.tried[(2.5,)] < knows_test.tried[(0.0,)]


def test_the_best_by_validation_come_first(matrices: Matrices) -> None:
    validation = matrices[Split.VALIDATION].toarray()
    known = {split: matrices[split] for split in (Split.TRAIN, Split.VALIDATION)}
    tables = scorers(scores(1), validation, scores(2), validation)
    values = [
        evaluate_recommender(each, matrices, evaluate()).metrics["validation"]["recall@5"]
        for each in tables.values()
    ]
    wanted = sorted(range(4), key=lambda n: -values[n])
    assert wanted[:2] == [1, 3]
    ordered = best_first(tables, known, fusion(), block_mib=0.01)
    assert list(ordered) == [f"model {n}" for n in wanted]


def test_of_equal_sums_the_first_models_order_counts_then_the_smaller_index() -> None:
    z = np.array([[1.0, 0.0, 0.0, -1.0]], dtype=np.float32)
    among = Candidates(np.array([0]), np.array([[6, 2, 9, 4]]), [z, -z])
    assert ranked(among, (1.0,), 4).items.tolist() == [[6, 2, 9, 4]]


def test_only_candidates_are_ranked(matrices: Matrices) -> None:
    table, other = scores(1), scores(2)
    few = fused(scorers(table, other), matrices, evaluate(), top=12)
    alone = evaluate_recommender(scorer(table), matrices, evaluate()).lists
    assert np.array_equal(np.sort(few.lists.items), np.sort(alone.items))


def test_standardised_rows_leave_empty_ranks_out() -> None:
    rows = np.array([[3, 1, -np.inf], [5, 5, 5], [-np.inf] * 3], dtype=np.float32)
    assert standardised(rows, 1).tolist() == [[1, -1, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, -1e300])
@pytest.mark.parametrize("whose", [0, 1])
def test_a_score_that_is_not_finite_is_named(matrices: Matrices, whose: int, value: float) -> None:
    """Beyond float32, in which scores are compared, a score would count for an empty rank."""
    tables = [scores(1).astype(np.float64), scores(2).astype(np.float64)]
    tables[whose][3, 4] = value
    found = str(np.float64(np.sign(value) * np.inf))
    with pytest.raises(
        ScoreError, match=f"^model {whose}: the score of user 3 for item 4 is {found}, and a finite"
    ):
        chosen(scorers(*tables), matrices)


def test_a_user_with_one_candidate_or_none_keeps_them(matrices: Matrices) -> None:
    train = matrices[Split.TRAIN].toarray()
    train[3], train[4] = 1, 1
    train[3, 7] = 0
    matrices[Split.TRAIN] = sparse.csr_matrix(train)
    found = fused(scorers(scores(1), scores(2)), matrices, evaluate(), weights=(0, 2.5))
    lists = dict(zip(found.lists.users.tolist(), without_padding(found.lists.items), strict=True))
    assert (lists[3], lists[4]) == ([7], [])
    assert np.isfinite(found.lists.scores[found.lists.items >= 0]).all()


def test_a_validation_split_without_anything_is_named(matrices: Matrices) -> None:
    matrices[Split.VALIDATION] = sparse.csr_matrix((USERS, ITEMS), dtype=np.float32)
    with pytest.raises(InputError, match="the validation split holds no interaction"):
        chosen(scorers(scores(1), scores(2)), matrices)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": (0.1, 0.2)}, "begin with 0"),
        ({"weights": (0, 0.2, 0.2)}, "increase"),
        ({"weights": ()}, "at least 1"),
        ({"weights": (0, 1e300)}, "less than or equal to 1000000"),  # beyond float32: NaN
        ({"top": 0}, "greater than 0"),
        ({"monitor": "coverage@20"}, "match pattern"),
    ],
)
def test_settings_that_cannot_be(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fusion(**changes)


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"top": 11}, "top", "evaluate.top_k = 12"),
        ({"monitor": "recall@20"}, "monitor", "evaluate.ks = [5, 10]"),
    ],
)
def test_settings_that_do_not_fit_what_is_measured(
    changes: dict[str, object], key: str, words: str
) -> None:
    misfit = fusion(**changes).misfit(evaluate())
    assert misfit is not None
    assert misfit[0] == key
    assert words in misfit[1]
    assert fusion().misfit(evaluate()) is None


def test_a_score_that_is_not_finite_can_be_sent_from_a_worker() -> None:
    error = ScoreError(3, 4, np.nan, "trial siger")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_weight_at_the_end_of_its_grid_is_known(matrices: Matrices) -> None:
    knows = matrices[Split.VALIDATION].toarray()
    tables = scorers(scores(1), knows, np.zeros((USERS, ITEMS), dtype=np.float32))
    found = fusion_choice(chosen(tables, matrices), ["a", "b", "c"])
    assert found["weights"] == [1.0, 2.5, 0.0]
    assert fusion_document(found, {}, fusion())["at_end"] == ["b"]
    assert fusion_document(found, {}, fusion(weights=(0, 2.5, 5)))["at_end"] == []


@pytest.mark.parametrize(("weight", "at_end"), [(0.0, False), (1.0, False), (2.5, True)])
def test_a_corrector_s_weight_at_the_end(weight: float, at_end: bool) -> None:
    settings = FusionConfig(weights=(0, 1.0, 2.5))
    found = calibration_choice(Choice((weight,), {(weight,): 0.5}))
    said = {"corrector": "itemknn"}
    document = calibration_document(found, {}, {}, settings, said)
    assert (document["at_end"], document["corrector"]) == (at_end, "itemknn")
    assert not settings.model_copy(update={"weights": (0.0,)}).at_end(0.0)


def test_a_catalogue_smaller_than_the_number_of_candidates_is_told() -> None:
    assert fusion(top=40).remark("fusion", 41) == ""
    assert fusion(top=41).remark("fusion", 41).startswith("fusion.top = 41 leaves out none of the")
