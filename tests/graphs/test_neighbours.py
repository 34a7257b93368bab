"""The exact search: products err by less than their bound, and short cuts change no neighbour."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse

from siger_pipeline.graphs import knn, neighbours
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.graphs.units import UnitRows, first_twin, pair_cosines, row_norms


def made_up(kind: str, n_items: int = 600, dimension: int = 96) -> np.ndarray:
    draw = np.random.default_rng(11)
    noise = draw.normal(size=(n_items, dimension)).astype(np.float32)
    if kind == "gaussian":
        return noise
    if kind == "one direction":
        return 1.0 + 1e-3 * noise
    if kind == "outstanding entries":
        return np.eye(dimension, dtype=np.float32)[draw.integers(0, dimension, n_items)] + (
            0.01 * noise
        )
    # Near ties: families whose members differ in the seventh digit, and multiples of one row.
    families = noise[draw.integers(0, 12, n_items)] + 1e-6 * noise
    families[::7] = noise[3] * draw.integers(1, 9, (len(families[::7]), 1))
    return families.astype(np.float32)


KINDS = ["gaussian", "one direction", "outstanding entries", "near ties"]


def units_of(features: np.ndarray) -> UnitRows:
    return UnitRows(features, row_norms(features), np.arange(len(features)))


def all_pairs_graph(features: np.ndarray, k: int) -> sparse.csr_matrix:
    """The graph from all float64 cosines, each pair summed alike."""
    wide = features.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    cosines = np.array([(row * wide).sum(axis=1) for row in wide]) / np.outer(lengths, lengths)
    cosines = np.round(cosines, neighbours.TIE_DECIMALS)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    rows = np.repeat(np.arange(len(wide)), k)
    weights = (1 + cosines[rows, order.ravel()]) / 2
    shape = (len(wide), len(wide))
    return knn.symmetric_normalise(sparse.csr_matrix((weights, (rows, order.ravel())), shape))


def assert_same(one: sparse.csr_matrix, other: sparse.csr_matrix) -> None:
    np.testing.assert_array_equal(one.indptr, other.indptr)
    np.testing.assert_array_equal(one.indices, other.indices)
    np.testing.assert_array_equal(one.data, other.data)


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "LEAST_SIDE", 16)
    monkeypatch.setattr(neighbours, "LARGEST_SIDE", 64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [3, 96, 1500])
def test_products_err_by_less_than_their_bound(kind: str, dimension: int) -> None:
    units = units_of(made_up(kind, dimension=dimension))
    unit = units.read(slice(None), np.empty(units.features.shape, dtype=np.float32))
    wide = units.features.astype(np.float64) / units.norms[:, None]
    errors = unit @ unit.T - wide @ wide.T
    assert np.abs(errors).max() < neighbours.product_error(dimension)


def test_the_bound_of_the_error_is_small_beside_the_gaps_of_real_features() -> None:
    assert neighbours.product_error(4096) < 2.6e-4
    assert neighbours.product_error(64) < 5.5e-6


def adverse(search: neighbours._Search, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Products that err by almost as much as they may, each its own way."""
    products = (left.double() @ right.double().T).float()
    error = 0.9 * neighbours.product_error(left.shape[1])
    generator = torch.Generator().manual_seed(int(products[0].abs().sum() * 1000))
    return products + error * (torch.randint(0, 2, products.shape, generator=generator) * 2 - 1)


@pytest.mark.usefixtures("small_tiles")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block_mib", [128.0, 0.05])
@pytest.mark.parametrize("errors", ["usual", "adverse"])
def test_the_graph_is_that_of_all_pairs(
    kind: str, block_mib: float, errors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if errors == "adverse":
        monkeypatch.setattr(neighbours._Search, "_products", adverse)
    features = made_up(kind)
    assert_same(knn_graph(features, 7, block_mib=block_mib), all_pairs_graph(features, 7))


@pytest.mark.parametrize("k", [1, 2, 599, 600])
def test_any_number_of_neighbours(k: int) -> None:
    features = made_up("near ties")
    assert_same(knn_graph(features, k), all_pairs_graph(features, k))


@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e18])
def test_the_magnitude_of_features_does_not_matter(scale: float) -> None:
    features = (made_up("gaussian", 200) * scale).astype(np.float32)
    assert_same(knn_graph(features, 7), all_pairs_graph(features, 7))


