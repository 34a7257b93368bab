"""DA-MRS: its graphs, embeddings, loss terms and options, against formulas on dense arrays."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import inputs_of, small_world, some_batch, trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import requests_of
from siger_pipeline.recommenders.damrs.config import BIPARTITE, Config
from siger_pipeline.recommenders.damrs.model import DAMRS


def damrs(inputs: ModelInputs, **changes: object) -> DAMRS:
    """With weights large enough that no term is near its limit."""
    model = trained_model("damrs", inputs, **changes)
    assert isinstance(model, DAMRS)
    set_weights(model)
    return model


def world(count: int = 2) -> ModelInputs:
    names = ("audio", "image", "text", "video")[:count]
    return small_world(widths={name: 5 + 2 * n for n, name in enumerate(names)})


def unit(rows: np.ndarray) -> np.ndarray:
    result: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return result


def sigma(x: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-x))
    return result


def dense_forward(model: DAMRS, inputs: ModelInputs) -> tuple[np.ndarray, ...]:
    """Û, Ī and h_g, [G, I, d], with dense products."""
    block = inputs[BIPARTITE].toarray().astype(np.float64)
    users, items = (x.detach().numpy() for x in (model.users, model.items))
    whole = np.block(
        [
            [np.zeros((len(users), len(users))), block],
            [block.T, np.zeros((len(items), len(items)))],
        ]
    )
    layers = [np.concatenate([users, items])]
    for _ in range(model.config.behaviour_layers):
        layers.append(whole @ layers[-1])
    mean = np.mean(layers, axis=0)
    views = []
    for request in model.config.item_graphs(inputs.modalities):
        view = items
        for _ in range(model.config.item_layers):
            view = inputs[request].toarray().astype(np.float64) @ view
        views.append(view)
    return mean[: len(users)], mean[len(users) :], np.stack(views)


def ranking(model: DAMRS, forward: tuple[np.ndarray, ...], batch: Batch) -> float:
    """Denoised BPR, pair by pair."""
    users, items, views = forward
    config, final = model.config, items + views.mean(axis=0)
    triples = list(
        zip(batch.users.tolist(), batch.positives.tolist(), batch.negatives.tolist(), strict=True)
    )
    likely = [[sigma(users[u] @ unit(h)[p]) for h in views] for u, p, _ in triples]
    unlikely = np.mean([[sigma(users[u] @ unit(h)[n]) for h in views] for u, _, n in triples])
    total = 0.0
    for (u, positive, negative), q in zip(triples, likely, strict=True):
        mean, variance = np.mean(q), np.var(q, ddof=1)
        weight, reverse = 1.0, 0.0
        if config.denoised:
            weight = mean**config.mean_power * math.exp(-config.variance_weight * variance)
            reverse = max(0.0, min(1.0, max(q) - unlikely)) if mean < unlikely else 0.0
            weight = max(0.0, min(1.0, weight))
        x = users[u] @ (final[positive] - final[negative])
        total += weight * math.log1p(math.exp(-x)) + reverse * math.log1p(math.exp(x))
    return total / len(triples)


def bernoulli_kl(p: float, q: float) -> float:
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def align_user(forward: tuple[np.ndarray, ...], batch: Batch) -> float:
    users, items, views = forward
    rows = sorted({*batch.positives.tolist(), *batch.negatives.tolist()})
    distances = []
    for user in sorted(set(batch.users.tolist())):
        for item in rows:
            p, r = (
                float(sigma(users[user] @ unit(table)[item]))
                for table in (items, views.mean(axis=0))
            )
            distances.append(bernoulli_kl(p, r) + bernoulli_kl(r, p))
    return float(np.mean(distances))


def align_item(model: DAMRS, forward: tuple[np.ndarray, ...], batch: Batch) -> float:
    config, views = model.config, forward[2]
    n_items = views.shape[1]
    similar = [unit(h) @ unit(h).T for h in views]
    shares = [np.exp(s) / np.exp(s).sum(axis=1, keepdims=True) for s in similar]
    losses = []
    for s, share in zip(similar, shares, strict=True):
        for i in sorted({*batch.positives.tolist(), *batch.negatives.tolist()}):
            joint = share[i] + sum(each[i] for each in shares)
            first = sorted(range(n_items), key=lambda j: -joint[j])[: config.contrast_k]
            others = [j for j in range(n_items) if j not in first]
            second = sorted(others, key=lambda j: -share[i][j])[: config.contrast_k]
            e = np.exp(s[i] / config.tau)
            loss = -math.log(e[first].sum() / e.sum() + 1e-9)
            if second:
                loss -= math.log(e[second].sum() / e[others].sum() + 1e-9)
            losses.append(loss)
    return float(np.mean(losses))


OPTIONS: list[dict[str, object]] = [
    {},
    {"behaviour_layers": 3, "item_layers": 2},
    {"mean_power": 1.0, "variance_weight": 20.0},
    {"denoised": False},
    {"tau": 0.1, "contrast_k": 3, "lambda_align_user": 0.3, "lambda_align_item": 0.5},
    {"tau": 0.23, "contrast_k": 25, "contrast_block_mib": 1e-3},
    {"contrast_k": 70},
]


def check_equations(model: DAMRS, inputs: ModelInputs) -> None:
    batch = some_batch(inputs)
    users, items, views = forward = dense_forward(model, inputs)
    for found, expected in zip(model.embed(), (users, items + views.mean(axis=0)), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-6, atol=1e-9)
    terms = {name: term.item() for name, term in model.loss(batch, Randomness.seeded(0)).items()}
    assert terms == pytest.approx(
        {
            "bpr": ranking(model, forward, batch),
            "align_user": model.config.lambda_align_user * align_user(forward, batch),
            "align_item": model.config.lambda_align_item * align_item(model, forward, batch),
        },
        rel=1e-6,
    )


@pytest.mark.parametrize("changes", OPTIONS, ids=lambda changes: "-".join(changes) or "defaults")
def test_the_model_is_the_equations(changes: dict[str, object]) -> None:
    inputs = world()
    check_equations(damrs(inputs, **changes), inputs)


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_of_modalities(count: int) -> None:
    inputs = world(count)
    model = damrs(inputs)
    assert len(model.item_views()) == count + 1
    check_equations(model, inputs)


def test_the_public_code_computes_the_same() -> None:
    """Its 10 neighbours of a set replaced by 4: the tiny world has 11 items."""
    model = damrs(tiny_world(), contrast_k=4, mean_power=1.0, variance_weight=2.0)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)


def test_the_item_graphs_are_those_of_the_modalities_and_of_behaviour() -> None:
    inputs = world()
    image, text, behaviour = (
        inputs[request].toarray() for request in Config().item_graphs(inputs.modalities)
    )
    for graph in (image, text, behaviour):
        assert (graph.diagonal() > 0).all()
    assert ((image > 0).sum(axis=1) <= 10).all()
    np.testing.assert_array_equal((image > 0).sum(axis=1), (text > 0).sum(axis=1))
    common = (inputs.interactions.T @ inputs.interactions).toarray()
    assert ((common >= 2) | np.eye(inputs.n_items, dtype=bool))[behaviour > 0].all()


def test_what_is_requested_follows_the_parameters() -> None:
    config = {"knn_k": 5, "behaviour_k": 4, "behaviour_least": 3}
    names = [request.name for request in requests_of("damrs", config, ["text", "image"])]
    assert names == [
        "bipartite",
        "dual_knn-image-text-image-k5",
        "dual_knn-image-text-text-k5",
        "iib-k4-least3",
    ]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [({"lambda_align_user": 0.0}, "align_user"), ({"lambda_align_item": 0.0}, "align_item")],
)
def test_a_weight_of_zero_leaves_the_term_out(changes: dict[str, float], gone: str) -> None:
    inputs = world()
    terms = damrs(inputs, **changes).loss(some_batch(inputs), Randomness.seeded(0))
    assert {"bpr", "align_user", "align_item"} - set(terms) == {gone}


@pytest.mark.parametrize(
    ("weights", "share"), [({"mean_power": 0.0, "variance_weight": 0.0}, 1.0), ({}, 0.5**1.5)]
)
def test_the_first_loss_is_that_of_the_weights(weights: dict[str, float], share: float) -> None:
    # Small initial weights: all predictions are 1/2, and AI is ln of both shares.
    inputs = world()
    model = trained_model("damrs", inputs, **weights)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1e-3)
    terms = model.loss(some_batch(inputs), Randomness.seeded(0))
    assert terms["bpr"].item() == pytest.approx(math.log(2) * share, rel=1e-3)
    assert terms["align_user"].item() == pytest.approx(0.0, abs=1e-6)


def test_predictions_of_certainty_stay_finite() -> None:
    # σ is 0 or 1 in float32 for large logits, and the public code takes logarithms of it.
    inputs = world()
    model = trained_model("damrs", inputs)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1e3)
    loss = torch.stack(list(model.loss(some_batch(inputs), Randomness.seeded(0)).values())).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_isolated_users_and_items_without_features_stay_finite() -> None:
    draw = np.random.default_rng(3)
    interactions = draw.random((20, 30)) < 0.3
    interactions[4], interactions[:, 7] = False, False
    features = {m: draw.normal(size=(30, 5)).astype(np.float32) for m in ("image", "text")}
    features["image"][[7, 9]] = 0
    inputs = inputs_of(interactions, features)
    model = trained_model("damrs", inputs)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.05)
    for seed in range(50):
        optimiser.zero_grad()
        loss = torch.stack(
            list(model.loss(some_batch(inputs, seed=seed), Randomness.seeded(0)).values())
        ).sum()
        loss.backward()
        optimiser.step()
    assert all(torch.isfinite(table).all() for table in model.embed())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tau": 0.01}, "greater than or equal to 0.05"),
        ({"item_layers": 0}, "greater than or equal to 1"),
        ({"contrast_k": 0}, "greater than or equal to 1"),
        ({"lambda_align_item": -1}, "greater than or equal to 0"),
        ({"reg": 1}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Config(**changes)


def test_without_a_modality_one_sentence_says_what_is_needed() -> None:
    with pytest.raises(ParameterError, match="damrs needs item features of at least 1 modality"):
        requests_of("damrs", {}, [])
