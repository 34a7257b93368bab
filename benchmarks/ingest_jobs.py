"""Ingest after reading, as this project, pandas and Polars do it: `… <who> <raw> <folder> <MiB>`.

Each writes a line of JSON for every step that it has ended. The steps are the same: one interaction
per pair, 5-core, numbers for users and items, a random split of each user's interactions. The other
two are as one writes them: random numbers in place of md5, no counts.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SEED = 999
K = 5
PAIR, SHARE = ["user", "item"], 0.1


class Steps:
    """The steps of a process, told as they end."""

    def __init__(self) -> None:
        self.start = time.perf_counter()

    def ended(self, step: str, rows: int) -> None:
        """Say what a step took; the next begins."""
        now = time.perf_counter()
        said = {"step": step, "seconds": now - self.start, "rows": rows}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        self.start = now


def ours(raw: Path, folder: Path, mib: int) -> None:
    """The nodes of the stage, each on what the one before it has saved."""
    import pandas as pd

    from siger_pipeline.data.config import SplitConfig, Strategy
    from siger_pipeline.data.counts import count_reading
    from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
    from siger_pipeline.datasets.duckdb import connection
    from siger_pipeline.datasets.table import TableDataset
    from siger_pipeline.memory import use_memory
    from siger_pipeline.pipelines.ingest import nodes

    use_memory(f"{mib} MiB")
    steps = Steps()

    def saved(name: str, table: Any) -> Any:
        dataset = TableDataset(filepath=str(folder / f"{name}.parquet"))
        dataset.save(table)
        return dataset.load()

    def rows(table: Any) -> int:
        return int(table.count().to_pyarrow().as_py())

    read = conform(connection().read_parquet(raw), INTERACTION_TYPES)
    counts = saved("read_counts", count_reading(read, 0))
    made, counts = nodes.clean_interactions(read, counts, None, None, None)
    interactions, counts = saved("interactions", made), saved("clean_counts", counts)
    steps.ended("one per pair", rows(interactions))
    made, counts = nodes.keep_k_core(interactions, counts, K)
    core, counts = saved("core", made), saved("core_counts", counts)
    steps.ended(f"{K}-core", rows(core))
    items = saved("items", conform(core.select("item").limit(0), ITEM_TYPES))
    users = saved("users", nodes.index_users(core))
    catalogue = saved("catalogue", nodes.index_items(core, items, K))
    steps.ended("numbers", rows(users) + rows(catalogue))
    chosen = SplitConfig(
        strategy=Strategy.RANDOM_PER_USER,
        ratios=(1 - 2 * SHARE, SHARE, SHARE),
        seed=SEED,
        untrained_users="leave",
    )
    made, counts = nodes.split_interactions(core, counts, users, catalogue, chosen, items)
    splits = saved("splits", made)
    assert isinstance(counts, pd.DataFrame)
    steps.ended("split", rows(splits))
    *matrices, _ = nodes.arrange_splits(
        splits, users, catalogue, core, K, "all", chosen.strategy, chosen.cold_items
    )
    steps.ended("checks, matrices", sum(matrix.nnz for matrix in matrices))


def pandas(raw: Path, folder: Path, mib: int) -> None:
    """Tables in memory."""
    import pandas as pd

    steps = Steps()
    table = pd.read_parquet(raw)
    table = table.sort_values(["timestamp", "line_number"]).drop_duplicates(PAIR)
    steps.ended("one per pair", len(table))
    before = -1
    while before != len(table):
        before = len(table)
        for key in PAIR:
            degree = table.groupby(key)[key].transform("size")
            table = table[degree >= K]
    steps.ended(f"{K}-core", len(table))
    numbers = {key: pd.factorize(table[key], sort=True) for key in PAIR}
    for key, (codes, _) in numbers.items():
        table[f"{key}_id"] = codes.astype(np.int32)
    steps.ended("numbers", sum(len(names) for _, names in numbers.values()))
    table = table.sample(frac=1, random_state=SEED)
    place = table.groupby("user_id").cumcount()
    size = table.groupby("user_id")["user_id"].transform("size")
    held = (size * SHARE + 0.5).astype(int).clip(lower=1)
    table["split"] = np.select([place < held, place < 2 * held], ["test", "validation"], "train")
    table = table[["user_id", "item_id", "split"]].sort_values(["user_id", "item_id"])
    table.to_parquet(folder / "splits.parquet", index=False)
    steps.ended("split", len(table))


def polars(raw: Path, folder: Path, mib: int) -> None:
    """Lazy tables of the streaming engine, each step a file."""
    import polars as pl

    steps = Steps()

    def saved(name: str, frame: pl.LazyFrame) -> pl.LazyFrame:
        frame.sink_parquet(folder / f"{name}.parquet")
        return pl.scan_parquet(folder / f"{name}.parquet")

    def rows(frame: pl.LazyFrame) -> int:
        return int(frame.select(pl.len()).collect(engine="streaming").item())

    first = pl.scan_parquet(raw).group_by(PAIR).agg(pl.col("timestamp").min())
    table = saved("interactions", first)
    steps.ended("one per pair", count := rows(table))
    before, passes = -1, 0
    while before != count:
        before, passes = count, passes + 1
        for key in PAIR:
            degrees = table.group_by(key).len().filter(pl.col("len") >= K).select(key)
            table = saved(f"core-{passes}-{key}", table.join(degrees, on=key, how="semi"))
        count = rows(table)
    steps.ended(f"{K}-core", count)
    indexes = {
        key: saved(key, table.select(key).unique().sort(key).with_row_index(f"{key}_id"))
        for key in PAIR
    }
    steps.ended("numbers", sum(map(rows, indexes.values())))
    for key, index in indexes.items():
        table = table.join(index, on=key)
    drawn = pl.struct("user_id", "item_id").hash(SEED).rank("ordinal").over("user_id")
    held = (pl.len().over("user_id") * SHARE + 0.5).floor().clip(1)
    part = (
        pl.when(drawn <= held)
        .then(pl.lit("test"))
        .when(drawn <= 2 * held)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("train"))
    )
    chosen = table.select("user_id", "item_id", split=part).sort("user_id", "item_id")
    steps.ended("split", rows(saved("splits", chosen)))


WHO: dict[str, Callable[[Path, Path, int], None]] = {
    "ours": ours,
    "pandas": pandas,
    "polars": polars,
}

if __name__ == "__main__":
    who, raw, folder, mib = sys.argv[1:]
    WHO[who](Path(raw), Path(folder), int(mib))
