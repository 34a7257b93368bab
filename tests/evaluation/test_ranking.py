from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from reference.ranking_metrics import ranked_list
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.evaluation.ranking import rank, top_k


def scores_with_ties(users: int, items: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(-3, 4, (users, items)).astype(np.float32)


def mask(users: int, items: int, share: float = 0.3, seed: int = 1) -> sparse.csr_matrix:
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix((rng.random((users, items)) < share).astype(np.float32))


def by_loop(scores: np.ndarray, seen: sparse.csr_matrix, k: int) -> np.ndarray:
    return np.array(
        [
            ranked_list(row.tolist(), set(seen[n].indices.tolist()), k)
            for n, row in enumerate(scores)
        ],
        dtype=np.int64,
    ).reshape(len(scores), k)


def from_matrix(scores: np.ndarray) -> Callable[[torch.Tensor], torch.Tensor]:
    table = torch.from_numpy(scores)
    return lambda users: table[users]


def rank_rows(
    scores: torch.Tensor, seen: sparse.csr_matrix, k: int
) -> tuple[np.ndarray, np.ndarray]:
    return rank(lambda users: scores[users], np.arange(len(scores)), seen, k)


@given(
    scores=hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
        elements=st.sampled_from([-2.5, -1.0, -0.0, 0.0, 1.0, 3.4e38, -3.4e38]),
    ),
    k=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_lists_are_those_of_a_stable_sort_whatever_ties_there_are(
    scores: np.ndarray, k: int, seed: int
) -> None:
    seen = mask(scores.shape[0], scores.shape[1], seed=seed)
    lists, score = rank_rows(torch.from_numpy(scores), seen, k)
    assert lists.dtype == np.int64
    assert score.dtype == np.float32
    np.testing.assert_array_equal(lists, by_loop(scores, seen, k))
    filled = lists >= 0
    rows = np.nonzero(filled)[0]
    np.testing.assert_array_equal(score[filled], scores[rows, lists[filled]])
    assert (score[~filled] == -np.inf).all()


def test_a_large_catalogue_with_ties_across_the_end_of_the_list() -> None:
    scores = scores_with_ties(40, 500)
    seen = mask(40, 500)
    lists, _ = rank_rows(torch.from_numpy(scores), seen, 50)
    masked = np.where(seen.toarray() > 0, -np.inf, scores)
    np.testing.assert_array_equal(lists, np.argsort(-masked, axis=1, kind="stable")[:, :50])


@pytest.mark.parametrize("library", [np.asarray, torch.as_tensor])
def test_top_k_ranks_by_the_dot_product(library: Callable) -> None:
    rng = np.random.default_rng(3)
    users = rng.integers(-2, 3, (11, 4)).astype(np.float32)
    items = rng.integers(-2, 3, (23, 4)).astype(np.float32)
    seen = mask(11, 23)
    lists = top_k(library(users), library(items), seen, 7)
    np.testing.assert_array_equal(lists, by_loop(users @ items.T, seen, 7))


@pytest.mark.filterwarnings("error")
def test_what_is_given_is_left_as_it_was() -> None:
    scores = torch.from_numpy(scores_with_ties(5, 9))
    before = scores.clone()
    users = np.ones((5, 2), dtype=np.float32)
    users.setflags(write=False)
    rank(lambda index: scores[: len(index)], np.arange(5), mask(5, 9), 4)
    top_k(users, users, mask(5, 5), 2)
    assert torch.equal(scores, before)


@pytest.mark.parametrize("block_mib", [1e-9, 0.001, 0.004, 1.0])
def test_the_size_of_the_blocks_changes_nothing(block_mib: float) -> None:
    scores, seen = scores_with_ties(60, 31), mask(60, 31)
    lists, score = rank(from_matrix(scores), np.arange(60), seen, 8, block_mib=block_mib)
    np.testing.assert_array_equal(lists, by_loop(scores, seen, 8))
    np.testing.assert_array_equal(score, np.take_along_axis(scores, lists, axis=1))


def test_a_block_holds_no_more_than_its_bound() -> None:
    sizes: list[int] = []

    def scorer(users: torch.Tensor) -> torch.Tensor:
        sizes.append(len(users))
        return torch.zeros(len(users), 1024)

    rank(scorer, np.arange(100), sparse.csr_matrix((100, 1024)), 3, block_mib=0.5)
    assert sum(sizes) == 100
    assert max(sizes) * 1024 * 16 <= 0.5 * 2**20


def test_only_the_users_asked_for_are_ranked_in_that_order() -> None:
    scores, seen = scores_with_ties(20, 15), mask(20, 15)
    ids = np.array([17, 3, 4])
    lists, _ = rank(from_matrix(scores), ids, seen, 5)
    np.testing.assert_array_equal(lists, by_loop(scores[ids], seen[ids], 5))
    none, _ = rank(from_matrix(scores), ids[:0], seen, 5)
    assert none.shape == (0, 5)


def test_a_scorer_may_return_one_row_for_all() -> None:
    popularity = torch.tensor([1.0, 3.0, 3.0, 0.0])
    seen = sparse.csr_matrix(np.array([[0, 1, 0, 0], [0, 0, 0, 0]], dtype=np.float32))
    lists, _ = rank(lambda users: popularity.expand(len(users), -1), np.arange(2), seen, 2)
    assert lists.tolist() == [[2, 0], [1, 2]]
    assert popularity.tolist() == [1.0, 3.0, 3.0, 0.0]


def test_fewer_unseen_items_than_places_are_padded() -> None:
    scores = torch.tensor([[0.5, 0.25, 0.75], [1.0, 2.0, 3.0]])
    seen = sparse.csr_matrix(np.array([[1, 0, 1], [1, 1, 1]], dtype=np.float32))
    lists, score = rank_rows(scores, seen, 5)
    assert lists.tolist() == [[1, -1, -1, -1, -1], [-1] * 5]
    assert score[0, 0] == 0.25
    assert np.isneginf(score[lists < 0]).all()


def test_minus_zero_is_zero() -> None:
    scores = torch.tensor([[-0.0, 0.0, -0.0, 0.0]])
    lists, _ = rank_rows(scores, sparse.csr_matrix((1, 4)), 2)
    assert lists.tolist() == [[0, 1]]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_names_its_user(value: float) -> None:
    scores = scores_with_ties(9, 6)
    scores[7, 2] = value
    with pytest.raises(InputError, match=r"user 7 .*item 2 .*finite"):
        rank(from_matrix(scores), np.array([8, 7]), sparse.csr_matrix((9, 6)), 3)


def test_huge_finite_scores_are_no_error() -> None:
    scores = torch.full((2, 3), 3e38)
    lists, _ = rank_rows(scores, sparse.csr_matrix((2, 3)), 2)
    assert lists.tolist() == [[0, 1], [0, 1]]


def test_shapes_that_do_not_fit_are_told() -> None:
    users, items = np.ones((2, 3), dtype=np.float32), np.ones((4, 3), dtype=np.float32)
    with pytest.raises(InputError, match="seen has shape"):
        top_k(users, items, sparse.csr_matrix((2, 5)), 1)
    with pytest.raises(InputError, match="dimensions"):
        top_k(users, items[:, :2], sparse.csr_matrix((2, 4)), 1)
    with pytest.raises(InputError, match="scorer's result"):
        rank(lambda index: torch.zeros(1, 1), np.arange(2), sparse.csr_matrix((2, 4)), 1)
    with pytest.raises(ParameterError, match="k, the length"):
        top_k(users, items, sparse.csr_matrix((2, 4)), 0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_lists_on_a_gpu_are_those_of_the_cpu() -> None:
    scores, seen = scores_with_ties(64, 300), mask(64, 300)
    table = torch.from_numpy(scores).cuda()
    lists, _ = rank(lambda users: table[users], np.arange(64), seen, 20, device="cuda")
    np.testing.assert_array_equal(lists, by_loop(scores, seen, 20))


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix, sparse.coo_matrix])
def test_any_sparse_form_of_what_was_seen_means_the_same(
    form: Callable[[sparse.csr_matrix], sparse.csr_matrix],
) -> None:
    rng = np.random.default_rng(3)
    users, items = rng.normal(size=(8, 4)), rng.normal(size=(8, 4))
    seen = mask(8, 8)
    np.testing.assert_array_equal(top_k(users, items, form(seen), 5), top_k(users, items, seen, 5))


def test_a_stored_zero_is_not_seen() -> None:
    seen = sparse.csr_matrix((np.zeros(1), ([0], [1])), shape=(1, 3))
    scores = np.array([[0.0, 2.0, 1.0]], dtype=np.float32)
    assert top_k(np.ones((1, 1)), scores.T, seen, 2).tolist() == [[1, 2]]
    assert rank_rows(torch.from_numpy(scores), seen, 2)[0].tolist() == [[1, 2]]


def test_a_large_catalogue_without_ties() -> None:
    generator = torch.Generator().manual_seed(11)
    scores = torch.rand(300, 1003, generator=generator)
    lists, _ = rank_rows(scores, sparse.csr_matrix((300, 1003)), 5)
    expected = torch.argsort(scores, dim=1, descending=True, stable=True)[:, :5]
    np.testing.assert_array_equal(lists, expected.numpy())
