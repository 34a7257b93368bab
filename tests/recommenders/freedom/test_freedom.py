"""FREEDOM: embeddings, loss terms and pruning, against formulas on dense arrays."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from contracts.world import inputs_of, requested_by, small_world, some_batch, trained_model
from recommenders import public_code
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import requests_of
from siger_pipeline.ops.propagation import Graph
from siger_pipeline.ops.pruning import kept_edges
from siger_pipeline.recommenders.freedom.model import FREEDOM
from siger_pipeline.requests import features


def freedom(inputs: ModelInputs, **changes: Any) -> FREEDOM:
    model = trained_model("freedom", inputs, **changes)
    assert isinstance(model, FREEDOM)
    return model


def adjacency(interactions: np.ndarray) -> np.ndarray:
    """D^(−1/2) G D^(−1/2) of all nodes, an isolated node's row empty."""
    n_users, n_items = interactions.shape
    graph = np.block(
        [
            [np.zeros((n_users, n_users)), interactions],
            [interactions.T, np.zeros((n_items, n_items))],
        ]
    )
    degrees = graph.sum(1)
    result = np.zeros_like(graph)
    for one, other in zip(*graph.nonzero(), strict=True):
        result[one, other] = (degrees[one] * degrees[other]) ** -0.5
    return result


def neighbours(matrix: np.ndarray, k: int) -> np.ndarray:
    """1/k at each item's k nearest by cosine, itself among them."""
    result = np.zeros((len(matrix), len(matrix)))
    for i, row in enumerate(matrix):
        cosines = [row @ x / np.linalg.norm(row) / np.linalg.norm(x) for x in matrix]
        result[i, np.argsort(cosines)[-k:]] = 1 / k
    return result


def item_graph(inputs: ModelInputs, weights: dict[str, float], k: int = 10) -> np.ndarray:
    """S = Σ_m α_m S_m."""
    dense = np.zeros((inputs.n_items, inputs.n_items))
    for modality, weight in weights.items():
        dense += weight * neighbours(inputs[features(modality)].astype(np.float64), k)
    return dense


