"""SLMRec: embeddings and loss terms, against formulas on dense arrays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from contracts.world import inputs_of, small_world, some_batch, trained_model
from recommenders import public_code
from reference import losses as reference
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.recommenders.slmrec.config import BIPARTITE
from siger_pipeline.recommenders.slmrec.model import SLMRec
from siger_pipeline.requests import features

WIDTHS = {"image": 12, "audio": 5, "text": 7, "video": 3}  # in the order of the chain


def slmrec(inputs: ModelInputs, **changes: Any) -> SLMRec:
    model = trained_model("slmrec", inputs, **changes)
    assert isinstance(model, SLMRec)
    return model


def mapped(layer: nn.Module, x: np.ndarray) -> np.ndarray:
    """X Wᵀ + b."""
    weight, bias = (layer.get_parameter(p).detach().double().numpy() for p in ("weight", "bias"))
    result: np.ndarray = x @ weight.T + bias
    return result


def channels(
    model: SLMRec, inputs: ModelInputs, modalities: list[str], layers: int = 3
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(1), (2): users and items of each channel."""
    block = inputs[BIPARTITE].toarray().astype(np.float64)
    users, items = (x.detach().double().numpy() for x in (model.users, model.items))
    graph = np.block(
        [
            [np.zeros((len(users), len(users))), block],
            [block.T, np.zeros((len(items), len(items)))],
        ]
    )
    tables = [items]
    for modality in modalities:
        raw = inputs[features(modality)].astype(np.float64)
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        unit = np.divide(raw, lengths, out=np.zeros_like(raw), where=lengths > 0)
        tables.append(mapped(model.projections[modality].map, unit))
    found = []
    for table in tables:
        propagated = [np.concatenate([users, table])]
        for _ in range(layers):
            propagated.append(graph @ propagated[-1])
        mean = np.mean(propagated, axis=0)
        found.append((mean[: len(users)], mean[len(users) :]))
    return found


def fused(model: SLMRec, of: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """(3)."""
    users, items = (np.concatenate(tables, axis=1) for tables in zip(*of, strict=True))
    return mapped(model.fuse_users, users), mapped(model.fuse_items, items)


def l_fac(model: SLMRec, of_items: list[np.ndarray], tau: float) -> float:
    """(5), one line a modality."""
    chain, (identity, *others) = model.chain, of_items
    p = mapped(chain.on[0], identity)
    total = reference.dot_info_nce(p, mapped(chain.into[0], others[0]), tau)
    if len(others) == 1:
        return total
    if len(others) == 2:
        p = mapped(chain.between, p)
    for number in range(1, len(others)):
        p = mapped(chain.on[number], p)
        total += reference.dot_info_nce(p, mapped(chain.into[number], others[number]), tau)
    assert p.shape[1] == model.config.dimension // 2
    return total


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_embeddings_and_loss_terms_are_the_formulas(count: int) -> None:
    modalities = list(WIDTHS)[:count] if count != 2 else ["image", "text"]
    inputs = small_world(widths={m: WIDTHS[m] for m in modalities})
    changes = {"tau": 0.3, "tau_fac": 0.5, "alpha": 0.7, "dimension": 10}
    model, batch = slmrec(inputs, **changes), some_batch(inputs)
    of_channels = channels(model, inputs, modalities)
    users, items = fused(model, of_channels)
    for found, dense in zip(model.embed(), (users, items), strict=True):
        np.testing.assert_allclose(found.detach(), dense, rtol=1e-4, atol=1e-6)
    terms = model.loss(batch, Randomness.seeded(0))
    u, i = batch.users.numpy(), batch.positives.numpy()
    assert len(set(i)) < len(i)  # duplicates are kept
    main = reference.info_nce(users[u], items[i], 0.3)
    assert terms["main"].item() == pytest.approx(main, rel=1e-5)
    fac = l_fac(model, [of_items[i] for _, of_items in of_channels], 0.5)
    assert terms["fac"].item() == pytest.approx(0.7 * fac, rel=1e-5)


def test_loss_terms_and_gradients_are_those_of_the_public_code() -> None:
    model = slmrec(public_code.tiny_world())
    public_code.set_weights(model)
    terms = model.loss(public_code.tiny_batch(), Randomness.seeded(0))
    # Gradients of biases are differences; graphs are float32.
    public_code.check(Path(__file__).parent, terms, model, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "term"),
    [({"layers": 1}, "main"), ({"tau": 0.1}, "main"), ({"tau_fac": 0.1}, "fac")],
)
def test_every_switch_does_something(changes: dict[str, Any], term: str) -> None:
    inputs = small_world()
    terms = [
        slmrec(inputs, **change).loss(some_batch(inputs), Randomness.seeded(0))[term]
        for change in ({}, changes)
    ]
    assert terms[0].item() != pytest.approx(terms[1].item(), rel=1e-6)


def test_an_alpha_of_zero_leaves_the_contrasts_of_modalities_out() -> None:
    inputs = small_world()
    terms = slmrec(inputs, alpha=0).loss(some_batch(inputs), Randomness.seeded(0))
    assert set(terms) == {"main"}


def test_there_are_no_negatives_and_features_are_constant() -> None:
    inputs = small_world()
    model = slmrec(inputs)
    batch = next(iter(model.batches(inputs.interactions, 8).epoch(Randomness.seeded(0))))
    assert batch.negatives.shape == (8, 0)
    assert set(model.loss(batch, Randomness.seeded(0))) == {"main", "fac"}
    assert not [name for name, _ in model.named_parameters() if "raw" in name]


def test_the_length_of_a_feature_row_changes_nothing_and_zero_rows_stay_finite() -> None:
    draw = np.random.default_rng(0)
    interactions, raw = draw.random((15, 20)) < 0.3, draw.normal(size=(20, 4)).astype(np.float32)
    raw[3] = 0
    interactions[2], interactions[:, 5] = False, False
    longer = raw * draw.uniform(0.5, 9, size=(20, 1)).astype(np.float32)
    one, other = (slmrec(inputs_of(interactions, {"text": x})) for x in (raw, longer))
    for found, expected in zip(one.embed(), other.embed(), strict=True):
        assert torch.isfinite(found).all()
        torch.testing.assert_close(found, expected)
