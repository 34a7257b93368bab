"""The plain implementations and the project's agree: written twice from the formulas."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import Tensor, nn

from benchmarks import plain, plain_jobs
from benchmarks.data import World, defaults
from benchmarks.jobs import first_steps, train_config, trained
from contracts.world import small_world, trained_model, withheld
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.metrics import ranking_metrics
from siger_pipeline.evaluation.ranking import top_k
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained

TIGHT = {"rtol": 2e-4, "atol": 2e-6}


def siger_pair(inputs: ModelInputs, **changes: float) -> tuple[Trained, nn.Module]:
    """Ours and the plain one, with the same weights; raw features trained."""
    ours = trained_model("siger", inputs, **changes, train_features=True)
    values = {**defaults("siger"), **changes}
    other = plain.PlainSIGER(inputs, values)
    own = dict(ours.named_parameters())
    with torch.no_grad():
        for name, parameter in other.named_parameters():
            parameter.copy_(own[ours_called(name)])
    return ours, other


def ours_called(name: str) -> str:
    """`inner.image.weight` is `gates.image.inner.weight`, `raw.image` `gates.image.raw.table`."""
    kind, _, rest = name.partition(".")
    modality, _, last = rest.partition(".")
    return f"gates.{modality}.{kind}.{last or 'table'}" if rest else name


def losses(ours: Trained, other: nn.Module, inputs: ModelInputs) -> tuple[Tensor, Tensor]:
    """Of the same batch and the same noise, gradients computed."""
    batch = next(PairBatches(inputs.interactions, 40).epoch(Randomness.seeded(3)))
    terms = ours.loss(batch, Randomness.seeded(4))
    one = torch.stack(list(terms.values())).sum()
    pairs = plain.Batch(batch.users, batch.positives, batch.negatives)
    two = other.loss(pairs, torch.Generator().manual_seed(4))
    one.backward()
    two.backward()
    return one, two


@pytest.mark.parametrize("epsilon", [0.0, 0.05])
def test_siger_has_the_plain_loss_and_gradients(epsilon: float) -> None:
    inputs = small_world()
    weights = {"lambda_perturbation": 0.7, "lambda_alignment": 0.9, "lambda_regularisation": 0.1}
    ours, other = siger_pair(inputs, epsilon=epsilon, **weights)
    one, two = losses(ours, other, inputs)
    torch.testing.assert_close(one, two, **TIGHT)
    own = dict(ours.named_parameters())
    for name, parameter in other.named_parameters():
        torch.testing.assert_close(own[ours_called(name)].grad, parameter.grad, **TIGHT)


def test_lightgcn_has_the_plain_loss_gradients_and_embeddings() -> None:
    inputs = small_world()
    ours = trained_model("lightgcn", inputs, regularisation=0.1)
    other = plain.PlainLightGCN(inputs, 64, 3, 0.1)
    other.load_state_dict(dict(ours.named_parameters()))
    one, two = losses(ours, other, inputs)
    torch.testing.assert_close(one, two, **TIGHT)
    for table in ("users", "items"):
        torch.testing.assert_close(getattr(ours, table).grad, getattr(other, table).grad, **TIGHT)
    for ours_part, plain_part in zip(ours.embed(), other.embed(), strict=True):
        torch.testing.assert_close(ours_part, plain_part, **TIGHT)


def test_the_plain_evaluation_measures_the_same() -> None:
    inputs = small_world()
    splits = withheld(inputs.interactions)
    relevant = sparse.csr_matrix(
        splits[Split.VALIDATION].multiply(sparse.random(30, 40, 0.3, random_state=1) > 0)
    )
    generator = torch.Generator().manual_seed(0)
    users, items = (torch.rand(n, 8, generator=generator) for n in (30, 40))
    items = -items  # no score is above 0: masked items must rank below all the same
    figures = plain_jobs.evaluate(users, items, inputs.interactions, relevant, 5)
    rows = np.flatnonzero(np.diff(relevant.indptr))
    expected = ranking_metrics(
        top_k(users, items, inputs.interactions, 5)[rows], relevant[rows], [5]
    )
    assert figures == {name: pytest.approx(expected[name]) for name in ("recall@5", "ndcg@5")}


def test_the_plain_sampler_gives_every_pair_once_with_an_item_that_the_user_has_not() -> None:
    interactions = small_world().interactions
    pairs, items_of = plain_jobs.pairs_and_items(interactions)
    batches = list(plain_jobs.batches(pairs, items_of, 40, 16, random.Random(0)))
    assert len(batches) == math.ceil(interactions.nnz / 16)
    users, positives, negatives = (torch.cat(part).numpy() for part in zip(*batches, strict=True))
    assert sorted(zip(users, positives, strict=True)) == sorted(
        zip(*interactions.nonzero(), strict=True)
    )
    assert not interactions.toarray()[users, negatives].any()


def test_fewer_steps_leave_the_graphs_whole() -> None:
    inputs = small_world()
    world = World(withheld(inputs.interactions), inputs)
    part, share = first_steps(world, 16, 3)
    assert part.inputs.interactions.nnz == 48
    assert share == 3 / math.ceil(inputs.interactions.nnz / 16)
    assert replace(part.inputs, interactions=inputs.interactions) == inputs
    progress = trained(part, "lightgcn", train_config("lightgcn", batch_size=16))
    assert next(progress).history["epoch"].tolist() == [1]