def test_products_are_made_in_full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    products, seen = neighbours._Search._products, []

    def watched(search: neighbours._Search, *rows: torch.Tensor) -> torch.Tensor:
        seen.append(torch.get_float32_matmul_precision())
        return products(search, *rows)

    monkeypatch.setattr(neighbours._Search, "_products", watched)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        knn_graph(made_up("gaussian", 50), 3)
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_float32_matmul_precision(before)
    assert set(seen) == {"highest"}


@pytest.mark.usefixtures("small_tiles")
def test_pairs_that_products_cannot_part_stay_within_the_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(0)
    features = (1 + 1e-7 * draw.normal(size=(700, 8))).astype(np.float32)
    compared: list[int] = []
    cosines = neighbours.pair_cosines

    def watched(units: UnitRows, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        compared.append(len(left))
        return cosines(units, left, right)

    monkeypatch.setattr(neighbours, "pair_cosines", watched)
    graph = knn_graph(features, 2, block_mib=1e-3)
    assert_same(graph, all_pairs_graph(features, 2))
    assert sum(compared) > 100_000  # almost all of 244,650 pairs
    assert max(compared) <= 2 * 4 * 700 * 2


def test_only_the_first_twins_are_searched() -> None:
    features = np.random.default_rng(4).normal(size=(60, 5)).astype(np.float32)
    features[10:30] = features[2]
    items = np.arange(60)
    twin = first_twin(features, row_norms(features), items, 3)
    # 2, 10 and 11 stay; the 18 after them go.
    np.testing.assert_array_equal(twin, [*range(12), *[2] * 18, *range(30, 60)])
    assert_same(knn_graph(features, 3), all_pairs_graph(features, 3))


def test_a_placeholder_of_thousands_of_items_costs_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    features = np.random.default_rng(4).normal(size=(6000, 16)).astype(np.float32)
    features[500:5500] = features[7]
    compared: list[int] = []
    cosines = neighbours.pair_cosines

    def watched(units: UnitRows, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        compared.append(len(left))
        return cosines(units, left, right)

    monkeypatch.setattr(neighbours, "pair_cosines", watched)
    graph = knn_graph(features, 10)
    assert graph[4000].indices.tolist() == [7, *range(500, 509)]
    assert sum(compared) < 200_000


@pytest.mark.parametrize("dimension", [3, 40, 384, 9001])
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_pair_cosines_depend_on_neither_company_nor_order(
    dimension: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siger_pipeline.graphs.units.CHUNK_ENTRIES", chunk * dimension)
    features = made_up("gaussian", 30, dimension)
    features[20:] = features[:10]
    units = units_of(features)
    left, right = np.random.default_rng(1).integers(0, 30, (2, 200))
    cosines = pair_cosines(units, left, right)
    wide = features.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    expected = (wide @ wide.T / np.outer(lengths, lengths))[left, right]
    np.testing.assert_allclose(cosines, expected, atol=1e-14)
    np.testing.assert_array_equal(cosines, pair_cosines(units, right, left))
    twins = np.where(left < 10, left + 20, left)
    np.testing.assert_array_equal(cosines, pair_cosines(units, twins, right))
    alone = [pair_cosines(units, left[[pair]], right[[pair]])[0] for pair in range(200)]
    np.testing.assert_array_equal(cosines, alone)


def test_a_memory_map_is_not_copied_whole(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(1500, 2048)).astype(np.float32)
    np.save(tmp_path / "features.npy", features)
    mapped = np.load(tmp_path / "features.npy", mmap_mode="r")
    tracemalloc.start()
    graph = knn_graph(mapped, 5, block_mib=1.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < features.nbytes * 2 / 3
    assert_same(graph, knn_graph(features, 5))


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_nothing(kind: str) -> None:
    features = made_up(kind)
    assert_same(knn_graph(features, 7), all_pairs_graph(features, 7))
