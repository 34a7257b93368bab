"""Cold items that are folded in: which nodes a study has for them, and what these read."""

from pathlib import Path

import pytest
from kedro.pipeline import Node

import siger_pipeline
from kedro_fresh.code import SourceCode
from kedro_fresh.contents import Contents
from kedro_fresh.extra import extra_modules
from kedro_fresh.node_code import NodeCode
from shell.configured import current
from siger_pipeline import pipeline_registry
from siger_pipeline.models.registry import model_names
from siger_pipeline.pipeline_registry import register_pipelines


@pytest.fixture(scope="module")
def nodes() -> dict[str, Node]:
    """Those of the study `cold_start`."""
    chosen = current()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline_registry, "selected", lambda: chosen)
        study = register_pipelines()["cold_start"]
    return {node.name: node for node in study.nodes}


def of_trial(model: str) -> str:
    return f"{model}-split-cold_items-0-2"


def test_every_trial_with_cold_items_is_folded_in(nodes: dict[str, Node]) -> None:
    folded = {name for name in nodes if name.startswith("studies.fold_in.")}
    assert folded == {f"studies.fold_in.{of_trial(model)}" for model in model_names()}
    read = {name for name in nodes["studies.cold_start"].inputs if name.endswith("/folded_in")}
    assert read == {f"{of_trial(model)}/folded_in" for model in model_names()}


def test_a_model_of_interactions_alone_is_not_trained_for_it(nodes: dict[str, Node]) -> None:
    trained = {name for name in nodes if name.startswith("studies.train_known.")}
    alone = {"ease", "itemknn", "lightgcn", "mf_bpr", "popularity", "random"}
    wanted = {*model_names()} - alone
    assert trained == {f"studies.train_known.{of_trial(model)}" for model in wanted}


@pytest.mark.parametrize("model", ["siger", "damrs", "ease_text"])
def test_the_training_reads_neither_test_nor_what_was_made_with_cold_items(
    model: str, nodes: dict[str, Node]
) -> None:
    trial = of_trial(model)
    inputs = {*nodes[f"studies.train_known.{trial}"].inputs}
    data = {name for name in inputs if not name.startswith("params:")}
    assert not {name for name in data if "test_matrix" in name or "graphs/" in name}
    assert f"{trial}/checkpoint" not in data
    split = "sample-split-cold_items-0-2"
    assert f"{split}/train_matrix" in data
    measured = nodes[f"studies.fold_in.{trial}"]
    assert f"{split}/test_matrix" in measured.inputs
    assert f"{trial}/known/checkpoint" in measured.inputs


def test_what_it_is_made_of_makes_it_stale(nodes: dict[str, Node]) -> None:
    for kind in ("train_known", "fold_in"):
        node = nodes[f"studies.{kind}.{of_trial('damrs')}"]
        modules = extra_modules(node.func)
        assert "siger_pipeline.recommenders.damrs.model" in modules
        assert {"siger_pipeline.graphs.recipes.dual_knn", "siger_pipeline.graphs.recipes.iib"} <= {
            *modules
        }


def test_a_change_of_serving_trains_nothing_again(nodes: dict[str, Node], tmp_path: Path) -> None:
    folders = {"siger_pipeline": [Path(siger_pipeline.__file__).parent]}
    code = NodeCode(SourceCode("siger_pipeline", folders, Contents(tmp_path / "contents.json")))
    for kind, wanted in (("train_known", False), ("fold_in", True)):
        reached = code.modules(nodes[f"studies.{kind}.{of_trial('siger')}"], [])
        assert any(name.startswith("siger_pipeline.serving") for name in reached) is wanted
        assert "siger_pipeline.graphs.knn" in reached
