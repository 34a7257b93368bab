"""MF-BPR: its loss terms against formulas written in loops, and as the case L = 0 of LightGCN."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import small_world, some_batch, trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.recommenders.mf_bpr.config import Config
from siger_pipeline.recommenders.mf_bpr.model import MFBPR


def of_pairs(regulariser: str, rows: list[list[np.ndarray]]) -> float:
    """The regulariser of the users', positives' and negatives' rows."""
    squares = [sum(float(row @ row) for row in each) for each in rows]
    if regulariser == "frobenius":
        return sum(math.sqrt(square) for square in squares)
    return sum(squares) / 2


@pytest.mark.parametrize("regulariser", ["frobenius", "half_squared"])
def test_loss_terms_are_the_formulas(regulariser: str) -> None:
    inputs = small_world()
    batch = some_batch(inputs)
    model = trained_model("mf_bpr", inputs, regulariser=regulariser, regularisation=0.3)
    assert isinstance(model, MFBPR)
    users, items = (table.detach().double().numpy() for table in model.embed())
    ranking, rows = 0.0, [[], [], []]  # type: ignore[var-annotated]
    for u, p, n in zip(batch.users, batch.positives, batch.negatives, strict=True):
        difference = users[u] @ items[p] - users[u] @ items[n]
        ranking -= math.log(1 / (1 + math.exp(-difference)))
        for each, row in zip(rows, (users[u], items[p], items[n]), strict=True):
            each.append(row)
    terms, pairs = model.loss(batch, Randomness.seeded(0)), len(batch.users)
    penalty = 0.3 * of_pairs(regulariser, rows) / pairs
    assert terms["bpr"].item() == pytest.approx(ranking / pairs, rel=1e-5)
    assert terms["regularisation"].item() == pytest.approx(penalty, rel=1e-5)


@pytest.mark.parametrize("regulariser", ["frobenius", "half_squared"])
def test_it_is_lightgcn_without_layers(regulariser: str) -> None:
    inputs, changes = small_world(), {"regulariser": regulariser, "regularisation": 0.2}
    factors = trained_model("mf_bpr", inputs, **changes)
    graph = trained_model("lightgcn", inputs, layers=0, **changes)
    batch = some_batch(inputs)
    losses = []
    for model in (factors, graph):
        terms = model.loss(batch, Randomness.seeded(0))
        losses.append(terms)
        torch.stack(list(terms.values())).sum().backward()
    torch.testing.assert_close(losses[0], losses[1], rtol=0, atol=0)
    other = dict(graph.named_parameters())
    assert other.keys() == dict(factors.named_parameters()).keys()
    for name, weight in factors.named_parameters():
        assert torch.equal(weight, other[name])
        torch.testing.assert_close(weight.grad, other[name].grad, rtol=1e-6, atol=1e-9)
    everyone = torch.arange(inputs.n_users)
    assert torch.equal(factors.score(everyone), graph.score(everyone))


def test_it_reads_interactions_alone() -> None:
    assert Config().requests(["image", "text"]) == ()


@pytest.mark.parametrize("wrong", [{"dimension": 0}, {"regularisation": -1}, {"layers": 1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config(**wrong)


def test_the_public_code_computes_the_same() -> None:
    model = trained_model("mf_bpr", tiny_world(), regularisation=0.5)
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(0)), model)
