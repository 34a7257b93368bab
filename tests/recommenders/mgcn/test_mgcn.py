"""MGCN: its forward pass, loss and switches, against dense formulas and public code."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import MODALITIES, inputs_of, small_world, some_batch, trained_model, world_of
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from reference import losses as reference
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.recommenders.mgcn.config import BIPARTITE
from siger_pipeline.recommenders.mgcn.model import MGCN


def mgcn(inputs: ModelInputs, **changes: object) -> MGCN:
    model = trained_model("mgcn", inputs, **changes)
    assert isinstance(model, MGCN)
    return model.double()


def sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-x)))


class Dense:
    """The formulas, node by node where they are of one node, in float64."""

    def __init__(self, model: MGCN, inputs: ModelInputs) -> None:
        self.w = {name: value.detach().numpy() for name, value in model.state_dict().items()}
        self.config, self.inputs = model.config, inputs
        self.raw = {m: model.gates[m].raw.table.detach().numpy() for m in inputs.modalities}
        self.block = inputs[BIPARTITE].toarray().astype(np.float64)
        self.behaviour = self._behaviour()
        of_modalities = [self._view(m) for m in inputs.modalities]
        nodes = zip(self.behaviour, *of_modalities, strict=True)
        self.fused = np.array([self._fused(node, views) for node, *views in nodes])

    def _behaviour(self) -> np.ndarray:
        (n_users, n_items), zeros = self.block.shape, np.zeros
        above = np.hstack([zeros((n_users, n_users)), self.block])
        graph = np.vstack([above, np.hstack([self.block.T, zeros((n_items, n_items))])])
        layers = [np.vstack([self.w["users"], self.w["items"]])]
        for _ in range(self.config.behaviour_layers):
            layers.append(graph @ layers[-1])
        return np.asarray(sum(layers) / len(layers))

    def _linear(self, name: str, x: np.ndarray) -> np.ndarray:
        return np.asarray(x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"])

    def _view(self, modality: str) -> np.ndarray:
        inner = self._linear(f"gates.{modality}.inner", self.raw[modality])
        items = self.w["items"] * sigmoid(self._linear(f"gates.{modality}.outer", inner))
        for _ in range(self.config.item_layers):
            items = self.inputs[self.config.knn(modality)].toarray() @ items
        return np.vstack([self.block @ items, items])

    def _fused(self, behaviour: np.ndarray, views: list[np.ndarray]) -> np.ndarray:
        queries = [np.tanh(self._linear("fuser.query", x)) for x in views]
        attention = np.exp([q @ self.w["fuser.direction"] for q in queries])
        shared = sum(a * x for a, x in zip(attention / attention.sum(), views, strict=True))
        total = shared
        for modality, x in zip(self.inputs.modalities, views, strict=True):
            preferred = sigmoid(self._linear(f"fuser.preferences.{modality}", behaviour))
            total = total + preferred * (x - shared)
        return np.asarray(total / (len(views) + 1))

    def loss(self, batch: Batch) -> dict[str, float]:
        n_users, config = len(self.block), self.config
        u, i, j = batch.users, batch.positives + n_users, batch.negatives + n_users
        final = self.behaviour + self.fused
        softplus = [np.log1p(np.exp(final[a] @ final[c] - final[a] @ final[b]))
                    for a, b, c in zip(u, i, j, strict=True)]  # fmt: skip
        squares = sum((final[rows] ** 2).sum() for rows in (u, i, j))
        contrast = sum(
            reference.info_nce(self.fused[rows], self.behaviour[rows], config.tau)
            for rows in (u, i)
        )
        return {
            "bpr": float(np.mean(softplus)),
            "regularisation": config.lambda_regularisation * squares / 2 / batch.full_size,
            "contrast": config.lambda_contrast * contrast,
        }


SWITCHES = [
    {},
    {"behaviour_layers": 0},
    {"item_layers": 2},
    {"train_features": False},
    {"tau": 0.5, "lambda_contrast": 0.1, "lambda_regularisation": 0.01},
]


@pytest.mark.parametrize("changes", SWITCHES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_embeddings_and_losses_are_the_equations(count: int, changes: dict[str, object]) -> None:
    inputs = world_of(count)
    model = mgcn(inputs, **changes)
    dense = Dense(model, inputs)
    found = torch.cat(model.embed()).detach().numpy()
    np.testing.assert_allclose(found, dense.behaviour + dense.fused, rtol=1e-6, atol=1e-9)
    full = some_batch(inputs)
    short = Batch.of(full.users[:9], full.positives[:9], full.negatives[:9], full_size=25)
    for batch in (full, short):
        terms = model.loss(batch, Randomness.seeded(0))
        assert {n: x.item() for n, x in terms.items()} == pytest.approx(dense.loss(batch), rel=1e-6)


def test_a_repeated_pair_is_its_own_negative() -> None:
    inputs = small_world()
    model, one = mgcn(inputs), some_batch(inputs, size=1)
    twice = Batch.of(*(x.repeat(2) for x in (one.users, one.positives, one.negatives)))
    contrast = model.loss(twice, Randomness.seeded(0))["contrast"].item()
    assert contrast == pytest.approx(0.01 * 2 * np.log(2))


def test_one_modality_is_halved() -> None:
    model = mgcn(world_of(1))
    _, fused = model.views()[1]
    torch.testing.assert_close(fused, model.item_view("text") / 2)


def test_modalities_alike_are_one() -> None:
    draw = np.random.default_rng(0)
    same = draw.normal(size=(20, 4)).astype(np.float32)
    model = mgcn(inputs_of(draw.random((15, 20)) < 0.3, {"image": same, "text": same}))
    model.gates["text"].load_state_dict(model.gates["image"].state_dict())
    torch.testing.assert_close(model.views()[1][1], model.item_view("text") / 3)


def test_the_gradient_is_that_of_all_rows() -> None:
    inputs = small_world()
    batch = some_batch(inputs)
    of_rows, of_all = mgcn(inputs), mgcn(inputs)
    whole = Batch.of(batch.users, batch.positives, batch.negatives)
    torch.stack(list(of_rows.loss(whole, Randomness.seeded(0)).values())).sum().backward()
    views = of_all.views
    of_all.views = lambda user_rows, item_rows: tuple(  # type: ignore[method-assign]
        tuple(x[rows] for x in side)
        for side, rows in zip(views(), (user_rows, item_rows), strict=True)
    )
    torch.stack(list(of_all.loss(whole, Randomness.seeded(0)).values())).sum().backward()
    for one, other in zip(of_rows.parameters(), of_all.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_the_weight_zero_leaves_the_contrast_out() -> None:
    inputs = small_world()
    terms = mgcn(inputs, lambda_contrast=0.0).loss(some_batch(inputs), Randomness.seeded(0))
    assert terms.keys() == {"bpr", "regularisation"}


def test_raw_features_are_weights_unless_they_are_not_trained() -> None:
    inputs = small_world()
    trained, frozen = (
        {name for name, _ in mgcn(inputs, train_features=train).named_parameters()}
        for train in (True, False)
    )
    assert trained - frozen == {"gates.image.raw.table", "gates.text.raw.table"}


def test_items_without_features_or_interactions_stay_finite() -> None:
    draw = np.random.default_rng(0)
    interactions = draw.random((15, 20)) < 0.3
    interactions[3], interactions[:, 5] = False, False
    features = {m: draw.normal(size=(20, d)).astype(np.float32) for m, d in MODALITIES.items()}
    features["text"][2:6] = 0
    features["image"][:] = 0
    inputs = inputs_of(interactions, features)
    model = mgcn(inputs)
    terms = model.loss(some_batch(inputs), Randomness.seeded(0))
    torch.stack(list(terms.values())).sum().backward()
    for tensor in (*model.embed(), *terms.values(), *(p.grad for p in model.parameters())):
        assert tensor is not None
        assert torch.isfinite(tensor).all()


def test_public_code_has_the_same_loss_and_gradients() -> None:
    model = mgcn(tiny_world("mgcn", knn_k=3), knn_k=3)
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dimension", 0),
        ("behaviour_layers", -1),
        ("item_layers", 0),
        ("knn_k", 0),
        ("lambda_contrast", -0.01),
        ("lambda_regularisation", -1.0),
        ("tau", 0.0),
    ],
)
def test_what_the_equations_forbid_is_refused(key: str, value: float) -> None:
    with pytest.raises(ValidationError, match=key):
        MGCN.Config(**{key: value})
