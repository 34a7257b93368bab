"""The plain implementations as units of work; see `benchmarks.worker`."""

import random
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from scipy import sparse

from benchmarks import plain_parts
from benchmarks.data import SEED, parameters, read_world
from benchmarks.jobs import prepared_steps
from benchmarks.plain import PlainLightGCN, PlainSIGER
from benchmarks.worker import Sample, Work
from siger_pipeline.data.schema import Split
from siger_pipeline.models.inputs import ModelInputs


def plain_model(model: str, inputs: ModelInputs) -> PlainLightGCN:
    """A plain model with the parameters that the project ships; SIGER's features are trained."""
    torch.manual_seed(SEED)
    values = parameters(model)
    if model == "siger":
        return PlainSIGER(inputs, values, features=True)
    return PlainLightGCN(inputs, values["dimension"], values["layers"], values["regularisation"])


def epochs(scratch: Path, world: str, model: str, steps: int | None = None) -> Work:
    """Training epochs, or their first steps."""
    prepared = read_world(scratch / world)
    train = parameters("train")
    pairs, owned = plain_parts.pairs_and_owned(prepared.inputs.interactions)
    built = plain_model(model, prepared.inputs)
    optimiser = torch.optim.Adam(built.parameters(), lr=train["learning_rate"])
    noise, draw = torch.Generator().manual_seed(SEED), random.Random(SEED)
    size = train["batch_size"]
    whole = prepared_steps(prepared, size)
    wanted = min(steps or whole, whole)
    yield None
    while True:
        start = time.perf_counter()
        draw.shuffle(pairs)
        shuffled = time.perf_counter()
        drawn = plain_parts.batches(pairs, owned, prepared.inputs.n_items, size, draw)
        for batch in islice(drawn, wanted):
            loss = built.loss(batch, noise)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            loss.item()
        of_steps, share = time.perf_counter() - shuffled, wanted / whole
        yield Sample(of_steps + share * (shuffled - start), share, {"steps": wanted})


def validations(scratch: Path, world: str, model: str) -> Work:
    """The evaluation of the validation split, top 20."""
    prepared = read_world(scratch / world)
    built = plain_model(model, prepared.inputs)
    seen, relevant = prepared.matrices[Split.TRAIN], prepared.matrices[Split.VALIDATION]
    yield None
    while True:
        start = time.perf_counter()
        with torch.no_grad():
            plain_parts.evaluate(*built.embed(), seen, relevant, 20)
        yield Sample(time.perf_counter() - start)


def graphs(scratch: Path, world: str) -> Work:
    """Bipartite graph, co-occurrences, and the neighbours by each modality."""
    folder, values = scratch / world, parameters("siger")
    interactions = sparse.load_npz(folder / f"{Split.TRAIN}.npz")
    features = [np.load(path) for path in sorted(folder.glob("*_feat.npy"))]
    yield None
    while True:
        start = time.perf_counter()
        plain_parts.bipartite(interactions)
        plain_parts.cooccurrence(interactions, values["cooccurrence_k"])
        for matrix in features:
            plain_parts.knn(matrix, values["knn_k"])
        yield Sample(time.perf_counter() - start)
