"""The parts of the exact search: bounds that hold, and short cuts that change no neighbour."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse

from siger_pipeline.graphs import knn, search
from siger_pipeline.graphs.bounds import FLOAT32_SLACK, Float32Bounds, Int8Bounds
from siger_pipeline.graphs.cosines import PairCosines
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.graphs.units import UnitRows, first_twin, row_norms

needs_int8 = pytest.mark.skipif(not Int8Bounds.pays(64), reason="no fast int8 products here")


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
    order = np.argsort(-np.round(cosines, search.TIE_DECIMALS), axis=1, kind="stable")[:, :k]
    rows = np.repeat(np.arange(len(wide)), k)
    weights = (1 + np.round(cosines, search.TIE_DECIMALS)[rows, order.ravel()]) / 2
    shape = (len(wide), len(wide))
    return knn.symmetric_normalise(sparse.csr_matrix((weights, (rows, order.ravel())), shape))


def assert_same(one: sparse.csr_matrix, other: sparse.csr_matrix) -> None:
    np.testing.assert_array_equal(one.indptr, other.indptr)
    np.testing.assert_array_equal(one.indices, other.indices)
    np.testing.assert_array_equal(one.data, other.data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bounds", [pytest.param(Int8Bounds, marks=needs_int8), Float32Bounds])
def test_cosines_lie_within_their_bounds(
    kind: str, bounds: type[Int8Bounds] | type[Float32Bounds]
) -> None:
    units = units_of(made_up(kind))
    wide = units[:].astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    cosines = wide @ wide.T / np.outer(lengths, lengths)
    found = bounds(units)
    upper = np.array(found.upper(slice(0, 400), slice(100, 600)))
    gaps = found.gaps[:400, None] + found.gaps[100:600]
    assert (upper >= cosines[:400, 100:600]).all()
    assert (upper - gaps <= cosines[:400, 100:600]).all()


@needs_int8
def test_the_middle_of_the_int8_bounds_errs_as_uniform_rounding_does() -> None:
    units = units_of(made_up("gaussian"))
    wide = units[:].astype(np.float64)
    bounds = Int8Bounds(units)
    middle = (
        bounds.upper(slice(0, 300), slice(300, 600))
        - (bounds.gaps[:300, None] + bounds.gaps[300:]) / 2
    )
    errors = (middle - wide[:300] @ wide[300:].T) / bounds.step
    # Two errors of width 1 on rows of length 1: variance 2 / 12.
    assert errors.std() == pytest.approx(np.sqrt(1 / 6), rel=0.1)
    assert abs(errors.mean()) < 0.02


@needs_int8
def test_the_length_of_the_rounding_errors_is_that_of_uniform_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("siger_pipeline.graphs.bounds.ROUNDING_CHANCE", 2.0)  # no other term
    monkeypatch.setattr("siger_pipeline.graphs.bounds.UNCUT", 1.0)
    bounds = Int8Bounds(units_of(made_up("gaussian")))
    expected = bounds.step**2 * bounds.width / 12 + FLOAT32_SLACK
    assert np.median(bounds.gaps) == pytest.approx(expected, rel=0.05)


@needs_int8
def test_int8_bounds_are_as_tight_as_the_spread_of_the_rows() -> None:
    # A mean that all rows share costs nothing: it is taken off before the rounding.
    wide, narrow = (Int8Bounds(units_of(made_up(kind))).gaps for kind in KINDS[:2])
    assert np.median(wide) < 0.05
    assert np.median(narrow) < 1e-4


@pytest.mark.parametrize("int8", [pytest.param(True, marks=needs_int8), False])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block_mib", [128.0, 0.05])
def test_the_graph_is_that_of_all_pairs(
    kind: str, int8: bool, block_mib: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Int8Bounds, "pays", staticmethod(lambda width: int8))
    features = made_up(kind)
    assert_same(knn_graph(features, 7, block_mib=block_mib), all_pairs_graph(features, 7))


def test_pairs_without_room_are_settled_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    features = (1 + 1e-7 * draw.normal(size=(400, 8))).astype(np.float32)
    held: list[int] = []
    nearer = search._nearer

    def watched(pairs: search.Pairs, kth_I: np.ndarray, k: int) -> tuple[search.Pairs, np.ndarray]:
        held.append(len(pairs.left))
        return nearer(pairs, kth_I, k)

    monkeypatch.setattr(search, "_nearer", watched)
    monkeypatch.setattr(search, "TILE_ROWS", 64)
    monkeypatch.setattr(search, "TILE_COLS", 64)
    graph = knn_graph(features, 2, block_mib=1e-3)
    assert_same(graph, all_pairs_graph(features, 2))
    assert max(held) < 400 * 399 / 4


def test_only_the_first_twins_are_searched() -> None:
    features = np.random.default_rng(4).normal(size=(60, 5)).astype(np.float32)
    features[10:30] = features[2]
    items = np.arange(60)
    twin = first_twin(features, row_norms(features), items, 3)
    # 2, 10 and 11 stay; the 18 after them go.
    np.testing.assert_array_equal(twin, [*range(12), *[2] * 18, *range(30, 60)])
    assert_same(knn_graph(features, 3), all_pairs_graph(features, 3))


@pytest.mark.parametrize("dimension", [3, 40, 384, 9001])
@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_pair_cosines_depend_on_neither_company_nor_order(
    dimension: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("siger_pipeline.graphs.cosines.CHUNK_ENTRIES", chunk * dimension)
    features = made_up("gaussian", 30, dimension)
    features[20:] = features[:10]
    units = units_of(features)
    left, right = np.random.default_rng(1).integers(0, 30, (2, 200))
    found = PairCosines(units)(left, right)
    wide = features.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1)
    expected = (wide @ wide.T / np.outer(lengths, lengths))[left, right]
    np.testing.assert_allclose(found, expected, atol=1e-14)
    np.testing.assert_array_equal(found, PairCosines(units)(right, left))
    twins = np.where(left < 10, left + 20, left)
    np.testing.assert_array_equal(found, PairCosines(units)(twins, right))
    alone = [PairCosines(units)(left[[pair]], right[[pair]])[0] for pair in range(200)]
    np.testing.assert_array_equal(found, alone)


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


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_nothing(threads: int) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    features = made_up("near ties")
    try:
        graph = knn_graph(features, 7)
    finally:
        torch.set_num_threads(before)
    assert_same(graph, all_pairs_graph(features, 7))
