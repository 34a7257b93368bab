"""Trials as runs of MLflow, from the files that runs have left: nothing is trained or changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import DataCatalog

from kedro_fresh.locations import Location, locations
from siger_pipeline.errors import InputError, UserError
from siger_pipeline.shell.metrics import metrics_of, results_beside, seen_from_here

if TYPE_CHECKING:
    from mlflow import MlflowClient

TRIAL, VERSION = "siger.trial", "siger.version"
ARTEFACTS = ("metrics.json", "provenance.json", "report.html")
LONGEST = 500  # characters of a parameter's value that every store takes
AT_ONCE = 500  # metrics of one request that every store takes
# MLflow tries a server for minutes that is not there.
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


@dataclass(frozen=True)
class Left:
    """The newest files of a trial."""

    trial: str
    version: str
    metrics: Mapping[str, Mapping[str, float]]
    files: Mapping[str, Path]

    def parameters(self) -> dict[str, str]:
        """Dotted key -> value of each parameter, as its provenance has them."""
        text = self.files["provenance.json"].read_text(encoding="utf-8")
        flat = _flat(json.loads(text)["parameters"])
        return {key: str(value)[:LONGEST] for key, value in flat}

    def curves(self) -> Iterator[tuple[str, float, int]]:
        """Name, value and epoch of each loss and metric of the training, if there was one."""
        if "history.parquet" not in self.files:
            return
        import pyarrow.parquet as pq

        for row in pq.read_table(self.files["history.parquet"]).to_pylist():
            epoch = int(row.pop("epoch"))
            for name, value in row.items():
                if isinstance(value, int | float):
                    yield f"training/{_spelt(name)}", float(value), epoch


def track(
    catalog: DataCatalog, trials: Iterable[str], dataset: str, store: str | None
) -> Iterator[str]:
    """Record the newest results of trials in a store of MLflow; a line for each.

    A result that is there already is not recorded again.

    Args:
        catalog: of the data set.
        trials: names; none means all with results.
        dataset: its name, that of the experiment.
        store: address of the store; None means that of MLFLOW_TRACKING_URI.

    Raises:
        UserError: MLflow is not installed, no store is named, it cannot be reached or refuses
            something, or a trial has no results.
    """
    if not find_spec("mlflow"):
        raise UserError(
            "MLflow is not installed: install the extra, `pip install 'siger-pipeline[mlflow]'`"
        )
    store = store or os.environ.get("MLFLOW_TRACKING_URI")
    if not store:
        raise UserError(
            "no store is named: --to sqlite:///mlflow.db, --to http://<server>, or the variable"
            " MLFLOW_TRACKING_URI"
        )
    found = list(left_by(locations(catalog, ["metrics"])["metrics"], list(trials)))
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        yield from _record(found, dataset, store)
    except UserError:
        raise
    except Exception as error:  # of MLflow, its database driver or its connection
        why = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(
            f"{store} does not take the trials ({why}): look whether it is there and its address"
            " is right, then do the same again; the results of the runs are where they were"
        ) from error


def left_by(metrics: Location, trials: list[str]) -> Iterator[Left]:
    """The newest files of some trials, or of all.

    Args:
        metrics: of any trial of the data set.
        trials: names; none means all.

    Raises:
        InputError: one has no results, or is without provenance.
    """
    assert metrics.path is not None
    results, folder = results_beside(metrics), metrics.path.parents[1]
    missing = [name for name in trials if name not in results]
    if missing or not results:
        raise InputError(
            f"no results{' of ' if missing else ''}{', '.join(missing)} under"
            f" {seen_from_here(folder)}: `kedro run` first; `kedro compare` lists what has results"
        )
    for name in trials or sorted(results):
        files = {}
        for file in (*ARTEFACTS, "history.parquet"):
            if path := replace(metrics, path=folder / name / file).current():
                files[file] = path
        if "provenance.json" not in files:
            raise InputError(
                f"{name} has no provenance.json: `kedro run --pipelines evaluate` writes it"
            )
        read = metrics_of(replace(metrics, path=folder / name / "metrics.json"))
        yield Left(name, results[name].version, read or {}, files)


def _record(found: Iterable[Left], dataset: str, store: str) -> Iterator[str]:
    from mlflow import MlflowClient

    client = MlflowClient(store)
    there = client.get_experiment_by_name(dataset)
    experiment = there.experiment_id if there else client.create_experiment(dataset)
    for one in found:
        same = f"tags.`{TRIAL}` = '{one.trial}' and tags.`{VERSION}` = '{one.version}'"
        whole = f"{same} and attributes.status = 'FINISHED'"
        if client.search_runs([experiment], whole, max_results=1):
            yield f"{one.trial}: is there already, {one.version}"
            continue
        _record_one(client, experiment, one)
        yield f"{one.trial}: recorded, {one.version}"


def _record_one(client: MlflowClient, experiment: str, one: Left) -> None:
    """One run; what breaks off is marked as failed, and recorded anew the next time."""
    from mlflow.entities import Metric, Param

    tags = {TRIAL: one.trial, VERSION: one.version}
    run = client.create_run(experiment, tags=tags, run_name=one.trial).info.run_id
    try:
        parameters = [Param(key, value) for key, value in one.parameters().items()]
        for start in range(0, len(parameters), 100):
            client.log_batch(run, params=parameters[start : start + 100])
        figures = [
            Metric(f"{split}/{_spelt(name)}", value, 0, 0)
            for split, values in one.metrics.items()
            for name, value in values.items()
        ]
        figures += [Metric(name, value, 0, epoch) for name, value, epoch in one.curves()]
        for start in range(0, len(figures), AT_ONCE):
            client.log_batch(run, metrics=figures[start : start + AT_ONCE])
        for name in ARTEFACTS:
            if name in one.files:
                client.log_artifact(run, str(one.files[name]))
    except BaseException:
        client.set_terminated(run, "FAILED")
        raise
    client.set_terminated(run, "FINISHED")


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _spelt(metric: str) -> str:
    """A metric's name without the sign that MLflow refuses."""
    return metric.replace("@", "_at_")
