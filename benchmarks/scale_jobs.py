"""Stages on made-up data of growing size, as units of work; see `benchmarks.worker`.

A world of N interactions lies in the scratch folder as `n<N>`; the graphs that a stage builds are
left there for those after it.
"""

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table
from scipy import sparse

from benchmarks.data import SEED, made_up_features, parameters, siger
from benchmarks.worker import Sample, Work
from benchmarks.zipf import interactions
from siger_pipeline.data import index, kcore, pairs, split
from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.graphs.bipartite import normalised_bipartite
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.ops.allocator import keep_freed_memory

WIDTH = 384
SPLIT = SplitConfig(
    strategy=Strategy.RANDOM_PER_USER, ratios=(0.8, 0.1, 0.1), seed=SEED, untrained_users="leave"
)


def make(scratch: Path, number: int) -> Work:
    """Made-up interactions, and features that both modalities share; not a stage."""
    yield None
    folder = scratch / f"n{number}"
    folder.mkdir()
    matrices = interactions(number, SEED)
    for name, matrix in matrices.items():
        sparse.save_npz(folder / f"{name}.npz", matrix, compressed=False)
    items = matrices[Split.TRAIN].shape[1]
    np.save(folder / "text_feat.npy", made_up_features(items, WIDTH))
    (folder / "image_feat.npy").symlink_to("text_feat.npy")
    pq.write_table(_raw(matrices), folder / "raw.parquet")
    yield Sample(0.0)


def _raw(matrices: dict[Split, sparse.csr_matrix]) -> pa.Table:
    """What a source's reader gives: ids as text, in no order."""
    found = [matrix.nonzero() for matrix in matrices.values()]
    users, items = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.random.default_rng(SEED).permutation(len(users))
    return pa.table(
        {
            Columns.LINE_NUMBER: np.arange(len(users)),
            Columns.USER: pa.array(users[order]).cast(pa.string()),
            Columns.ITEM: pa.array(items[order]).cast(pa.string()),
            Columns.TIMESTAMP: order,
        }
    )


def ingest(scratch: Path, number: int) -> Work:
    """One interaction a pair, 5-core, numbers, split: from a table of ids to numbered splits."""
    folder = scratch / f"n{number}"
    yield None
    while True:
        start = time.perf_counter()
        raw = connection().read_parquet(folder / "raw.parquet")
        rows = conform(raw, INTERACTION_TYPES)
        kept = _stored(folder, "interactions", pairs.one_per_pair(rows))
        core, _ = kcore.k_core(kept, 5)
        core = _stored(folder, "core", core)
        users = _stored(folder, "users", index.user_index(core))
        nothing = conform(core.select(Columns.ITEM).distinct(), ITEM_TYPES)
        items = _stored(folder, "items", index.item_index(index.catalogue(core, nothing, 5)))
        labelled = split.without_untrained(split.assign(core, SPLIT), SPLIT)
        _stored(folder, "splits", index.index_splits(labelled, users, items))
        yield Sample(time.perf_counter() - start)


def _stored(folder: Path, name: str, table: Table) -> Table:
    dataset = TableDataset(filepath=str(folder / f"{name}.parquet"))
    dataset.save(table)
    loaded: Table = dataset.load()
    return loaded


def bipartite(scratch: Path, number: int) -> Work:
    """The normalised user-item graph."""
    folder = scratch / f"n{number}"
    train = sparse.load_npz(folder / f"{Split.TRAIN}.npz")
    yield None
    while True:
        start = time.perf_counter()
        graph = normalised_bipartite(train)
        seconds = time.perf_counter() - start
        sparse.save_npz(folder / "bipartite.npz", graph, compressed=False)
        yield Sample(seconds)


def cooccurrence(scratch: Path, number: int) -> Work:
    """The co-occurrence graph."""
    folder, bound = scratch / f"n{number}", parameters("graphs")["block_mib"]
    request = siger().cooccurrence()
    train = sparse.load_npz(folder / f"{Split.TRAIN}.npz")
    yield None
    while True:
        start = time.perf_counter()
        graph = cooccurrence_graph(train, siger().cooccurrence_k, block_mib=bound)
        seconds = time.perf_counter() - start
        sparse.save_npz(folder / f"{request.name}.npz", graph, compressed=False)
        yield Sample(seconds)


def knn(scratch: Path, number: int) -> Work:
    """The nearest neighbours of the items by 384-d features."""
    keep_freed_memory()  # as the node does
    folder, bound = scratch / f"n{number}", parameters("graphs")["block_mib"]
    features = np.load(folder / "text_feat.npy")
    yield None
    while True:
        start = time.perf_counter()
        graph = knn_graph(features, siger().knn_k, block_mib=bound)
        seconds = time.perf_counter() - start
        for modality in ("image", "text"):
            path = folder / f"{siger().knn(modality).name}.npz"
            sparse.save_npz(path, graph, compressed=False)
        yield Sample(seconds)


def knn_alone(scratch: Path, items: int) -> Work:
    """The nearest neighbours of so many items."""
    keep_freed_memory()
    features, bound = made_up_features(items, WIDTH), parameters("graphs")["block_mib"]
    yield None
    while True:
        start = time.perf_counter()
        knn_graph(features, siger().knn_k, block_mib=bound)
        yield Sample(time.perf_counter() - start)
