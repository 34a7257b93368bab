"""`kedro site`: all results as a folder of pages."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog

from kedro_fresh.locations import locations
from siger_pipeline.errors import InputError
from siger_pipeline.reporting.labels import counted
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.current import project_loader
from siger_pipeline.shell.metrics import seen_from_here
from siger_pipeline.shell.site_dataset import NAMES, read_dataset
from siger_pipeline.shell.site_folder import replace_site

FOLDER = "site"  # beside those of the data sets
NOT_CHOSEN = ("base", "local")  # folders of conf/ that no --env names


def write_site(
    catalog: DataCatalog, environments: Mapping[str, str], out: Path | None
) -> Iterator[str]:
    """Write the site of all data sets; lines that say what was left out, and where it is.

    Args:
        catalog: of any data set.
        environments: data set -> name of its environment, empty for the default one.
        out: folder; None means `site` beside the folders of the data sets.

    Raises:
        UserError: there are no results, or the folder holds something else.
    """
    from siger_pipeline.reporting.site.pages import site

    places = locations(catalog, NAMES)
    metrics = places["metrics"].path
    assert metrics is not None
    root = metrics.parents[2]
    target, paper = out or root / FOLDER, catalog.load("paper_figures")
    folders = sorted(path for path in root.glob("*/") if path != target)
    read = (
        read_dataset(folder.name, places, paper, partial(_command, environments.get(folder.name)))
        for folder in folders
    )
    datasets = [dataset for dataset in read if dataset]
    if not datasets:
        raise InputError(f"no results under {seen_from_here(root)}: run `kedro run` first")
    replace_site(target, site(datasets))
    for dataset in datasets:
        yield from (f"{dataset.name}: {line}" for line in dataset.left_out)
        trials = counted(len(dataset.trials), "trial", "trials")
        yield f"{dataset.name}: {trials}, {counted(len(dataset.studies), 'study', 'studies')}"
    yield f"site: {seen_from_here(target / 'index.html')}"


def environments(loader: ProjectConfigLoader) -> dict[str, str]:
    """Data set -> name of its environment; empty for that of the default one.

    Args:
        loader: of any environment.
    """
    conf = Path(loader.conf_source)
    names = sorted(path.parent.name for path in conf.glob("*/globals.yml"))
    found = {_dataset(name, conf): name for name in names if name not in NOT_CHOSEN}
    return found | {_dataset(None, conf): ""}


def _dataset(env: str | None, conf: Path) -> str:
    return str(project_loader(env, str(conf))["globals"]["dataset"])


def _command(env: str | None, model: str, overrides: Mapping[str, Any]) -> str:
    """The command that runs a trial; empty where no environment has its data set."""
    if env is None:
        return ""
    pairs = [f"{key}={json.dumps(value)}" for key, value in overrides.items()]
    chosen = ["--env", env] if env else []
    return shlex.join(["kedro", "run", *chosen, "--params", ",".join([f"model={model}", *pairs])])
