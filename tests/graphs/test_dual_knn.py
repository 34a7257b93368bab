"""The item graphs of DA-MRS against loop-written references; exactness, ties and bad input."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from reference import graphs as reference
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs import dual_knn, neighbours
from siger_pipeline.graphs.cooccurrence import user_behaviour_graph
from siger_pipeline.graphs.dual_knn import dual_knn_graph, mean_cosine
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build, requested_graph
from siger_pipeline.graphs.units import row_norms
from siger_pipeline.requests import features, graph


def made_up(n_items: int = 500, seed: int = 0) -> list[np.ndarray]:
    """Three modalities with a common direction, so that the mean cosine is well above 0."""
    draw = np.random.default_rng(seed)
    return [(draw.normal(size=(n_items, d)) + 0.4).astype(np.float32) for d in (48, 30, 7)]


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "LEAST_SIDE", 16)
    monkeypatch.setattr(neighbours, "LARGEST_SIDE", 64)


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 3), st.integers(1, 6), st.integers(0, 2**16))
def test_dual_knn_is_the_reference(n_items: int, count: int, k: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    # Small whole numbers make many ties, duplicates, cosines equal to their mean, and empty rows.
    every = [draw.integers(-1, 3, (n_items, 3)).astype(np.float32) for _ in range(count)]
    masked = draw.random(n_items) < 0.1
    missing = masked | np.any([~x.any(axis=1) for x in every], axis=0)
    found = dual_knn_graph(every[0], every[1:], k, missing=masked)
    assert found.dtype == np.float32
    assert found.has_sorted_indices
    expected = reference.dual_knn([x.astype(np.float64) for x in every], k, missing)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-5)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("block_mib", [128.0, 0.02])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_graph_is_that_of_all_pairs_whatever_the_tiles(count: int, block_mib: float) -> None:
    every = made_up()[:count]
    every[-1][100:140] = every[-1][3]  # a placeholder
    found = dual_knn_graph(every[0], every[1:], 6, block_mib=block_mib)
    none = np.zeros(500, dtype=bool)
    expected = reference.dual_knn([x.astype(np.float64) for x in every], 6, none)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-5)


@pytest.mark.usefixtures("small_tiles")
def test_products_that_err_change_no_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    every = made_up(300)
    exact = dual_knn_graph(every[0], every[1:], 6)
    rows, generator = dual_knn._rows, torch.Generator().manual_seed(0)

    def adverse(units: neighbours.UnitRows, positions: slice) -> torch.Tensor:
        read = rows(units, positions)
        error = 0.5 * neighbours.product_error(units.width)
        return read * (1 + error * (torch.rand(read.shape, generator=generator) * 2 - 1))

    monkeypatch.setattr(dual_knn, "_rows", adverse)
    assert (dual_knn_graph(every[0], every[1:], 6) != exact).nnz == 0


def test_pairs_just_at_the_mean_are_decided_in_float64() -> None:
    # Two clusters: within one all cosines are equal, and those across are the same: without
    # rounding, and decided by products, pairs of equal rows would fall on either side of the mean.
    rows = np.tile(np.array([[0.3, 0.7, 0.1]], dtype=np.float32), (40, 1))
    assert mean_cosine(rows, row_norms(rows)) == pytest.approx(1.0, abs=1e-12)
    found = dual_knn_graph(rows, (), 5).toarray()
    assert (found[:, :5] > 0).all()
    assert not found[:, 5:].any()


def test_the_mean_cosine_is_that_of_all_pairs() -> None:
    rows = made_up()[0]
    rows[9] = 0
    wide = rows.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    unit = wide / np.where(lengths > 0, lengths, 1)[:, None]
    assert mean_cosine(rows, row_norms(rows)) == pytest.approx((unit @ unit.T).mean(), rel=1e-12)


def test_an_item_without_one_modality_has_no_neighbour_but_itself() -> None:
    image, text, _ = made_up(60)
    text[5] = 0
    found = dual_knn_graph(image, [text], 10).toarray()
    assert found[5, 5] == 1
    assert np.count_nonzero(found[5]) == np.count_nonzero(found[:, 5]) == 1


def test_no_matrix_of_all_pairs_is_held() -> None:
    every = [x[:, :5] for x in made_up(3000)[:2]]
    tracemalloc.start()
    dual_knn_graph(every[0], every[1:], 3, block_mib=1.0)
    assert tracemalloc.get_traced_memory()[1] < 3000**2
    tracemalloc.stop()


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**16))
def test_the_graph_of_behaviour_is_the_reference(k: int, least: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    dense = (draw.random((12, 9)) < 0.4).astype(np.float32)
    found = user_behaviour_graph(sparse.csr_matrix(dense), k, least=least, block_mib=1e-6)
    np.testing.assert_allclose(
        found.toarray(), reference.users_in_common(dense, k, least), rtol=1e-6
    )


def test_an_item_that_shares_no_users_is_its_own_neighbour() -> None:
    found = user_behaviour_graph(sparse.csr_matrix(np.eye(3, dtype=np.float32)), 2)
    np.testing.assert_array_equal(found.toarray(), np.eye(3))


def test_the_recipes_are_these_functions() -> None:
    image, text, _ = made_up(40)
    read = {
        features("image"): Features(image, np.arange(40) == 4),
        features("text"): Features(text, np.arange(40) == 6),
    }
    wanted = {"modalities": ("image", "text"), "modality": "text", "k": 4}
    found = build("dual_knn", wanted, GraphInputs(features=read))
    expected = dual_knn_graph(text, [image], 4, missing=np.isin(np.arange(40), (4, 6)))
    assert (found != expected).nnz == 0
    matrix = sparse.csr_matrix((np.random.default_rng(0).random((20, 15)) < 0.4).astype("f4"))
    found = build("iib", {"k": 3, "least": 2}, GraphInputs(matrix))
    assert (found != user_behaviour_graph(matrix, 3)).nnz == 0


def test_the_recipe_reads_the_features_of_all_its_modalities() -> None:
    asked = graph("dual_knn", modalities=("image", "text"), modality="image", k=3)
    made = requested_graph(asked)
    assert made.config.requests() == (features("image"), features("text"))
    assert made.request.name == "dual_knn-image-text-image-k3"


def test_a_modality_that_is_none_of_the_modalities_is_refused() -> None:
    with pytest.raises(ParameterError, match="'audio' is none of the modalities image, text: add"):
        requested_graph(graph("dual_knn", modalities=("image", "text"), modality="audio", k=3))


def test_bad_input_is_one_sentence() -> None:
    image, text, _ = made_up(20)
    with pytest.raises(InputError, match="features of 20, 19 items, and need the same items"):
        dual_knn_graph(image, [text[1:]], 3)
    with pytest.raises(ParameterError, match="k is 0, and must be at least 1"):
        dual_knn_graph(image, [text], 0)
    with pytest.raises(ParameterError, match="k is 0, and must be at least 1"):
        user_behaviour_graph(sparse.csr_matrix(np.eye(3)), 0)
    text[7, 2] = np.nan
    with pytest.raises(InputError, match="item 7 are not finite"):
        dual_knn_graph(image, [text], 3)
