"""Trials in a store of MLflow: what is there, once each, and what is said where it cannot be."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import DataCatalog

from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.errors import UserError
from siger_pipeline.shell import tracking
from siger_pipeline.shell.tracking import TRIAL, left_by, track

VERSION = "2026-11-26T17.00.00.000Z"
METRICS = {"validation": {"recall@20": 0.25}, "test": {"recall@20": 0.5, "ndcg@20": 0.125}}
PARAMETERS = {"model": "siger", "train": {"seed": 7, "published": {}}, "siger": {"beta": 0.5}}
NEEDS_MLFLOW = pytest.mark.skipif(not find_spec("mlflow"), reason="MLflow is not installed")


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataCatalog:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    leave(tmp_path, "siger")
    entry = {"type": JsonDataset, "filepath": str(tmp_path / "data/shop/siger/metrics.json")}
    return DataCatalog.from_config({"metrics": {**entry, "versioned": True}})


def leave(folder: Path, trial: str, version: str = VERSION) -> None:
    """The files of a run."""

    def place(name: str) -> Path:
        path = folder / "data/shop" / trial / name / version / name
        path.parent.mkdir(parents=True)
        return path

    place("metrics.json").write_text(json.dumps(METRICS))
    place("provenance.json").write_text(json.dumps({"parameters": PARAMETERS}))
    history = {"epoch": [1, 2], "loss": [0.75, 0.5], "recall@20": [None, 0.25]}
    pq.write_table(pa.table(history), place("history.parquet"))


def told(catalog: DataCatalog, store: str | None, trials: Sequence[str] = ()) -> list[str]:
    return list(track(catalog, trials, "shop", store))


def runs(store: str) -> list[Any]:
    from mlflow import MlflowClient

    client = MlflowClient(store)
    experiment = client.get_experiment_by_name("shop").experiment_id
    return list(client.search_runs([experiment], order_by=["attributes.start_time"]))


def test_what_a_run_has_left_is_read(catalog: DataCatalog) -> None:
    from kedro_fresh.locations import locations

    [left] = left_by(locations(catalog, ["metrics"])["metrics"], [])
    assert left.parameters() == {
        "model": "siger",
        "train.seed": "7",
        "train.published": "{}",
        "siger.beta": "0.5",
    }
    assert list(left.curves()) == [
        ("training/loss", 0.75, 1),
        ("training/loss", 0.5, 2),
        ("training/recall_at_20", 0.25, 2),
    ]


def test_without_mlflow_it_is_said_how_to_have_it(
    catalog: DataCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"MLflow is not installed: .*siger-pipeline\[mlflow\]"):
        told(catalog, "sqlite:///m.db")


def test_a_store_and_results_are_needed(
    catalog: DataCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "find_spec", lambda name: name)
    with pytest.raises(UserError, match=r"no store is named: --to sqlite:///mlflow\.db"):
        told(catalog, None)
    with pytest.raises(UserError, match="no results of lightgcn under data/shop: `kedro run`"):
        told(catalog, "sqlite:///m.db", ["lightgcn"])


@pytest.mark.slow
@NEEDS_MLFLOW
def test_a_result_is_recorded_once(catalog: DataCatalog, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/m.db"  # MLflow keeps what it has opened by its address
    assert told(catalog, store) == [f"siger: recorded, {VERSION}"]
    assert told(catalog, store) == [f"siger: is there already, {VERSION}"]
    [run] = runs(store)
    assert run.data.metrics == {
        "validation/recall_at_20": 0.25,
        "test/recall_at_20": 0.5,
        "test/ndcg_at_20": 0.125,
        "training/loss": 0.5,
        "training/recall_at_20": 0.25,
    }
    assert run.data.params["siger.beta"] == "0.5"
    assert (run.data.tags[TRIAL], run.info.status) == ("siger", "FINISHED")
    assert {path.name for path in tmp_path.glob("mlruns/**/artifacts/*")} == {
        "metrics.json",
        "provenance.json",
    }
    leave(tmp_path, "siger", "2026-11-27T09.00.00.000Z")
    assert told(catalog, store) == ["siger: recorded, 2026-11-27T09.00.00.000Z"]


@pytest.mark.slow
@NEEDS_MLFLOW
def test_what_breaks_off_is_recorded_anew(
    catalog: DataCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    store = f"sqlite:///{tmp_path}/m.db"
    with monkeypatch.context() as broken:
        broken.setattr(MlflowClient, "log_artifact", lambda *_: Path("/nowhere/at/all").stat())
        with pytest.raises(UserError, match=r"m\.db does not take the trials .*/nowhere"):
            told(catalog, store)
    assert told(catalog, store) == [f"siger: recorded, {VERSION}"]
    assert [run.info.status for run in runs(store)] == ["FAILED", "FINISHED"]


@pytest.mark.slow
@NEEDS_MLFLOW
def test_a_server_that_is_not_there_is_said(
    catalog: DataCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tracking.PATIENCE, "MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(UserError, match=r"^http://127\.0\.0\.1:9 does not take .*where they were$"):
        told(catalog, "http://127.0.0.1:9")
