"""LGMRec: its forward pass, its loss terms and each of its options, against formulas on loops."""

import math

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import inputs_of, small_world, some_batch, trained_model
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Axis, Randomness, all_items, all_users
from siger_pipeline.models.registry import requests_of
from siger_pipeline.recommenders.lgmrec.config import BIPARTITE, Config
from siger_pipeline.recommenders.lgmrec.model import LGMRec
from siger_pipeline.requests import features

WIDTHS = {"audio": 5, "image": 12, "text": 7}


def lgmrec(inputs: ModelInputs, **changes: object) -> LGMRec:
    model = trained_model("lgmrec", inputs, **changes)
    assert isinstance(model, LGMRec)
    model.double()
    return model


def world(*modalities: str) -> ModelInputs:
    return small_world(widths={m: WIDTHS[m] for m in modalities})


def unit(rows: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(rows, axis=1)
    return np.array(
        [row / length if length else row for row, length in zip(rows, lengths, strict=True)]
    )


class Reference:
    """Eqs. (1)–(9) in float64, with whole matrices and loops."""

    def __init__(self, model: LGMRec, inputs: ModelInputs) -> None:
        self.model, self.inputs, self.config = model, inputs, model.config
        self.weights = {n: p.detach().numpy() for n, p in model.named_parameters()}
        self.n_users = inputs.n_users
        block = inputs[BIPARTITE].toarray().astype(np.float64)
        self.graph = np.block(
            [
                [np.zeros((len(block), len(block))), block],
                [block.T, np.zeros((inputs.n_items, inputs.n_items))],
            ]
        )

    def local(self) -> tuple[np.ndarray, np.ndarray]:
        """C and C + Σ_m rownorm(M_m)."""
        layers = [np.concatenate([self.weights["users"], self.weights["items"]])]
        for _ in range(self.config.behaviour_layers):
            layers.append(self.graph @ layers[-1])
        collaborative = np.mean(layers, axis=0)
        local = collaborative
        for modality in sorted(self.inputs.modalities):
            items = self.projected(modality, "projection")
            users = np.zeros((self.n_users, items.shape[1]))
            for user, row in enumerate(self.inputs.interactions.toarray()):
                if row.any():
                    users[user] = items[row > 0].mean(axis=0)
            nodes = np.concatenate([users, items])
            for _ in range(self.config.modality_layers):
                nodes = self.graph @ nodes
            local = local + unit(nodes)
        return collaborative, local

    def projected(self, modality: str, weight: str) -> np.ndarray:
        weights = self.weights[f"modalities.{modality}.{weight}"]
        product: np.ndarray = self.inputs[features(modality)].astype(np.float64) @ weights
        return product

    def memberships(
        self, noise: Randomness | None, dropout: Randomness | None
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """H_U and H_I of each modality."""
        found = []
        for modality in sorted(self.inputs.modalities):
            items = self.projected(modality, "hyperedges")
            users = self.inputs.interactions.toarray() @ items
            axes = all_users(len(users)), all_items(len(items))
            pair = [self.softmax(x, a, noise) for x, a in zip((users, items), axes, strict=True)]
            if dropout is not None:
                lost = 1 - self.config.keep
                pair = [
                    h * dropout.dropout_mask(lost, axis, h.shape[1]).double().numpy()
                    for h, axis in zip(pair, axes, strict=True)
                ]
            found.append((pair[0], pair[1]))
        return found

    def softmax(self, logits: np.ndarray, axis: Axis, noise: Randomness | None) -> np.ndarray:
        if noise is not None:
            logits = logits + noise.gumbel(axis, logits.shape[1]).double().numpy()
        return np.array(
            [
                [
                    math.exp(a / self.config.tau) / sum(math.exp(b / self.config.tau) for b in row)
                    for a in row
                ]
                for row in logits - logits.max(axis=1, keepdims=True)
            ]
        )

    def mixtures(
        self, memberships: list[tuple[np.ndarray, np.ndarray]]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Y and X of the last layer of each modality."""
        start, found = self.local()[0][self.n_users :], []
        for users, items in memberships:
            x = start
            for _ in range(self.config.hyper_layers):
                edges = items.T @ x
                x, y = items @ edges, users @ edges
            found.append((y, x))
        return found

    def final(
        self, noise: Randomness | None, dropout: Randomness | None = None
    ) -> tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, np.ndarray]]]:
        mixtures = self.mixtures(self.memberships(noise, dropout))
        together = sum(np.concatenate(pair) for pair in mixtures)
        nodes = self.local()[1] + self.config.alpha * unit(np.asarray(together))
        return nodes[: self.n_users], nodes[self.n_users :], mixtures


def contrast(one: np.ndarray, other: np.ndarray, rows: np.ndarray, tau: float) -> float:
    """The sum over the batch of InfoNCE, its denominators over all rows."""
    one, other, total = unit(one), unit(other), 0.0
    for row in rows:
        denominator = sum(math.exp(one[row] @ each / tau) for each in other)
        total -= math.log(math.exp(one[row] @ other[row] / tau) / denominator)
    return total


CASES: list[dict[str, object]] = [
    {},
    {"behaviour_layers": 0, "modality_layers": 0},
    {"behaviour_layers": 3, "modality_layers": 1},
    {"hyper_layers": 3},
    {"hyperedges": 40},  # as many as dimensions, or more
    {"dimension": 5, "hyperedges": 3},
    {"keep": 1.0},
    {"keep": 0.1},  # rows without a membership
    {"alpha": 0.0},
    {"tau": 1.0},
]


@pytest.mark.parametrize("changes", CASES)
def test_embeddings_are_the_equations(changes: dict[str, object]) -> None:
    inputs = small_world()
    model = lgmrec(inputs, **changes)
    noise = Randomness.seeded(int(model.noise_seed))
    users, items, _ = Reference(model, inputs).final(noise)
    for found, expected in zip(model.embed(), (users, items), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("modalities", [["text"], ["image", "text"], ["audio", "image", "text"]])
@pytest.mark.parametrize("changes", CASES)
def test_loss_terms_are_the_equations(changes: dict[str, object], modalities: list[str]) -> None:
    inputs = world(*modalities)
    model, batch = lgmrec(inputs, lambda_contrast=0.01, **changes), some_batch(inputs)
    terms = model.loss(batch, Randomness.seeded(5))
    same = Randomness.seeded(5)
    users, items, mixtures = Reference(model, inputs).final(same, same)
    u, p, n = users[batch.users], items[batch.positives], items[batch.negatives]
    difference = (u * p).sum(1) - (u * n).sum(1)
    assert terms["bpr"].item() == pytest.approx(np.log1p(np.exp(-difference)).mean(), rel=1e-6)
    lengths = sum(math.sqrt((rows**2).sum()) for rows in (u, p, n))
    expected = 1e-6 * lengths / len(u)
    assert terms["regularisation"].item() == pytest.approx(expected, rel=1e-6)
    total = 0.0
    for a in range(len(modalities)):
        for b in range(a + 1, len(modalities)):
            for side, rows in ((0, batch.users.numpy()), (1, batch.positives.numpy())):
                total += contrast(mixtures[a][side], mixtures[b][side], rows, model.config.tau)
    assert ("contrast" in terms) == (len(modalities) > 1)
    if len(modalities) > 1:
        assert terms["contrast"].item() == pytest.approx(0.01 * total, rel=1e-6)


def test_the_noise_at_scoring_is_seeded_fresh_or_off() -> None:
    inputs = small_world()
    for noise, changes in (("seeded", False), ("fresh", True), ("off", False)):
        model = lgmrec(inputs, eval_noise=noise)
        before = model.embed()[1]
        torch.testing.assert_close(model.embed()[1], before, rtol=0, atol=0)
        model.start_epoch(Randomness.seeded(6))
        assert torch.equal(model.embed()[1], before) != changes
    users, items, _ = Reference(model, inputs).final(None)
    for found, expected in zip(model.embed(), (users, items), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("noise", ["seeded", "fresh"])
def test_the_noise_at_scoring_is_part_of_the_checkpoint(noise: str) -> None:
    inputs = small_world()
    trained, loaded = (trained_model("lgmrec", inputs, seed, eval_noise=noise) for seed in (1, 2))
    trained.start_epoch(Randomness.seeded(6))
    loaded.load_state_dict(trained.state_dict())
    users = torch.arange(inputs.n_users)
    assert torch.equal(loaded.score(users), trained.score(users))


def test_a_contrast_without_weight_is_left_out() -> None:
    inputs = small_world()
    terms = lgmrec(inputs, lambda_contrast=0.0).loss(some_batch(inputs), Randomness.seeded(0))
    assert set(terms) == {"bpr", "regularisation"}


def test_a_step_starts_where_the_formula_does() -> None:
    # Equal scores, and mixtures that are all alike: ln 2 + λ_c B (ln U + ln I).
    inputs, batch = small_world(), some_batch(small_world())
    model = lgmrec(inputs, keep=1.0, hyperedges=1)
    terms = model.loss(batch, Randomness.seeded(0))
    expected = 1e-4 * len(batch.users) * (math.log(inputs.n_users) + math.log(inputs.n_items))
    assert terms["contrast"].item() == pytest.approx(expected)
    with torch.no_grad():
        model.users.zero_(), model.items.zero_()
        for modality in model.modalities.values():
            modality.projection.zero_()
    assert model.loss(batch, Randomness.seeded(0))["bpr"].item() == pytest.approx(math.log(2))


def test_nodes_without_edges_and_features_stay_finite() -> None:
    interactions = np.zeros((6, 5), dtype=bool)
    interactions[:4, :3] = np.random.default_rng(0).random((4, 3)) < 0.7
    interactions[0] = [True, False, True, False, False]
    of_items = {m: np.zeros((5, 3), dtype=np.float32) for m in ("image", "text")}
    inputs = inputs_of(interactions, of_items)
    model = lgmrec(inputs, keep=0.1)
    terms = model.loss(some_batch(inputs), Randomness.seeded(0))
    torch.stack(list(terms.values())).sum().backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        assert torch.isfinite(parameter.grad).all()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"keep": 0.0}, "keep"),
        ({"keep": 1.5}, "keep"),
        ({"hyper_layers": 0}, "hyper_layers"),
        ({"tau": 0.0}, "tau"),
        ({"eval_noise": "sometimes"}, "eval_noise"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Config(**changes)


def test_no_modality_is_one_sentence() -> None:
    with pytest.raises(ParameterError, match="model lgmrec needs item features of at least 1"):
        requests_of("lgmrec", {}, [])
