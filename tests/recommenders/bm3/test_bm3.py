"""BM3: its embeddings, targets and loss terms, against formulas on dense arrays and in loops."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import batch_of, config_of, small_world, trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear
from siger_pipeline.models.randomness import Ids, Randomness, some
from siger_pipeline.models.registry import requests_of
from siger_pipeline.recommenders.bm3.config import BIPARTITE, Config
from siger_pipeline.recommenders.bm3.model import BM3
from siger_pipeline.requests import features


def bm3(inputs: ModelInputs, **changes: object) -> BM3:
    model = trained_model("bm3", inputs, **changes)
    assert isinstance(model, BM3)
    return model


def array(tensor: torch.Tensor) -> np.ndarray:
    found: np.ndarray = tensor.detach().double().numpy()
    return found


def mapped(linear: Linear, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = x @ array(linear.weight).T + array(linear.bias)
    return found


def dense_online(model: BM3, inputs: ModelInputs, layers: int) -> tuple[np.ndarray, np.ndarray]:
    """Û and Î with dense products."""
    block = inputs[BIPARTITE].toarray().astype(np.float64)
    users, items = array(model.users), array(model.items)
    of_users, of_items = [users], [items]
    for _ in range(layers):
        users, items = block @ items, block.T @ users
        of_users.append(users)
        of_items.append(items)
    return np.mean(of_users, axis=0), np.mean(of_items, axis=0) + of_items[0]


def distance(predicted: list[np.ndarray], target: list[np.ndarray]) -> float:
    """1 − mean cosine, pair by pair."""
    total = 0.0
    for one, other in zip(predicted, target, strict=True):
        total += float(one @ other) / (np.linalg.norm(one) * np.linalg.norm(other))
    return 1 - total / len(predicted)


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_embeddings_are_the_formula(layers: int) -> None:
    inputs = small_world()
    model = bm3(inputs, layers=layers)
    for found, online in zip(model.embed(), dense_online(model, inputs, layers), strict=True):
        expected = mapped(model.predictor, online)
        np.testing.assert_allclose(array(found), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("layers", [1, 2])
def test_loss_terms_are_the_formulas(layers: int, dropout: float) -> None:
    inputs = small_world()
    model = bm3(inputs, layers=layers, dropout=dropout, regularisation=0.7, modal_weight=3.0)
    batch, noise = batch_of(model, inputs), Randomness.seeded(5)
    users, items = dense_online(model, inputs, layers)

    def dropped(table: np.ndarray, of: Ids, rows: torch.Tensor) -> np.ndarray:
        target = np.full_like(table, np.nan)  # rows outside the batch are not asked for
        kept = array(noise.uniform(some(of, rows), 64)) < 1 - dropout
        target[rows] = table[rows] * kept / (1 - dropout)
        return target

    target_i = dropped(items, Ids.ITEM, batch.positive_rows)
    target_u = dropped(users, Ids.USER, batch.user_rows)
    u, i = batch.users.tolist(), batch.positives.tolist()
    predicted_u, predicted_i = mapped(model.predictor, users), mapped(model.predictor, items)
    reconstruction = distance([*predicted_u[u]], [*target_i[i]])
    reconstruction += distance([*predicted_i[i]], [*target_u[u]])
    modal = 0.0
    for modality in ("image", "text"):
        content = mapped(model.maps[modality], inputs[features(modality)].astype(np.float64))
        own = dropped(content, Ids.ITEM, batch.positive_rows)
        predicted = [*mapped(model.predictor, content)[i]]
        modal += distance(predicted, [*target_i[i]]) + distance(predicted, [*own[i]])
    norms = math.sqrt((users**2).sum()) + math.sqrt((items**2).sum())
    terms = model.loss(batch, Randomness.seeded(5))
    assert terms["reconstruction"].item() == pytest.approx(reconstruction, rel=1e-5)
    assert terms["modal"].item() == pytest.approx(3.0 * modal, rel=1e-5)
    regularisation = 0.7 * norms / inputs.n_items
    assert terms["regularisation"].item() == pytest.approx(regularisation, rel=1e-5)


def test_content_that_predicts_itself_leaves_the_distance_to_the_items() -> None:
    inputs = small_world(widths={"image": 64})
    model = bm3(inputs, dropout=0.0, modal_weight=1.0)
    batch = batch_of(model, inputs)
    with torch.no_grad():
        model.predictor.weight.copy_(torch.eye(64))
        model.predictor.bias.zero_()
        model.maps["image"].load_state_dict(model.predictor.state_dict())
        model.raw["image"].table.copy_(-model.online()[1])
    assert model.loss(batch, Randomness.seeded(0))["modal"].item() == pytest.approx(2.0)


def test_targets_get_no_gradient() -> None:
    inputs = small_world()
    model = bm3(inputs, dropout=0.0, regularisation=0.0, modal_weight=0.0, layers=0)
    batch = batch_of(model, inputs, size=1)
    with torch.no_grad():
        for table in (model.users, model.items):
            table.normal_(generator=torch.Generator().manual_seed(0))
    model.double()
    user, item = batch.users.item(), batch.positives.item()
    model.loss(batch, Randomness.seeded(0))["reconstruction"].backward()
    online = model.users[user].detach().requires_grad_()
    # Î is twice E_I without layers: its length plays no part.
    target = model.items[item].detach()
    cosine = torch.cosine_similarity(model.predictor(online), target, dim=0)
    (expected,) = torch.autograd.grad(-cosine, online)
    assert model.users.grad is not None
    torch.testing.assert_close(model.users.grad[user], expected)


@pytest.mark.parametrize("train_features", [True, False])
def test_raw_features_are_weights_or_constants(train_features: bool) -> None:
    inputs = small_world()
    model = bm3(inputs, train_features=train_features)
    raw = {"raw.image.table", "raw.text.table"}
    assert raw & set(dict(model.named_parameters())) == (raw if train_features else set())
    assert raw & set(model.state_dict()) == (raw if train_features else set())


def test_trained_features_start_as_the_constant_ones_and_move() -> None:
    inputs = small_world()
    trained, frozen = bm3(inputs), bm3(inputs, train_features=False)
    batch = batch_of(trained, inputs)
    terms = [model.loss(batch, Randomness.seeded(0)) for model in (trained, frozen)]
    torch.testing.assert_close(terms[0], terms[1], rtol=0, atol=0)
    terms[0]["modal"].backward()
    gradient = trained.raw["text"].table.grad
    assert gradient is not None
    touched = set(torch.nonzero(gradient.any(dim=1)).flatten().tolist())
    assert touched == set(batch.positive_rows.tolist())


def test_it_draws_no_negatives() -> None:
    inputs = small_world()
    batch = batch_of(bm3(inputs), inputs)
    assert batch.negatives.shape == (len(batch.users), 0)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_modality_adds_two_terms(count: int) -> None:
    widths = dict(list({"audio": 3, "image": 12, "text": 7}.items())[:count])
    inputs = small_world(widths=widths)
    model = bm3(inputs, modal_weight=1.0)
    modal = model.loss(batch_of(model, inputs, 200), Randomness.seeded(0))["modal"].item()
    # Cosines of what has not been trained are near 0, but for those with oneself.
    assert modal == pytest.approx(2 * count, abs=0.5 * count)


def test_initial_weights_are_xavier() -> None:
    model = bm3(small_world(widths={"image": 300}))
    for linear, inputs in ((model.predictor, 64), (model.maps["image"], 300)):
        deviation = math.sqrt(2 / (inputs + 64))
        assert linear.weight.std().item() == pytest.approx(deviation, rel=0.05)
        assert 0 < linear.bias.abs().max() <= inputs**-0.5


def test_without_features_it_is_one_sentence() -> None:
    with pytest.raises(ParameterError, match=r"bm3.*modalit"):
        requests_of("bm3", config_of("bm3"), [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"dropout": 1.0},
        {"dropout": -0.1},
        {"layers": -1},
        {"regularisation": -1},
        {"modal_weight": -1},
        {"negatives": 1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config(**wrong)


def test_the_public_code_computes_the_same() -> None:
    model = bm3(tiny_world(), layers=2, dropout=0.0)
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)
