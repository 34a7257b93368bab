"""Parameters in the project's catalog are as in Kedro's own."""

from collections import Counter
from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import MemoryDataset

from siger_pipeline.datasets import engine
from siger_pipeline.datasets.engine import chosen_engine, use_engine
from siger_pipeline.datasets.text import TextDataset
from siger_pipeline.memory import chosen_limit, use_memory
from siger_pipeline.shell.catalog import QuickCatalog


def test_a_parameter_is_loaded_as_a_copy() -> None:
    catalog = QuickCatalog()
    given = {"ks": [5, 10]}
    catalog["params:evaluate"] = given
    given["ks"].append(20)
    catalog.load("params:evaluate")["ks"].append(50)
    assert catalog.load("params:evaluate") == {"ks": [5, 10]}


def test_all_else_is_as_in_kedros_own() -> None:
    own, text = MemoryDataset(1), TextDataset(filepath="report.md")
    catalog = QuickCatalog({"params:seed": own, "report": text})
    catalog["table"] = [1, 2]
    assert catalog["params:seed"] is own
    assert catalog["report"] is text
    assert catalog.load("table") == [1, 2]


def test_each_kind_of_configuration_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Path(__file__).parents[2]
    read: Counter[str] = Counter()
    own = OmegaConfigLoader._read_raw_config

    def counted(loader: OmegaConfigLoader, key: str) -> object:
        read[key] += 1
        return own(loader, key)

    monkeypatch.setattr(OmegaConfigLoader, "_read_raw_config", counted)
    bootstrap_project(project)
    with KedroSession.create(project, runtime_params={"train": {"seed": 7}}) as session:
        read.clear()
        catalog = session.load_context().catalog
    assert (read["parameters"], read["catalog"]) == (1, 1)
    assert catalog.load("params:train.seed") == 7


def test_engine_and_memory_of_tables_are_those_of_the_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: True)
    project = Path(__file__).parents[2]
    bootstrap_project(project)
    given = {"ingest": {"engine": "sc://localhost:1"}, "memory_limit": "1 GiB"}
    try:
        with KedroSession.create(project, runtime_params=given) as session:
            context = session.load_context()
            assert (chosen_engine(), chosen_limit()) == ("sc://localhost:1", "1 GiB")
            # Neither changes what comes out.
            assert context.current.trial.name == "siger"  # type: ignore[attr-defined]
    finally:
        use_engine("duckdb")
        use_memory("auto")
