"""SIGER: its forward pass and each of its switches, against formulas on dense arrays."""

import math

import numpy as np
import pytest
import torch

from contracts.world import inputs_of, requested_by, small_world, some_batch, trained_model
from reference import losses as reference
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness, all_items
from siger_pipeline.recommenders.siger.config import BIPARTITE
from siger_pipeline.recommenders.siger.model import SIGER
from siger_pipeline.requests import features


def siger(inputs: ModelInputs, **changes: object) -> SIGER:
    model = trained_model("siger", inputs, **changes)
    assert isinstance(model, SIGER)
    return model


def enhanced(model: SIGER, inputs: ModelInputs, modality: str) -> np.ndarray:
    """S̄_m, Eq. (7)."""
    config = model.config
    graphs = inputs[config.cooccurrence()], inputs[config.knn(modality)]
    dense: np.ndarray = enhance(*graphs, config.beta).toarray()
    return dense


def dense_forward(model: SIGER, inputs: ModelInputs) -> dict[str, np.ndarray]:
    """SIGER Eqs. (1), (2), (8)–(11), (15), (17) with dense float64 products."""
    block = inputs[BIPARTITE].toarray().astype(np.float64)
    users, items = (x.detach().double().numpy() for x in (model.users, model.items))
    n_users = len(users)
    graph = np.block(
        [
            [np.zeros((n_users, n_users)), block],
            [block.T, np.zeros((inputs.n_items, inputs.n_items))],
        ]
    )
    layers = [np.concatenate([users, items])]
    for _ in range(3):
        layers.append(graph @ layers[-1])
    mean = np.mean(layers, axis=0)
    found = {"users": mean[:n_users], "items": mean[n_users:]}
    for modality in ("image", "text"):
        gate = model.gates[modality]
        first, second = gate.inner, gate.outer
        x = inputs[features(modality)] @ first.weight.detach().double().numpy().T
        x = x + first.bias.detach().double().numpy()
        x = x @ second.weight.detach().double().numpy().T + second.bias.detach().double().numpy()
        layer = items * (1 / (1 + np.exp(-x)))
        for _ in range(2):
            layer = enhanced(model, inputs, modality) @ layer
        found[f"item_{modality}"], found[f"user_{modality}"] = layer, block @ layer
    return found


def test_embeddings_are_the_equations() -> None:
    inputs = small_world()
    model = siger(inputs)
    dense = dense_forward(model, inputs)
    users, items = model.embed()
    expected_users = dense["users"] + (dense["user_image"] + dense["user_text"]) / 2
    expected_items = dense["items"] + (dense["item_image"] + dense["item_text"]) / 2
    np.testing.assert_allclose(users.detach().numpy(), expected_users, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(items.detach().numpy(), expected_items, rtol=1e-4, atol=1e-6)


def test_loss_terms_are_the_equations() -> None:
    inputs = small_world()
    model = siger(inputs, lambda_perturbation=0.02, lambda_alignment=0.03)
    batch = some_batch(inputs)
    dense = dense_forward(model, inputs)
    terms = model.loss(batch, Randomness.seeded(0))
    rows_u, rows_i = np.unique(batch.users.numpy()), np.unique(batch.positives.numpy())
    between = reference.anchor_info_nce(
        dense["item_image"][rows_i], dense["item_text"][rows_i], dense["items"][rows_i], 0.2
    ) + reference.anchor_info_nce(
        dense["user_image"][rows_u], dense["user_text"][rows_u], dense["users"][rows_u], 0.2
    )
    fused_i = (dense["item_image"] + dense["item_text"]) / 2
    fused_u = (dense["user_image"] + dense["user_text"]) / 2
    behaviour = reference.info_nce(fused_i[rows_i], dense["items"][rows_i], 0.2)
    behaviour += reference.info_nce(fused_u[rows_u], dense["users"][rows_u], 0.2)
    assert terms["modality_alignment"].item() == pytest.approx(0.03 * between, rel=1e-4)
    assert terms["behaviour_alignment"].item() == pytest.approx(0.03 * behaviour, rel=1e-4)
    users, items = dense["users"] + fused_u, dense["items"] + fused_i
    u, p, n = users[batch.users], items[batch.positives], items[batch.negatives]
    difference = (u * p).sum(1) - (u * n).sum(1)
    assert terms["bpr"].item() == pytest.approx(np.log1p(np.exp(-difference)).mean(), rel=1e-5)
    squares = (u**2).sum() + (p**2).sum() + (n**2).sum()
    assert terms["regularisation"].item() == pytest.approx(1e-5 * squares / 2 / len(u), rel=1e-4)


def test_perturbation_term_is_the_equation() -> None:
    inputs = small_world()
    model, batch = siger(inputs, lambda_perturbation=1.0), some_batch(inputs)
    found = model.loss(batch, Randomness.seeded(3))["perturbation"].item()
    noise = Randomness.seeded(3)
    rows = np.unique(batch.positives.numpy())
    expected = 0.0
    for modality in ("image", "text"):
        first = model.first_layer(modality).detach().double().numpy()
        views = []
        for _ in range(2):
            layer = first
            for depth in range(2):
                if depth:
                    layer = enhanced(model, inputs, modality) @ layer
                delta = noise.uniform(all_items(inputs.n_items), 64).numpy()
                permutation = noise.permutation(all_items(inputs.n_items)).numpy()
                layer = reference.perturb(layer, 0.05, delta.astype(np.float64), permutation, True)
            views.append(layer[rows])
        expected += reference.info_nce(*views, 0.2)
    assert found == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"lambda_perturbation": 0.0}, {"perturbation"}),
        ({"lambda_alignment": 0.0}, {"modality_alignment", "behaviour_alignment"}),
    ],
)
def test_a_weight_of_zero_leaves_the_term_out(changes: dict[str, float], gone: set[str]) -> None:
    inputs = small_world()
    terms, fewer = (
        set(siger(inputs, **change).loss(some_batch(inputs), Randomness.seeded(0)))
        for change in ({}, changes)
    )
    assert terms - fewer == gone


