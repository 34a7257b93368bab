"""VBPR: its embeddings and loss terms, against formulas written in loops."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import config_of, inputs_of, small_world, some_batch, trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import requests_of
from siger_pipeline.recommenders.vbpr.config import Config
from siger_pipeline.recommenders.vbpr.model import VBPR
from siger_pipeline.requests import features


def vbpr(inputs: ModelInputs, **changes: object) -> VBPR:
    model = trained_model("vbpr", inputs, **changes)
    assert isinstance(model, VBPR)
    return model


def array(tensor: torch.Tensor) -> np.ndarray:
    found: np.ndarray = tensor.detach().double().numpy()
    return found


def slow_items(model: VBPR, inputs: ModelInputs) -> np.ndarray:
    """E_I ‖ W (E_image ‖ E_text) + b, item by item."""
    weight, bias = array(model.projection.weight), array(model.projection.bias)
    rows = []
    for item in range(inputs.n_items):
        raw = np.concatenate([inputs[features(m)][item] for m in ("image", "text")])
        rows.append(np.concatenate([array(model.items)[item], weight @ raw + bias]))
    return np.array(rows)


def test_embeddings_are_the_formula() -> None:
    inputs = small_world()
    model = vbpr(inputs)
    users, items = model.embed()
    assert users is model.users
    assert items.shape == (inputs.n_items, 128)
    np.testing.assert_allclose(array(items), slow_items(model, inputs), rtol=1e-4, atol=1e-6)


def test_loss_terms_are_the_formulas() -> None:
    inputs = small_world()
    model, batch = vbpr(inputs, regularisation=3.0), some_batch(inputs)
    users, items = array(model.users), slow_items(model, inputs)
    ranking, squares = 0.0, [0.0, 0.0, 0.0]
    for u, p, n in zip(batch.users, batch.positives, batch.negatives, strict=True):
        difference = users[u] @ items[p] - users[u] @ items[n]
        ranking -= math.log(1 / (1 + math.exp(-difference)))
        for place, row in enumerate((users[u], items[p], items[n])):
            squares[place] += float(row @ row)
    terms = model.loss(batch, Randomness.seeded(0))
    pairs = len(batch.users)
    norms = sum(math.sqrt(square) for square in squares)
    assert terms["bpr"].item() == pytest.approx(ranking / pairs, rel=1e-5)
    assert terms["regularisation"].item() == pytest.approx(3.0 * norms / pairs, rel=1e-5)


def test_content_of_some_items_is_theirs_of_all() -> None:
    model = vbpr(small_world())
    rows = torch.tensor([2, 3, 17])
    torch.testing.assert_close(model.content(rows), model.content()[rows])


def test_an_item_without_features_has_the_bias_as_content() -> None:
    inputs = inputs_of(
        np.eye(6, dtype=bool), {m: np.zeros((6, 4), np.float32) for m in ("image", "text")}
    )
    model = vbpr(inputs)
    assert not model.content().any()  # b starts at 0
    model.projection.bias.data.fill_(0.5)
    assert (model.content() == 0.5).all()


def test_initial_weights_are_xavier() -> None:
    model = vbpr(small_world(users=400, items=300, widths={"image": 200, "text": 100}))
    for table, columns in ((model.users, 128), (model.items, 64)):
        bound = math.sqrt(6 / (len(table) + columns))
        assert table.abs().max().item() == pytest.approx(bound, rel=1e-3)
    deviation = math.sqrt(2 / (300 + 64))
    assert model.projection.weight.std().item() == pytest.approx(deviation, rel=0.02)
    assert model.projection.weight.abs().max() > 3 * deviation
    assert not model.projection.bias.any()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_modalities(count: int) -> None:
    widths = dict(list({"audio": 3, "image": 12, "text": 7}.items())[:count])
    inputs = small_world(widths=widths)
    model = vbpr(inputs)
    assert model.projection.weight.shape == (64, sum(widths.values()))
    terms = model.loss(some_batch(inputs), Randomness.seeded(0))
    assert all(math.isfinite(value.item()) for value in terms.values())


def test_features_are_no_weights_and_not_stored() -> None:
    model = vbpr(small_world())
    assert set(model.state_dict()) == {"users", "items", "projection.weight", "projection.bias"}


def test_without_features_it_is_one_sentence() -> None:
    with pytest.raises(ParameterError, match=r"vbpr.*modalit"):
        requests_of("vbpr", config_of("vbpr"), [])


@pytest.mark.parametrize("wrong", [{"dimension": 0}, {"regularisation": -1}, {"layers": 1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config(**wrong)


def test_the_public_code_computes_the_same() -> None:
    model = vbpr(tiny_world())
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)