def embeddings(
    model: FREEDOM, graph: np.ndarray, item_item: np.ndarray, layers: int = 2, item_layers: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(1)–(3): the mean of the layers of one graph, plus the last layer of the other."""
    users, items = (x.detach().double().numpy() for x in (model.users, model.items))
    propagated = [np.concatenate([users, items])]
    for _ in range(layers):
        propagated.append(graph @ propagated[-1])
    mean = np.mean(propagated, axis=0)
    semantic = items
    for _ in range(item_layers):
        semantic = item_item @ semantic
    return mean[: len(users)], mean[len(users) :] + semantic


def bpr(users: np.ndarray, positives: np.ndarray, negatives: np.ndarray) -> float:
    total = 0.0
    for u, positive, negative in zip(users, positives, negatives, strict=True):
        total += np.log1p(np.exp(u @ negative - u @ positive))
    return float(total / len(users))


def of_epoch(model: FREEDOM) -> np.ndarray:
    """The training graph's entries, dense [U, I]."""
    return model.of_epoch._matrix().toarray().astype(np.float64)


PAPERS = {"image": 0.1, "text": 0.9}


@pytest.mark.parametrize(
    ("changes", "weights"),
    [
        ({}, PAPERS),
        ({"weights": {"image": 3.0, "text": 1.0}}, {"image": 0.75, "text": 0.25}),
        ({"weights": {"image": 0.0}}, {"text": 1.0}),
        ({"behaviour_layers": 3, "item_layers": 2}, PAPERS),
        ({"behaviour_layers": 0}, PAPERS),
    ],
)
def test_scores_are_those_of_the_full_graph(
    changes: dict[str, Any], weights: dict[str, float]
) -> None:
    inputs = small_world()
    model = freedom(inputs, **changes)
    model.start_epoch(Randomness.seeded(0))
    expected = embeddings(
        model,
        adjacency(inputs.interactions.toarray().astype(np.float64)),
        item_graph(inputs, weights),
        changes.get("behaviour_layers", 2),
        changes.get("item_layers", 1),
    )
    for found, dense in zip(model.embed(), expected, strict=True):
        np.testing.assert_allclose(found.detach(), dense, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_loss_terms_are_the_formulas_on_the_epoch_s_graph(rho: float) -> None:
    inputs = small_world()
    model, batch = freedom(inputs, rho=rho, lambda_modal=0.3), some_batch(inputs)
    model.start_epoch(Randomness.seeded(3))
    graph = adjacency((of_epoch(model) > 0).astype(np.float64))
    n_users = inputs.n_users
    np.testing.assert_allclose(of_epoch(model), graph[:n_users, n_users:], rtol=1e-6)
    users, items = embeddings(model, graph, item_graph(inputs, PAPERS))
    u, i, j = users[batch.users], batch.positives.numpy(), batch.negatives.numpy()
    terms = model.loss(batch, Randomness.seeded(0))
    assert terms["bpr"].item() == pytest.approx(bpr(u, items[i], items[j]), rel=1e-5)
    modal = 0.0
    for modality in ("image", "text"):
        layer = model.projections[modality].map
        x = inputs[features(modality)] @ layer.weight.detach().double().numpy().T
        x += layer.bias.detach().double().numpy()
        modal += bpr(u, x[i], x[j])
    assert terms["modal"].item() == pytest.approx(0.3 * modal, rel=1e-5)


def test_loss_terms_and_gradients_are_those_of_the_public_code() -> None:
    model = freedom(public_code.tiny_world())
    public_code.set_weights(model)
    # Every third edge is kept: a draw is no number to compare.
    kept = np.arange(0, model.edges.size, 3)
    model.of_epoch = Graph(kept_edges(model.adjacency, kept)).double()
    terms = model.loss(public_code.tiny_batch(), Randomness.seeded(0))
    public_code.check(Path(__file__).parent, terms, model)


def test_an_epoch_keeps_the_share_of_the_edges_and_draws_anew() -> None:
    inputs = small_world()
    model, noise = freedom(inputs, rho=0.8), Randomness.seeded(0)
    drawn = []
    for _ in range(2):
        model.start_epoch(noise)
        drawn.append(of_epoch(model) > 0)
        assert drawn[-1].sum() == inputs.interactions.nnz // 5
        assert not (drawn[-1] & (inputs.interactions.toarray() == 0)).any()
    assert (drawn[0] != drawn[1]).any()


def test_an_edge_is_drawn_by_the_degrees_of_its_ends() -> None:
    """One edge of four: a star of three and one of its own, (1·3)^(−1/2) each and 1."""
    interactions = np.zeros((4, 3))
    interactions[:3, 0] = interactions[3, 1] = 1
    of_items = {"text": np.eye(3, dtype=np.float32)}
    model, noise = freedom(inputs_of(interactions, of_items), rho=0.75), Randomness.seeded(0)
    counts: Counter[int] = Counter()
    times = 3000
    for _ in range(times):
        model.start_epoch(noise)
        counts[int(of_epoch(model).sum(1).argmax())] += 1
    alone = 1 / (1 + 3 * 3**-0.5)
    assert counts[3] / times == pytest.approx(alone, abs=0.03)
    assert counts[0] / times == pytest.approx((1 - alone) / 3, abs=0.03)


def test_a_pruning_that_leaves_no_edge_is_refused() -> None:
    interactions = np.eye(4)
    inputs = inputs_of(interactions, {"text": np.eye(4, dtype=np.float32)})
    assert freedom(inputs, rho=0.75).n_kept == 1
    with pytest.raises(
        ParameterError,
        match=r"^freedom\.rho is 0\.76, which leaves none of the 4 training interactions",
    ):
        freedom(inputs, rho=0.76)


def test_a_lambda_of_zero_reads_no_features() -> None:
    inputs = small_world()
    asked = requested_by("freedom", inputs, lambda_modal=0)
    assert not any(request.modality for request in asked.matrices)
    model = freedom(asked, lambda_modal=0)
    assert {name for name, _ in model.named_parameters()} == {"users", "items"}
    assert set(model.loss(some_batch(inputs), Randomness.seeded(0))) == {"bpr"}


def test_features_are_trained_or_constant() -> None:
    inputs = small_world()
    trained = {name for name, _ in freedom(inputs).named_parameters()}
    frozen = {name for name, _ in freedom(inputs, train_features=False).named_parameters()}
    assert trained - frozen == {"projections.image.raw.table", "projections.text.raw.table"}


def test_a_single_modality_needs_no_weight() -> None:
    inputs = small_world(widths={"audio": 5})
    graph = item_graph(inputs, {"audio": 1.0})
    model = freedom(inputs, weights={"audio": 0.0})
    np.testing.assert_allclose(model.neighbours._matrix().toarray(), graph, rtol=1e-6)


def test_of_several_modalities_each_needs_a_weight() -> None:
    with pytest.raises(ParameterError, match=r"freedom\.weights has no weight for modality audio"):
        requests_of("freedom", {}, ("audio", "image"))
    with pytest.raises(ParameterError, match=r"image 0, text 0\) leaves no item graph"):
        requests_of("freedom", {"weights": {"image": 0, "text": 0}}, ("image", "text"))
    given = {"weights": {"audio": 0.5}}
    assert len(requests_of("freedom", given, ("audio", "image", "text"))) == 7