@pytest.mark.parametrize(
    ("changes", "term"),
    [
        ({"personalised": False}, "perturbation"),
        ({"epsilon": 0.5}, "perturbation"),
        ({"tau_perturbation": 0.1}, "perturbation"),
        ({"item_layers": 3}, "perturbation"),
        ({"alignment": "standard"}, "modality_alignment"),
        ({"tau_modality": 0.1}, "modality_alignment"),
        ({"contrast": "all"}, "modality_alignment"),
        ({"contrast": "all"}, "behaviour_alignment"),
        ({"contrast": "all"}, "perturbation"),
        ({"tau_behaviour": 0.1}, "behaviour_alignment"),
        ({"behaviour_layers": 1}, "bpr"),
        ({"lambda_regularisation": 1.0}, "regularisation"),
    ],
)
def test_every_switch_does_something(changes: dict[str, object], term: str) -> None:
    inputs = small_world()
    terms = [
        siger(inputs, **change).loss(some_batch(inputs), Randomness.seeded(0))[term]
        for change in ({}, changes)
    ]
    assert terms[0].item() != pytest.approx(terms[1].item(), rel=1e-6)


def test_contrast_over_all_equals_the_batch_when_the_batch_is_all() -> None:
    inputs = small_world()
    batch = some_batch(inputs, size=4000)
    assert len(batch.positives.unique()) == inputs.n_items
    one, other = (
        siger(inputs, contrast=contrast, contrast_block_mib=0.001).loss(batch, Randomness.seeded(0))
        for contrast in ("batch", "all")
    )
    for term, value in one.items():
        torch.testing.assert_close(value, other[term], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_modalities(count: int) -> None:
    draw = np.random.default_rng(0)
    features = {
        name: draw.normal(size=(20, 4)).astype(np.float32)
        for name in ("audio", "image", "text")[:count]
    }
    inputs = inputs_of(draw.random((15, 20)) < 0.3, features)
    terms = siger(inputs).loss(some_batch(inputs), Randomness.seeded(0))
    assert ("modality_alignment" in terms) == (count > 1)
    assert all(math.isfinite(value.item()) for value in terms.values())


def test_three_modalities_align_as_the_mean_of_their_pairs() -> None:
    draw = np.random.default_rng(0)
    one = draw.normal(size=(20, 4)).astype(np.float32)
    interactions = draw.random((15, 20)) < 0.3
    twins = inputs_of(interactions, {"image": one, "text": one})
    triplets = inputs_of(interactions, {"audio": one, "image": one, "text": one})
    pair, triple = siger(twins), siger(triplets)
    for gate in (*pair.gates.values(), *triple.gates.values()):
        gate.load_state_dict(pair.gates["image"].state_dict())
    triple.items.data.copy_(pair.items), triple.users.data.copy_(pair.users)
    terms = [
        model.loss(some_batch(twins), Randomness.seeded(0))["modality_alignment"]
        for model in (pair, triple)
    ]
    torch.testing.assert_close(*terms)


def test_trained_features_are_weights() -> None:
    inputs = small_world()
    trained = {name for name, _ in siger(inputs, train_features=True).named_parameters()}
    frozen = {name for name, _ in siger(inputs).named_parameters()}
    assert trained - frozen == {"gates.image.raw.table", "gates.text.raw.table"}


@pytest.mark.parametrize("beta", [0.0, 0.3, 1.0])
def test_the_enhanced_graph_is_the_public_one_to_the_last_bit(beta: float) -> None:
    inputs = small_world()
    asked = requested_by("siger", inputs, beta=beta)
    model = siger(asked, beta=beta)
    for modality in inputs.modalities:
        config = model.config
        graphs = inputs[config.cooccurrence()], inputs[config.knn(modality)]
        found, expected = model.graph(modality), enhance(*graphs, beta)
        np.testing.assert_array_equal(found.rows_indices, expected.indices)
        np.testing.assert_array_equal(found.rows_values, expected.data)
