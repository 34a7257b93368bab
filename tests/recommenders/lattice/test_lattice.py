"""LATTICE: its forward pass, loss and switches, against dense formulas and public code."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from contracts.world import MODALITIES, inputs_of, small_world, some_batch, trained_model, world_of
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.adam import Adam
from siger_pipeline.recommenders.lattice.config import BIPARTITE
from siger_pipeline.recommenders.lattice.model import LATTICE


def lattice(inputs: ModelInputs, **changes: object) -> LATTICE:
    model = trained_model("lattice", inputs, **changes)
    assert isinstance(model, LATTICE)
    return model.double()


class Dense:
    """The formulas on dense float64 arrays, the learned graph item by item."""

    def __init__(self, model: LATTICE, inputs: ModelInputs) -> None:
        self.w = {name: value.detach().numpy() for name, value in model.named_parameters()}
        self.config, self.inputs = model.config, inputs
        parts = model.structure.projections
        self.raw = {m: parts[m].raw.table.detach().numpy() for m in inputs.modalities}
        self.users, self.items = self._final()

    def learned(self, modality: str) -> np.ndarray:
        """K_m."""
        name = f"structure.projections.{modality}.map"
        x = self.raw[modality] @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]
        graph = np.zeros((len(x), len(x)))
        for i, row in enumerate(x):
            cosines = [row @ y / np.linalg.norm(row) / np.linalg.norm(y) for y in x]
            for j in np.argsort(cosines)[-self.config.knn_k :]:
                graph[i, j] = cosines[j]
        return graph

    def structure(self) -> np.ndarray:
        """S."""
        shares = np.exp(self.w["structure.weights"])
        shares /= shares.sum()
        of_each = list(zip(shares, self.inputs.modalities, strict=True))
        learned = sum(share * self.learned(m) for share, m in of_each)
        frozen = sum(share * self.inputs[self.config.knn(m)].toarray() for share, m in of_each)
        sums = np.asarray(learned).sum(1)
        assert (sums > 0).all()
        normalised = learned / np.sqrt(np.outer(sums, sums))
        return np.asarray((1 - self.config.skip) * normalised + self.config.skip * frozen)

    def _final(self) -> tuple[np.ndarray, np.ndarray]:
        layers = [np.vstack([self.w["users"], self.w["items"]])]
        for _ in range(self.config.behaviour_layers):
            layers.append(self.inputs[BIPARTITE].toarray() @ layers[-1])
        mean, n_users = sum(layers) / len(layers), len(self.w["users"])
        content = self.w["items"]
        for _ in range(self.config.item_layers):
            content = self.structure() @ content
        lengths = np.linalg.norm(content, axis=1, keepdims=True)
        return mean[:n_users], mean[n_users:] + content / lengths

    def loss(self, batch: Batch) -> dict[str, float]:
        rows = self.users[batch.users], self.items[batch.positives], self.items[batch.negatives]
        difference = (rows[0] * rows[1]).sum(1) - (rows[0] * rows[2]).sum(1)
        squares = sum((x**2).sum() for x in rows)
        return {
            "bpr": float(np.log1p(np.exp(-difference)).mean()),
            "regularisation": self.config.lambda_regularisation * squares / 2 / batch.full_size,
        }


SWITCHES = [
    {},
    {"behaviour_layers": 0},
    {"item_layers": 2},
    {"knn_k": 3},
    {"skip": 0.0},
    {"skip": 1.0},
    {"train_features": False},
    {"lambda_regularisation": 0.01},
]


def graphs_for(inputs: ModelInputs, changes: dict[str, object]) -> ModelInputs:
    """The same world with the graphs of other hyperparameters."""
    config = LATTICE.Config(**changes)
    of_items = {r.modality: x for r, x in inputs.matrices.items() if r.modality}
    more = [config.knn(m) for m in inputs.modalities]
    return inputs_of(inputs.interactions.toarray() > 0, of_items, more=more)


@pytest.mark.parametrize("changes", SWITCHES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_embeddings_and_losses_are_the_equations(count: int, changes: dict[str, object]) -> None:
    inputs = graphs_for(world_of(count), changes)
    model = lattice(inputs, **changes)
    with torch.no_grad():
        model.structure.weights.copy_(torch.tensor([0.3, 0.9, -0.4])[:count])
    dense = Dense(model, inputs)
    for found, expected in zip(model.embed(), (dense.users, dense.items), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5, atol=1e-7)
    full = some_batch(inputs)
    short = Batch.of(full.users[:9], full.positives[:9], full.negatives[:9], full_size=25)
    for batch in (full, short):
        terms = model.loss(batch, Randomness.seeded(0))
        assert {n: x.item() for n, x in terms.items()} == pytest.approx(dense.loss(batch), rel=1e-5)


def step(model: LATTICE, batch: Batch) -> dict[str, Tensor]:
    """The gradients of a batch, by parameter; none where it has none."""
    model.zero_grad(set_to_none=True)
    torch.stack(list(model.loss(batch, Randomness.seeded(0)).values())).sum().backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_only_an_epoch_s_first_batch_learns_the_graph() -> None:
    inputs = small_world()
    model, batch = lattice(inputs), some_batch(inputs)
    first, second = step(model, batch), step(model, batch)
    assert second.keys() == {"users", "items"}
    for name, gradient in second.items():
        torch.testing.assert_close(gradient, first[name])
    model.start_epoch(Randomness.seeded(0))
    again = step(model, batch)
    for name, gradient in first.items():
        torch.testing.assert_close(gradient, again[name])


def test_the_graph_of_an_epoch_stays_and_that_of_scores_is_new() -> None:
    inputs = small_world()
    model, batch = lattice(inputs), some_batch(inputs)
    before, loss = model.embed()[1], model.loss(batch, Randomness.seeded(0))["bpr"]
    with torch.no_grad():
        for parameter in model.structure.parameters():
            parameter.add_(torch.randn(parameter.shape))
    assert torch.equal(model.loss(batch, Randomness.seeded(0))["bpr"], loss)
    assert not torch.allclose(model.embed()[1], before)
    assert torch.equal(model.loss(batch, Randomness.seeded(0))["bpr"], loss)
    model.start_epoch(Randomness.seeded(0))
    assert not torch.allclose(model.loss(batch, Randomness.seeded(0))["bpr"], loss)


@pytest.mark.parametrize("idle", ["zero", "skip"])
def test_momentum_moves_what_has_no_gradient_unless_it_is_skipped(idle: str) -> None:
    inputs = small_world()
    model, batch = lattice(inputs, idle_grad=idle), some_batch(inputs)
    adam = Adam(model.optimiser_groups(1e-3, 0.0))
    moved = []
    for _ in range(2):
        before = [p.detach().clone() for p in model.structure.parameters()]
        step(model, batch)
        adam.step()
        after = list(model.structure.parameters())
        moved.append([not torch.equal(a, b) for a, b in zip(before, after, strict=True)])
    assert all(moved[0])
    assert all(moved[1]) == (idle == "zero")
    assert any(moved[1]) == (idle == "zero")


def test_an_item_without_features_is_its_own_only_neighbour() -> None:
    inputs = small_world()
    features = {r.modality: x.copy() for r, x in inputs.matrices.items() if r.modality}
    features["text"][[2, 7, 8]] = 0
    model = lattice(inputs_of(inputs.interactions.toarray() > 0, features))
    columns, values = model.structure.projections["text"].neighbours(10)
    graph = torch.zeros(40, 40, dtype=torch.float64)
    graph.scatter_add_(1, columns, values)
    for item in (2, 7, 8):
        alone = torch.zeros(40, dtype=torch.float64).index_fill(0, torch.tensor(item), 1.0)
        torch.testing.assert_close(graph[item], alone)
        torch.testing.assert_close(graph[:, item], alone)


def test_without_features_and_interactions_all_stays_finite() -> None:
    draw = np.random.default_rng(0)
    interactions = draw.random((15, 20)) < 0.3
    interactions[3], interactions[:, 5] = False, False
    features = {m: draw.normal(size=(20, d)).astype(np.float32) for m, d in MODALITIES.items()}
    features["text"][2:6] = 0
    features["image"][:] = 0
    inputs = inputs_of(interactions, features)
    model = lattice(inputs)
    gradients = step(model, some_batch(inputs))
    for tensor in (*model.embed(), *gradients.values()):
        assert torch.isfinite(tensor).all()


def test_more_neighbours_than_items_are_all_items() -> None:
    few = graphs_for(small_world(), {"knn_k": 40})
    many = graphs_for(small_world(), {"knn_k": 100})
    one, other = lattice(few, knn_k=40), lattice(many, knn_k=100)
    assert torch.equal(one.embed()[1], other.embed()[1])


def test_rows_that_sum_to_less_than_zero_stay_finite() -> None:
    features = np.float32([[1, 0.1], [-1, 0.2], [-1, -0.3], [-1, 0.5]])
    inputs = inputs_of(np.eye(4) > 0, {"text": features})
    model = lattice(inputs)
    with torch.no_grad():
        model.structure.projections["text"].map.weight.zero_()[0, 0] = 1
        model.structure.projections["text"].map.bias.zero_()
    graph = model.structure()
    assert model.structure.projections["text"].neighbours(4)[1].sum(1).min() < 0
    assert torch.isfinite(graph.values).all()
    graph.values.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.structure.parameters())


def test_public_code_has_the_same_loss_and_gradients() -> None:
    model = lattice(tiny_world("lattice", knn_k=3), knn_k=3, lambda_regularisation=1e-3)
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dimension", 0),
        ("behaviour_layers", -1),
        ("item_layers", 0),
        ("knn_k", 0),
        ("skip", 1.5),
        ("lambda_regularisation", -1.0),
        ("idle_grad", "none"),
    ],
)
def test_what_the_equations_forbid_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        LATTICE.Config(**{key: value})
