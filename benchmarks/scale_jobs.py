"""Jobs on made-up data of growing size."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table
from scipy import sparse

from benchmarks.data import SEED, made_up_features, write_world
from benchmarks.harness import Sample, Work, repeated
from benchmarks.zipf import interactions
from siger_pipeline.data import index, kcore, pairs, split
from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.datasets.table import TableDataset

WIDTH = 384
SPLIT = SplitConfig(
    strategy=Strategy.RANDOM_PER_USER, ratios=(0.8, 0.1, 0.1), seed=SEED, untrained_users="leave"
)


def make(scratch: Path, world: str) -> Work:
    """Made-up interactions, as many as the world's name says, and features of both modalities."""
    yield None
    matrices = interactions(int(world.removeprefix("n")), SEED)
    features = made_up_features(matrices[Split.TRAIN].shape[1], WIDTH)
    write_world(scratch / world, matrices, {"text": features, "image": features})
    pq.write_table(_raw(matrices), scratch / world / "raw.parquet")
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


def ingest(scratch: Path, world: str) -> Work:
    """One interaction per pair, 5-core, indices, split: from a table of ids to indexed splits."""
    folder = scratch / world

    def stored(name: str, table: Table) -> Table:
        dataset = TableDataset(filepath=str(folder / f"{name}.parquet"))
        dataset.save(table)
        loaded: Table = dataset.load()
        return loaded

    def stage() -> None:
        raw = connection().read_parquet(folder / "raw.parquet")
        rows = stored(
            "interactions",
            pairs.one_per_pair(conform(raw, INTERACTION_TYPES)).order_by(
                Columns.USER, Columns.ITEM
            ),
        )
        core = stored("core", kcore.k_core(rows, 5)[0])
        users = stored("users", index.user_index(core))
        no_metadata = conform(core.select(Columns.ITEM).distinct(), ITEM_TYPES)
        items = stored("items", index.item_index(index.catalogue(core, no_metadata, 5)))
        labelled = split.without_untrained(split.assign(core, SPLIT), SPLIT)
        stored("splits", index.index_splits(labelled, users, items))

    return repeated(stage)
