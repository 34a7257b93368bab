"""Jobs on made-up data of growing size.

A world of N interactions is the folder `n<N>` of the scratch folder; the graphs of a stage are
stored there for the stages after it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table
from scipy import sparse

from benchmarks.data import SEED, build_graphs, features_of, made_up_features, parameters
from benchmarks.harness import Sample, Work, repeated
from benchmarks.zipf import interactions
from siger_pipeline.data import index, kcore, pairs, split
from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.recommenders.siger.config import BIPARTITE, Config
from siger_pipeline.requests import Request

WIDTH = 384
SIGER = Config(**parameters("siger"))
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
    np.save(folder / "text_feat.npy", made_up_features(matrices[Split.TRAIN].shape[1], WIDTH))
    (folder / "image_feat.npy").symlink_to("text_feat.npy")
    pq.write_table(_raw(matrices), folder / "raw.parquet")
    yield Sample(0.0)


def _raw(matrices: dict[Split, sparse.csr_matrix]) -> pa.Table:
    """Interactions as a source's reader returns them: ids as text, in random order."""
    entries = [matrix.nonzero() for matrix in matrices.values()]
    users, items = (np.concatenate(part) for part in zip(*entries, strict=True))
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
    """One interaction per pair, 5-core, indices, split: from a table of ids to indexed splits."""
    folder = scratch / f"n{number}"

    def stored(name: str, table: Table) -> Table:
        dataset = TableDataset(filepath=str(folder / f"{name}.parquet"))
        dataset.save(table)
        loaded: Table = dataset.load()
        return loaded

    def stage() -> None:
        raw = connection().read_parquet(folder / "raw.parquet")
        rows = stored("interactions", pairs.one_per_pair(conform(raw, INTERACTION_TYPES)))
        core = stored("core", kcore.k_core(rows, 5)[0])
        users = stored("users", index.user_index(core))
        no_metadata = conform(core.select(Columns.ITEM).distinct(), ITEM_TYPES)
        items = stored("items", index.item_index(index.catalogue(core, no_metadata, 5)))
        labelled = split.without_untrained(split.assign(core, SPLIT), SPLIT)
        stored("splits", index.index_splits(labelled, users, items))

    return repeated(stage)


def bipartite(scratch: Path, number: int) -> Work:
    """The normalised user-item graph."""
    return _graph(scratch / f"n{number}", [BIPARTITE])


def cooccurrence(scratch: Path, number: int) -> Work:
    """The co-occurrence graph."""
    return _graph(scratch / f"n{number}", [SIGER.cooccurrence()])


def knn(scratch: Path, number: int) -> Work:
    """The nearest neighbours of the items by 384-d features, which both modalities share."""
    text, image = SIGER.knn("text"), SIGER.knn("image")
    folder = scratch / f"n{number}"
    (folder / f"{image.name}.npz").symlink_to(f"{text.name}.npz")
    return _graph(folder, [text])


def _graph(folder: Path, requests: Sequence[Request]) -> Work:
    keep_freed_memory()  # as the node of the stage does
    train, features = sparse.load_npz(folder / f"{Split.TRAIN}.npz"), features_of(folder)

    def store(graphs: Mapping[Request, sparse.csr_matrix]) -> None:
        for request, graph in graphs.items():
            sparse.save_npz(folder / f"{request.name}.npz", graph, compressed=False)

    return repeated(lambda: build_graphs(train, features, requests), store)
