"""MIG-GT: its forward pass, loss and switches, node by node in float64, and its public code."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import inputs_of, small_world, some_batch, trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.errors import InputError
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Axis, Randomness
from siger_pipeline.models.registry import model_config
from siger_pipeline.recommenders.miggt.config import BIPARTITE
from siger_pipeline.recommenders.miggt.encoder import Dropout
from siger_pipeline.recommenders.miggt.model import MIGGT
from siger_pipeline.requests import features

MODALITIES = {"text": 7, "image": 12, "audio": 5}
SMALL: dict[str, Any] = {"hidden": 6, "dimension": 8, "samples": 3}


def miggt(inputs: ModelInputs, **changes: Any) -> MIGGT:
    model = trained_model("miggt", inputs, **{**SMALL, **changes})
    assert isinstance(model, MIGGT)
    return model.double()


def world(count: int) -> ModelInputs:
    return small_world(widths=dict([*MODALITIES.items()][:count]))


class Recorded(Randomness):
    """Keeps what is drawn, in order."""

    drawn: list[np.ndarray]

    def dropout_mask(self, rate: float, *shape: Axis | int) -> torch.Tensor:
        return self._kept(super().dropout_mask(rate, *shape))

    def integers(self, below: Axis | int, *shape: Axis | int) -> torch.Tensor:
        return self._kept(super().integers(below, *shape))

    def _kept(self, draw: torch.Tensor) -> torch.Tensor:
        self.drawn = [*vars(self).get("drawn", []), draw.numpy()]
        return draw


def softmax(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(x) / np.exp(x).sum())


class Slow:
    """The formulas, one node, edge, unit or pair at a time."""

    def __init__(self, model: MIGGT, inputs: ModelInputs, draws: list[np.ndarray] | None) -> None:
        self.w = {name: value.detach().numpy() for name, value in model.named_parameters()}
        self.buffers = {name: value.numpy() for name, value in model.named_buffers()}
        self.config, self.inputs = model.config, inputs
        self.graph = inputs[BIPARTITE].toarray().astype(np.float64)
        self.training, self.draws = draws is not None, list(draws or [])
        self.n_users = inputs.n_users
        self.z = self._channels()

    def _drop(self, x: np.ndarray, rate: float) -> np.ndarray:
        return x * self.draws.pop(0) if self.training and rate else x

    def _layer(self, name: str, x: np.ndarray) -> np.ndarray:
        """PReLU(batch norm(x W)), a unit at a time."""
        result = x @ self.w[f"{name}.weight"]
        for unit in range(result.shape[1]):
            column = result[:, unit]
            mean, variance = column.mean(), column.var()
            if not self.training:
                mean = self.buffers[f"{name}.running_mean"][unit]
                variance = self.buffers[f"{name}.running_variance"][unit]
            scale, shift = (self.w[f"{name}.{part}"][unit] for part in ("scale", "shift"))
            column = scale * (column - mean) / np.sqrt(variance + 1e-5) + shift
            result[:, unit] = np.where(column > 0, column, self.w[f"{name}.slope"] * column)
        return np.asarray(result)

    def _encoded(self, modality: str) -> np.ndarray:
        config, name = self.config, f"encoders.{modality}"
        x = self._drop(self.buffers[f"{name}.inputs"].astype(np.float64), config.input_dropout)
        hidden = self._drop(self._layer(f"{name}.inner", x), config.hidden_dropout)
        return self._drop(self._layer(f"{name}.outer", hidden), config.item_dropout)

    def _propagated(self, start: np.ndarray, steps: int) -> np.ndarray:
        graph, alpha, beta = self.graph.copy(), self.config.alpha, self.config.beta
        if self.training and self.config.edge_dropout and steps:
            mask = iter(self.draws.pop(0))
            for row, column in zip(*graph.nonzero(), strict=True):
                graph[row, column] *= next(mask)
        layer, whole = start, 1.0  # `whole` is what becomes of 1 where neighbours are alike
        for _ in range(steps):
            layer = beta * graph @ layer + alpha * start
            whole = beta * whole + alpha
        return layer / whole

    def _channels(self) -> np.ndarray:
        (n_users, d), n_items = self.w["users"].shape, self.inputs.n_items
        users = self._drop(self.w["users"], self.config.user_dropout)
        start = np.vstack([users, np.zeros((n_items, d))])
        total = self._propagated(start, self.config.user_layers)
        for modality in sorted(self.inputs.modalities):
            start = np.vstack([np.zeros((n_users, d)), self._encoded(modality)])
            steps = self.config.modality_layers.get(modality, self.config.layers)
            total = total + self._propagated(start, steps)
        return self._drop(total, self.config.final_dropout)

    def outputs(self, node: int, items: np.ndarray) -> np.ndarray:
        """O_n, [1 + C, d]."""
        rows = np.array([self.z[node], *(self.z[self.n_users + item] for item in items)])
        queries = rows @ self.w["attention.query.weight"].T + self.w["attention.query.bias"]
        keys = rows @ self.w["attention.key"]
        return np.array(
            [
                0.9 * row + 0.1 * softmax(keys @ query / 2) @ rows
                for row, query in zip(rows, queries, strict=True)
            ]
        )

    def embeddings(self, sampled: np.ndarray) -> np.ndarray:
        return np.array([self.outputs(node, items)[0] for node, items in enumerate(sampled)])

    def loss(self, batch: Batch) -> dict[str, float]:
        (sampled,) = self.draws  # what the masks have left
        final, bpr, tur = self.embeddings(sampled), 0.0, 0.0
        triples = zip(batch.users, batch.positives, batch.negatives, strict=True)
        for user, positive, negative in triples:
            node = self.n_users + int(positive)
            difference = final[user] @ (final[node] - final[self.n_users + negative])
            bpr += np.log1p(np.exp(-difference))
            logits = self.outputs(node, sampled[node]) @ final[user]
            tur -= np.log(softmax(logits)[0])
        terms = {"bpr": bpr, "regularisation": self.config.regularisation * (final**2).sum() / 2}
        return terms | ({"tur": self.config.tur * tur} if self.config.tur else {})


RATES = ("input", "hidden", "user", "item", "edge", "final")
NO_DROPOUT = {f"{name}_dropout": 0.0 for name in RATES}
SWITCHES = [
    {},
    NO_DROPOUT,
    *({**NO_DROPOUT, f"{name}_dropout": 0.4} for name in RATES),
    {"user_layers": 0, "layers": 3, "modality_layers": {"image": 0, "audio": 1}},
    {"alpha": 0.3, "beta": 0.5, "samples": 1},
    {"tur": 0.0, "regularisation": 0.3},
    {"tur": 2.5},
]


@pytest.mark.parametrize("changes", SWITCHES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_losses_are_the_equations(count: int, changes: dict[str, Any]) -> None:
    inputs = world(count)
    model, batch, randomness = miggt(inputs, **changes), some_batch(inputs), Recorded.seeded(3)
    terms = model.loss(batch, randomness)
    expected = Slow(model, inputs, randomness.drawn).loss(batch)
    assert {n: x.item() for n, x in terms.items()} == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_scores_are_the_equations_with_running_statistics(count: int) -> None:
    inputs = world(count)
    model = miggt(inputs)
    for seed in range(3):
        model.loss(some_batch(inputs, seed=seed), Randomness.seeded(seed))
    sampled = model.sampled(Randomness.seeded(int(model.noise_seed))).numpy()
    expected = Slow(model, inputs, None).embeddings(sampled)
    for mode in (True, False):  # scoring is scoring
        found = torch.cat(model.train(mode).embed()).detach().numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_statistics_run_towards_those_of_all_items() -> None:
    inputs = world(1)
    model = miggt(inputs, **NO_DROPOUT)
    layer = model.encoder("text").inner
    for step in range(200):
        model.loss(some_batch(inputs, seed=step), Randomness.seeded(step))
    hidden = inputs[features("text")] @ layer.weight.detach().numpy()
    np.testing.assert_allclose(layer.running_mean, hidden.mean(axis=0), rtol=1e-5, atol=1e-6)
    variance = hidden.var(axis=0, ddof=1)
    np.testing.assert_allclose(layer.running_variance, variance, rtol=1e-5)


def test_a_graph_without_edges_returns_the_start() -> None:
    """Each node is its own only neighbour then, which γ makes up for."""
    inputs = inputs_of(np.zeros((4, 3)), {"text": np.eye(3, dtype=np.float32)})
    model = miggt(inputs, alpha=0.3, beta=0.2, samples=2)
    users = model.embed()[0]
    z = torch.cat([model.users, model.encoder("text")(Dropout(None))])
    sampled = model.sampled(Randomness.seeded(int(model.noise_seed)))
    expected = model.attention.first_rows(z, z[4:], sampled)[:4]
    torch.testing.assert_close(users, expected)


def test_images_are_projected_to_the_width_of_the_text() -> None:
    inputs = world(2)
    images = inputs[features("image")].astype(np.float64)
    inputs[features("image")][5] = images[5] = 0.0  # an item without
    omega = Randomness.seeded(1).normal(12, 7).double().numpy()
    expected = images @ omega
    lengths = np.linalg.norm(expected, axis=1, keepdims=True)
    expected = np.divide(expected, lengths, out=np.zeros_like(expected), where=lengths > 0)
    model = miggt(inputs)
    np.testing.assert_allclose(model.encoder("image").inputs, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model.encoder("text").inputs, inputs[features("text")])
    alone = miggt(small_world(widths={"image": 12}))
    assert alone.encoder("image").inputs.shape == (40, 12)
    assert torch.linalg.vector_norm(alone.encoder("image").inputs, dim=1).numpy() == pytest.approx(
        1
    )


def test_only_a_drawn_projection_is_part_of_the_checkpoint() -> None:
    stored = [name for name in miggt(world(3)).state_dict() if name.endswith("inputs")]
    assert stored == ["encoders.image.inputs"]


def scores(**changes: Any) -> list[torch.Tensor]:
    """In three epochs of a model whose weights stay as they are."""
    model, found = miggt(world(2), **changes), []
    for epoch in range(3):
        model.start_epoch(Randomness.seeded(epoch))
        found.append(torch.cat(model.embed()).detach())
        assert torch.equal(found[-1], torch.cat(model.embed()))
    return found


def test_noise_of_scoring_is_the_same_anew_each_epoch_or_a_mean() -> None:
    one, same, again = scores()
    assert torch.equal(one, same)
    assert torch.equal(one, again)
    first, second, third = scores(eval_noise="fresh")
    assert len({float(x.sum()) for x in (first, second, third)}) == 3
    model = miggt(world(2), eval_noise="off")
    z, draws = model.channels(Dropout(None)), Randomness.seeded(int(model.noise_seed))
    rows = [model.attention.first_rows(z, z[30:], model.sampled(draws)) for _ in range(8)]
    torch.testing.assert_close(torch.cat(model.embed()), sum(rows) / 8)


def test_negatives_are_of_all_items_or_of_the_user_s_others() -> None:
    inputs = world(1)
    for among in ("any", "unseen", "unseen_trained"):
        batches = miggt(inputs, negatives=among).batches(inputs.interactions, 64)
        assert isinstance(batches, PairBatches)
        assert (batches.among, batches.per_pair) == (among, 1)


def test_the_loss_terms_and_gradients_are_those_of_the_public_code() -> None:
    model = trained_model("miggt", tiny_world(), hidden=16, samples=3)
    set_weights(model)
    # Its masks, 1/(1 − p), are float32.
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(5)), model)


def test_bad_settings_and_too_few_items_end_with_a_sentence() -> None:
    config = model_config("miggt")
    for changes in ({"edge_dropout": 1.0}, {"alpha": 0.0}, {"modality_layers": {"image": -1}}):
        with pytest.raises(ValidationError, match=r"greater than|less than"):
            config(**changes)
    with pytest.raises(InputError, match="the data set has 1: it needs two at least"):
        miggt(inputs_of(np.ones((2, 1)), {"text": np.ones((1, 3), dtype=np.float32)}))
