"""What Kedro does before the first node: it must not wait for libraries that a node may need.

`kedro status` and a run in which all is fresh end there.
"""

import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest

from contracts.world import config_of
from end_to_end.project import copy_to
from siger_pipeline.models.registry import model_names, requests_of
from siger_pipeline.pipeline_registry import STAGES
from siger_pipeline.plugins import EXTRACTORS, SOURCES, names
from siger_pipeline.shell.selection import Selection

HEAVY = {
    *("torch", "pandas", "ibis", "sklearn", "scipy", "skimage", "PIL", "plotly", "pyarrow"),
    *("duckdb", "numpy", "matplotlib"),
}
PIPELINES_AND_CATALOG = """
from pathlib import Path

from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

import siger_pipeline.shell.cli

ALIASES = ("metrics", "lightgcn/metrics", "splits")
bootstrap_project(Path.cwd())
with KedroSession.create() as session:
    catalog = session.load_context().catalog
    assert len(pipelines["__default__"].nodes) > 10
    names = {*catalog.keys(), *pipelines["__default__"].datasets()}
    assert {"siger/checkpoint", "paper_figures", "features_text", "params:train"} <= names
    assert all(name in catalog for name in ALIASES)
    for name in names:
        catalog.get(name)
    assert catalog.load("params:siger/train").batch_size
    assert catalog.list_patterns()  # what `kedro catalog` asks
"""


def imported_by(code: str, folder: Path) -> set[str]:
    """The top-level packages that are there once the code has run in a fresh interpreter."""
    listing = "\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code + listing],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {line.partition(".")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("module", ["shell.parameters", "shell.selection", "pipeline_registry"])
def test_the_pipelines_are_known_without_what_their_nodes_use(module: str, tmp_path: Path) -> None:
    assert HEAVY & imported_by(f"import siger_pipeline.{module}", tmp_path) == set()


def test_a_run_begins_without_what_its_nodes_use(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    assert HEAVY & imported_by(PIPELINES_AND_CATALOG, project.path) == set()


TRAINING = """
import siger_pipeline.data.matrix
import siger_pipeline.training.inputs
import siger_pipeline.training.start
from siger_pipeline.datasets.table import TableDataset

import pandas as pd

TableDataset(filepath="history.parquet").save(pd.DataFrame({"epoch": [1]}))
"""


def test_training_and_its_history_need_no_engine_of_tables(tmp_path: Path) -> None:
    assert {"ibis", "duckdb", "sklearn"} & imported_by(TRAINING, tmp_path) == set()


@pytest.mark.parametrize("model", model_names())
@pytest.mark.parametrize("source", names(SOURCES))
def test_kedro_can_read_the_hints_of_every_node(model: str, source: str) -> None:
    # FREEDOM must be given the weights of other modalities.
    named = ("image", "text", "audio", "video")
    every = names(EXTRACTORS)
    for first in range(0, len(every), len(named)):
        modalities = dict(zip(named, every[first:], strict=False))
        requests = requests_of(model, config_of(model), sorted(modalities))
        selection = Selection(source, modalities, model, requests)
        for create in STAGES.values():
            for node in create(selection).nodes:
                assert "return" in get_type_hints(node.func), node.name
