"""Jobs on the plain implementations: loops over users, pairs and lists, one unfused Adam."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from benchmarks.data import SEED, defaults, read_world
from benchmarks.harness import Sample, Work, repeated
from benchmarks.jobs import steps_of_epoch
from benchmarks.plain import Batch, PlainLightGCN, PlainSIGER
from siger_pipeline.data.schema import Split
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.training.config import TrainConfig

Items: TypeAlias = dict[int, set[int]]


def plain_model(model: str, inputs: ModelInputs) -> PlainLightGCN:
    """A plain model with the project's default parameters."""
    torch.manual_seed(SEED)
    values = defaults(model)
    if model == "siger":
        return PlainSIGER(inputs, values)
    return PlainLightGCN(inputs, values["dimension"], values["layers"], values["regularisation"])


def epochs(scratch: Path, world: str, model: str, steps: int | None = None) -> Work:
    """Training epochs, or their first steps."""
    prepared = read_world(scratch / world, model)
    train = TrainConfig.model_validate({})
    pairs, items_of = pairs_and_items(prepared.inputs.interactions)
    built = plain_model(model, prepared.inputs)
    optimiser = torch.optim.Adam(built.parameters(), lr=train.learning_rate)
    noise, draw = torch.Generator().manual_seed(SEED), random.Random(SEED)
    size = train.batch_size
    whole = steps_of_epoch(prepared, size)
    wanted = min(steps or whole, whole)
    yield None
    while True:
        start = time.perf_counter()
        draw.shuffle(pairs)
        shuffled = time.perf_counter()
        drawn = batches(pairs, items_of, prepared.inputs.n_items, size, draw)
        for batch in islice(drawn, wanted):
            loss = built.loss(batch, noise)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            loss.item()
        of_steps, share = time.perf_counter() - shuffled, wanted / whole
        yield Sample(of_steps + share * (shuffled - start), share, {"steps": wanted})


def validations(scratch: Path, world: str, model: str) -> Work:
    """Evaluations of the validation split, top 20."""
    prepared = read_world(scratch / world, model)
    built = plain_model(model, prepared.inputs)
    seen, relevant = prepared.matrices[Split.TRAIN], prepared.matrices[Split.VALIDATION]
    built.requires_grad_(False)
    return repeated(lambda: evaluate(*built.embed(), seen, relevant, 20))


def pairs_and_items(interactions: sparse.csr_matrix) -> tuple[list[tuple[int, int]], Items]:
    """Training pairs, and the items of each user."""
    pairs = list(zip(*(part.tolist() for part in interactions.nonzero()), strict=True))
    items_of = defaultdict(set)
    for user, item in pairs:
        items_of[user].add(item)
    return pairs, items_of


def batches(
    pairs: list[tuple[int, int]], items_of: Items, n_items: int, size: int, draw: random.Random
) -> Iterator[Batch]:
    """The pairs in their order, each with a negative, drawn until the user does not have it."""
    for start in range(0, len(pairs), size):
        users, positives, negatives = [], [], []
        for user, item in pairs[start : start + size]:
            negative = draw.randrange(n_items)
            while negative in items_of[user]:
                negative = draw.randrange(n_items)
            users.append(user)
            positives.append(item)
            negatives.append(negative)
        yield Batch(*(torch.tensor(part) for part in (users, positives, negatives)))


def evaluate(
    users: Tensor, items: Tensor, seen: sparse.csr_matrix, relevant: sparse.csr_matrix, k: int
) -> dict[str, float]:
    """Recall and NDCG at k of the users with relevant items, hits counted in a loop."""
    evaluated = np.flatnonzero(np.diff(relevant.indptr))
    hits, sizes = [], []
    for start in range(0, len(evaluated), 4096):
        block = evaluated[start : start + 4096]
        scores = users[block] @ items.T
        rows, columns = seen[block].nonzero()
        scores[rows, columns] = -1e10
        lists = torch.topk(scores, k, dim=1).indices
        for user, ranked in zip(block, lists.tolist(), strict=True):
            wanted = set(relevant.indices[relevant.indptr[user] : relevant.indptr[user + 1]])
            hits.append([item in wanted for item in ranked])
            sizes.append(len(wanted))
    hit, size = np.array(hits, dtype=float), np.array(sizes)
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = discount.cumsum()[np.minimum(size, k) - 1]
    return {
        f"recall@{k}": float((hit.sum(axis=1) / size).mean()),
        f"ndcg@{k}": float(((hit * discount).sum(axis=1) / ideal).mean()),
    }
