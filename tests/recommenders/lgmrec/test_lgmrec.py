"""LGMRec: its forward pass, its loss terms and each of its options, against formulas on loops."""

import math

import numpy as np
import pytest

from contracts.world import small_world, some_batch, trained_model
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Axis, Randomness, all_items, all_users
from siger_pipeline.recommenders.lgmrec.config import BIPARTITE
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
        for _ in range(self.config.ui_layers):
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
            for _ in range(self.config.mm_layers):
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
    {"ui_layers": 0, "mm_layers": 0},
    {"ui_layers": 3, "mm_layers": 1},
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
