"""The same tables, row for row, whichever engine computes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.datasets.engine import on_engine, use_engine
from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.engines import engine_name
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.pipelines.ingest import nodes

# Ids of other scripts and signs, of which orders by characters, code units and bytes differ.
ODD = ["007", "7", "é", "e\u0301", "𝕏", "ﬀ", "שלום", "a|b", "Z", "ä", "'", "_", "%41", " x"]
SETTINGS = {"ratios": (0.7, 0.15, 0.15), "seed": 999, "untrained_users": "leave"}
LABELS, SHARES = ["train", "validation", "test"], [0.7, 0.15, 0.15]


@pytest.fixture(autouse=True)
def _duckdb_afterwards() -> Iterator[None]:
    yield
    use_engine("duckdb")


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """The address of a server that speaks Spark Connect, without a JVM."""
    server = pytest.importorskip("pysail.spark").SparkConnectServer(port=0)
    server.start(background=True)
    yield f"sc://127.0.0.1:{server.listening_address[1]}"
    from siger_pipeline.datasets.spark import backend

    address = f"sc://127.0.0.1:{server.listening_address[1]}"
    backend(address).disconnect()
    backend.cache_clear()
    server.stop()


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Spark in a process beside this one."""
    pytest.importorskip("pyspark")
    # A client of a server says so to all that follows in its process.
    for name in ("SPARK_CONNECT_MODE_ENABLED", "SPARK_REMOTE", "SPARK_LOCAL_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    yield "spark"
    from siger_pipeline.datasets.spark import backend

    backend("spark").disconnect()
    backend.cache_clear()


def made_up(n: int) -> pd.DataFrame:
    """Interactions as a source reads them: repeats, equal times, ratings and times that lack."""
    draw = np.random.default_rng(3)
    users = draw.integers(0, max(n // 8, 5), n)
    names = [ODD[k] if k < len(ODD) else f"u{k}" for k in users.tolist()]
    items = (draw.random(n) ** 2 * max(n // 20, 6)).astype(int)
    ratings = draw.integers(1, 6, n).astype(float)
    ratings[::17] = np.nan
    return pd.DataFrame(
        {
            "line_number": np.arange(n),
            "user": names,
            "item": [ODD[k] if k < len(ODD) else str(k) for k in items.tolist()],
            "rating": ratings,
            "timestamp": 1_420_070_400 + draw.integers(0, 50, n) * 86_400,
            "timestamp_is_position": False,
            "split": labels(n),
            "user_row": pd.array([None] * n, dtype="Int64"),
        }
    )


def labels(n: int) -> Any:
    """A made-up published split."""
    return pd.array(np.random.default_rng(4).choice(LABELS, n, p=SHARES), dtype="string")


class Stage:
    """The nodes of ingest after reading, each on what the one before it has saved."""

    def __init__(self, folder: Path, rows: pd.DataFrame, **options: Any) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.raw, self.items = self.saved("raw", rows), self.saved("items", described(rows))
        self.options = options

    def saved(self, name: str, table: Any) -> Any:
        dataset = TableDataset(filepath=str(self.folder / f"{name}.parquet"))
        dataset.save(table)
        return dataset.load()

    def core(self, strategy: Strategy | None = None) -> None:
        read = pd.DataFrame([["read", 0, 0, len(self.raw.to_pandas()), 0]], columns=COUNTED)
        chosen = None if strategy is None else settings(strategy)
        cleaned, counts = nodes.clean_interactions(
            self.raw, self.saved("read", read), self.options.get("min_rating"), None, None
        )
        cleaned, counts = self.saved("interactions", cleaned), self.saved("clean_counts", counts)
        core, counts = nodes.keep_k_core(cleaned, counts, 2, None, chosen)
        self.kept, self.counts = self.saved("core", core), self.saved("core_counts", counts)
        self.users = self.saved("users", nodes.index_users(self.kept))
        self.catalogue = self.saved("catalogue", nodes.index_items(self.kept, self.items, 2))

    def split(self, strategy: Strategy, kcore_on: str = "all") -> None:
        tables = (self.kept, self.counts, self.users, self.catalogue)
        chosen = settings(strategy, cold_items=0.1 if kcore_on == "all" else 0.0)
        splits, counts = nodes.split_interactions(*tables, chosen, self.items, kcore_on)
        splits = self.saved(f"splits-{strategy}", splits)
        self.saved(f"counts-{strategy}", counts)
        *_, checked = nodes.arrange_splits(
            splits, self.users, self.catalogue, self.kept, 2, kcore_on, strategy, chosen.cold_items
        )
        self.saved(f"checks-{strategy}", pd.DataFrame([{"split": checked["split"]}]))

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.iterdir())}


COUNTED = ["step", "users", "items", "interactions", "removed"]


def settings(strategy: Strategy, **changes: Any) -> SplitConfig:
    return SplitConfig(strategy=strategy, **{**SETTINGS, **changes})


def described(rows: pd.DataFrame) -> pd.DataFrame:
    """Metadata of some of the items."""
    items = sorted(rows["item"].unique())[::2]
    return pd.DataFrame({"item": items, "row": pd.array([None] * len(items), dtype="Int64")})


def all_of(folder: Path, rows: pd.DataFrame) -> dict[str, bytes]:
    """The files of every table, for each strategy; and of a k-core of training."""
    stage = Stage(folder / "all", rows)
    stage.core()
    for strategy in Strategy:
        stage.split(strategy)
    on_training = Stage(folder / "train", rows, min_rating=2.0)
    on_training.core(Strategy.TEMPORAL_PER_USER)
    on_training.split(Strategy.TEMPORAL_PER_USER, "train")
    return {f"{s.folder.name}/{k}": v for s in (stage, on_training) for k, v in s.bytes().items()}


def same_on(address: str, folder: Path, rows: pd.DataFrame) -> None:
    expected = all_of(folder / "duckdb", rows)
    use_engine(address)
    found = all_of(folder / "other", rows)
    assert found.keys() == expected.keys() and "all/splits-published.parquet" in found
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_server_of_spark_connect_makes_the_bytes_of_duckdb(sail: str, tmp_path: Path) -> None:
    same_on(sail, tmp_path, made_up(600))


def test_a_table_without_rows_and_one_of_no_file_are_the_same(sail: str, tmp_path: Path) -> None:
    use_engine(sail)
    stage = Stage(tmp_path, made_up(40))
    odd = stage.raw.filter(stage.raw["rating"] > 9)  # of an expression, which no file has
    (moved,) = on_engine(odd.cache())
    stage.saved("none", moved.order_by("line_number"))
    assert len(pd.read_parquet(tmp_path / "none.parquet")) == 0
    assert TableDataset(filepath=str(tmp_path / "none.parquet")).load().columns == moved.columns


def test_a_table_whose_rows_have_no_order_is_not_saved(sail: str, tmp_path: Path) -> None:
    use_engine(sail)
    stage = Stage(tmp_path, made_up(40))
    (moved,) = on_engine(stage.raw)
    with pytest.raises(Exception, match="end the expression by order_by"):
        stage.saved("rows", moved.filter(moved["rating"] > 3))


def test_what_spark_says_is_one_sentence(sail: str, tmp_path: Path) -> None:
    use_engine(sail)
    raw = Stage(tmp_path, made_up(40)).raw
    (moved,) = on_engine(raw)
    wrong = moved.filter(moved["user"].re_search("("))
    with pytest.raises(InputError, match="Spark could not compute a table: ") as caught:
        wrong.count().to_pyarrow()
    assert "\n" not in str(caught.value)


def test_an_engine_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siger_pipeline.datasets.engine.find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"pip install 'siger-pipeline\[spark\]'"):
        use_engine("sc://localhost:1")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ParameterError, match="there is no Java: install version 17"):
        use_engine("spark")


def test_names_of_engines() -> None:
    assert [engine_name(name) for name in ("duckdb", "spark", "sc://a:1")] == [
        *("duckdb", "spark", "sc://a:1"),
    ]
    for name in ("polars", "sc://", ""):
        with pytest.raises(ValueError, match="must be duckdb, spark, or the address"):
            engine_name(name)


@pytest.mark.slow
def test_spark_itself_makes_the_bytes_of_duckdb(spark: str, tmp_path: Path) -> None:
    same_on(spark, tmp_path, made_up(600))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sail", "spark"])
def test_a_million_rows_are_the_same(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    same_on(request.getfixturevalue(engine), tmp_path, made_up(10**6))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sail", "spark"])
def test_gift_cards_are_the_same(
    request: pytest.FixtureRequest, engine: str, tmp_path: Path
) -> None:
    path = Path(os.environ.get("SIGER_DATA", ""), "raw", "amazon_2018", "Gift_Cards_5.json.gz")
    if not path.is_file():
        pytest.skip("SIGER_DATA names no folder with Gift_Cards")
    reviews = LinesDataset(filepath=str(path)).load()
    given = {"reviews": reviews, "max_bad_share": 0.0, "strategy": Strategy.LEAVE_ONE_OUT}
    read, _ = nodes.read_interactions("amazon", **given)
    # pandas forgets the types of columns without a value.
    rows = read.to_pandas().astype({"user_row": "Int64"})
    rows = rows.assign(split=labels(len(rows)))
    same_on(request.getfixturevalue(engine), tmp_path, rows)
