"""A random relabelling of users and items changes no metric.

Initial weights, batches and noise are relabelled along, and the graphs of the small world hold no
ties (whose place goes, by the protocol, to the smaller index).
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from contracts.world import CLOSED, TRAINED, config_of, inputs_of, small_world, trained_model
from siger_pipeline.evaluation.metrics import ranking_metrics
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.graphs.registry import graphs_of
from siger_pipeline.models.base import Batch, EmbeddingRecommender
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.recommenders.popularity.model import Popularity
from siger_pipeline.recommenders.siger.model import SIGER
from siger_pipeline.requests import features
from siger_pipeline.training.sampler import PairSampler

DRAW = np.random.default_rng(7)
INPUTS = small_world()
USERS, ITEMS = DRAW.permutation(INPUTS.n_users), DRAW.permutation(INPUTS.n_items)
NEW_USER, NEW_ITEM = np.argsort(USERS), np.argsort(ITEMS)  # new index of each old one


def relabelled(inputs: ModelInputs) -> ModelInputs:
    dense = inputs.interactions.toarray()[USERS][:, ITEMS]
    of_items = {m: inputs[features(m)][ITEMS] for m in inputs.modalities}
    return inputs_of(dense, of_items, neighbours=inputs.n_items)


def test_graphs_are_relabelled_along() -> None:
    other = relabelled(INPUTS)
    item_graphs = [g.request for g in graphs_of(INPUTS.matrices) if g.config.joins_items]
    assert item_graphs
    for request in item_graphs:
        expected = INPUTS[request].toarray()[ITEMS][:, ITEMS]
        np.testing.assert_allclose(other[request].toarray(), expected, rtol=1e-5)


def relabel_weights(model: EmbeddingRecommender) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            order = {"users": USERS, "items": ITEMS}.get(name)
            if order is not None:
                parameter.copy_(parameter[torch.from_numpy(order)].clone())


def relabel_noise(model: EmbeddingRecommender, monkeypatch: pytest.MonkeyPatch) -> None:
    if not isinstance(model, SIGER):
        return
    draw = model.noise
    order, place = torch.from_numpy(ITEMS), torch.from_numpy(NEW_ITEM)

    def noise(generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        delta, permutation = draw(generator)
        return delta[order], place[permutation[order]]

    monkeypatch.setattr(model, "noise", noise)


def relabel_batch(batch: Batch) -> Batch:
    users, items = torch.from_numpy(NEW_USER), torch.from_numpy(NEW_ITEM)
    return Batch.of(users[batch.users], items[batch.positives], items[batch.negatives])


def train(model: EmbeddingRecommender, relabel: bool) -> None:
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    noise = torch.Generator().manual_seed(4)
    sampler = PairSampler(INPUTS.interactions, 64)
    for epoch in range(3):
        for batch in sampler.epoch(torch.Generator().manual_seed(epoch)):
            terms = model.loss(relabel_batch(batch) if relabel else batch, noise)
            optimiser.zero_grad()
            torch.stack(list(terms.values())).sum().backward()
            optimiser.step()


def held_out() -> sparse.csr_matrix:
    dense = (np.random.default_rng(9).random(INPUTS.interactions.shape) < 0.1).astype(np.float32)
    return sparse.csr_matrix(dense * (INPUTS.interactions.toarray() == 0))


@pytest.mark.parametrize("name", TRAINED)
def test_metrics_of_a_trained_model(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, other = trained_model(name, INPUTS), trained_model(name, relabelled(INPUTS))
    relabel_weights(other)
    relabel_noise(other, monkeypatch)
    train(model, relabel=False)
    train(other, relabel=True)
    relevant = held_out()
    relevant_other = sparse.csr_matrix(relevant.toarray()[USERS][:, ITEMS])
    every = np.arange(INPUTS.n_users)
    lists, scores = rank(model.eval().scorer(), every, INPUTS.interactions, 20)
    lists_other, scores_other = rank(
        other.eval().scorer(), every, relabelled(INPUTS).interactions, 20
    )
    np.testing.assert_allclose(scores_other, scores[USERS], rtol=1e-3, atol=1e-5)
    np.testing.assert_array_equal(lists_other, NEW_ITEM[lists][USERS])
    one, two = (
        ranking_metrics(lists, relevant, (5, 20)),
        ranking_metrics(lists_other, relevant_other, (5, 20)),
    )
    assert one == pytest.approx(two)


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms_without_a_draw(name: str) -> None:
    if name == "random":
        pytest.skip("the scores of random are draws: a relabelled run draws others")
    inputs = replace(INPUTS, interactions=sparse.csr_matrix(np.tril(np.ones((9, 9), np.float32))))
    order = np.random.default_rng(1).permutation(9)
    other = replace(INPUTS, interactions=inputs.interactions[:, order])
    one, two = (
        Popularity(Popularity.Config(**config_of(name)), i, torch.Generator())
        for i in (inputs, other)
    )
    one.fit(inputs, torch.Generator())
    two.fit(other, torch.Generator())
    assert torch.equal(two.score(torch.arange(9)), one.score(torch.arange(9))[:, order])
