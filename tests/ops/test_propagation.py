"""Products with constant graphs, and the mean of LightGCN's layers, against dense ones."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from torch import Tensor

from siger_pipeline.ops.propagation import (
    COLUMNS,
    ROWS,
    Graph,
    csr_product,
    gather_and_sum,
    last_layer,
    lightgcn,
)
from siger_pipeline.ops.tables import rows_of

N_USERS, N_ITEMS, DIMENSION = 7, 5, 3


def some_graph(seed: int = 0) -> tuple[Graph, Tensor]:
    draw = np.random.default_rng(seed)
    dense = draw.random((N_USERS, N_ITEMS)) * (draw.random((N_USERS, N_ITEMS)) < 0.5)
    dense = dense.astype(np.float32)
    dense[2] = 0  # a user without interactions
    return Graph(sparse.csr_matrix(dense)), torch.from_numpy(dense)


def some_tables(seed: int = 1) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    sizes = (N_USERS, DIMENSION), (N_ITEMS, DIMENSION)
    users, items = (torch.randn(size, generator=generator) for size in sizes)
    return users.requires_grad_(), items.requires_grad_()


@pytest.mark.parametrize("rows", [None, [0, 2, 6], [5]])
def test_rows_of_a_product_are_cut_out(rows: list[int] | None) -> None:
    graph, dense = some_graph()
    _, items = some_tables()
    chosen = None if rows is None else torch.tensor(rows)
    found, expected = graph.propagate_rows(chosen)(items), rows_of(dense @ items, chosen)
    torch.testing.assert_close(found, expected)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(
        *(torch.autograd.grad(result, items, weights)[0] for result in (found, expected))
    )


@pytest.mark.parametrize("layers", [0, 1, 3])
def test_layers_of_a_square_matrix_are_its_power(layers: int) -> None:
    dense = torch.randn(N_ITEMS, N_ITEMS, generator=torch.Generator().manual_seed(4))
    _, items = some_tables()
    result = Graph(sparse.csr_matrix(dense.numpy())).propagate(items, layers)
    expected = torch.linalg.matrix_power(dense, layers) @ items
    torch.testing.assert_close(result, expected)
    torch.testing.assert_close(
        *(torch.autograd.grad(x.square().sum(), items)[0] for x in (result, expected))
    )


def test_more_entries_than_cells_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA's sparse library refuses them; a graph may have an entry twice."""

    def refused(*_: object, **__: object) -> None:
        raise RuntimeError("dimension mismatch, nnz (6) > matrix size (4)")

    monkeypatch.setattr(torch, "sparse_csr_tensor", refused)
    indptr, indices = torch.tensor([0, 3, 6]), torch.tensor([0, 0, 1, 0, 1, 1])
    values, x = torch.arange(1.0, 7.0), torch.tensor([[1.0], [10.0]])
    found = csr_product(indptr, indices, values, 2, x)
    assert found.tolist() == [[33.0], [114.0]]


@pytest.mark.parametrize(("side", "rows"), [(ROWS, N_USERS), (COLUMNS, N_ITEMS)])
def test_both_ways_of_a_product_agree(side: str, rows: int) -> None:
    graph, _ = some_graph()
    parts = [getattr(graph, f"{side}_{part}") for part in ("indptr", "indices", "values")]
    x = torch.randn(N_USERS + N_ITEMS - rows, 4, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(csr_product(*parts, rows, x), gather_and_sum(*parts, x))


def test_the_transposed_product_and_its_gradient() -> None:
    graph, dense = some_graph()
    users, _ = some_tables()
    back, expected = graph.propagate_transposed(users), dense.T @ users
    torch.testing.assert_close(back, expected)
    weights = torch.randn(back.shape, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(
        *(torch.autograd.grad(result, users, weights)[0] for result in (back, expected))
    )


def test_a_graph_in_float64_gives_its_rows_in_float64() -> None:
    graph, dense = some_graph()
    _, items = some_tables()
    rows = torch.tensor([0, 3])
    result = graph.double().propagate_rows(rows)(items.double())
    torch.testing.assert_close(result, (dense.double() @ items.double())[rows])


def layers_plainly(dense: Tensor, users: Tensor, items: Tensor, layers: int) -> tuple[Tensor, ...]:
    sums = users, items
    for _ in range(layers):
        users, items = dense @ items, dense.T @ users
        sums = sums[0] + users, sums[1] + items
    return sums[0] / (layers + 1), sums[1] / (layers + 1)


ROW_SETS = st.one_of(
    st.none(), st.lists(st.integers(0, N_ITEMS - 1), min_size=1, unique=True).map(sorted)
)


@given(st.integers(0, 4), ROW_SETS, ROW_SETS)
def test_the_mean_of_layers_and_its_gradient(
    layers: int, of_users: list[int] | None, of_items: list[int] | None
) -> None:
    graph, dense = some_graph()
    users, items = some_tables()
    rows = [None if chosen is None else torch.tensor(chosen) for chosen in (of_users, of_items)]
    plain = layers_plainly(dense, users, items, layers)
    expected = [rows_of(table, chosen) for table, chosen in zip(plain, rows, strict=True)]
    found = lightgcn(graph, users, items, layers, user_rows=rows[0], item_rows=rows[1])
    generator = torch.Generator().manual_seed(5)
    weights = [torch.randn(table.shape, generator=generator) for table in expected]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)
    for one, other in zip(
        torch.autograd.grad(found, (users, items), weights),
        torch.autograd.grad(expected, (users, items), weights, materialize_grads=True),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_what_comes_out_is_nobody_else_s() -> None:
    graph, _ = some_graph()
    users, items = some_tables()
    before = users.detach().clone()
    with torch.no_grad():
        for table in lightgcn(graph, users, items, 0):
            table.add_(1.0)
    assert torch.equal(users, before)


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_the_last_layer_alone_and_its_gradient(layers: int) -> None:
    graph, block = some_graph()
    whole = torch.zeros(N_USERS + N_ITEMS, N_USERS + N_ITEMS)
    whole[:N_USERS, N_USERS:], whole[N_USERS:, :N_USERS] = block, block.T
    tables = some_tables()
    found = torch.cat(last_layer(graph, *tables, layers))
    expected = torch.linalg.matrix_power(whole, layers) @ torch.cat(tables)
    torch.testing.assert_close(found, expected)
    weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(3))
    gradients = (torch.autograd.grad(each, tables, weights) for each in (found, expected))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)
