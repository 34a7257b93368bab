"""Which nodes a name stands for."""

import sys

import pytest
from kedro.pipeline import Node, Pipeline

from shell.configured import current
from siger_pipeline import pipeline_registry
from siger_pipeline.pipeline_registry import STAGES, register_pipelines
from siger_pipeline.shell.selection import Selection

WHOLE = STAGES.keys() - {"validate", "pictures"}
ADDRESSES = "pictures.source=addresses"
TEXT = "features.modalities.image=null"


def nodes_of(pipeline: Pipeline) -> set[str]:
    return {node.name for node in pipeline.nodes}


def registered(monkeypatch: pytest.MonkeyPatch, params: str = "") -> dict[str, Pipeline]:
    chosen = current(params)
    monkeypatch.setattr(pipeline_registry, "selected", lambda: chosen)
    return register_pipelines()


def test_a_whole_run_has_every_node_that_the_model_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = registered(monkeypatch)["__default__"]
    assert {tag for node in whole.nodes for tag in node.tags} == WHOLE
    names = {"features.text", "graphs.knn-text-k10", "train.siger", "evaluate.siger"}
    assert names | {"evaluate.floors", "report.siger.draw_learning_curves"} <= nodes_of(whole)


def test_every_stage_is_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = registered(monkeypatch, "train.seed=3,split.seed=4")["__default__"]
    groups = whole.group_nodes_by("namespace")
    assert {group.name for group in groups} == WHOLE
    assert {group.type for group in groups} == {"namespace"}
    assert all(node.tags == {node.namespace.partition(".")[0]} for node in whole.nodes)


def test_pictures_are_fetched_where_features_are_made_from_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetch = "pictures.sample-pictures-source-addresses.fetch_pictures"
    whole = registered(monkeypatch, ADDRESSES)["__default__"]
    assert fetch in nodes_of(whole)
    assert "image_pictures" not in whole.inputs() and "picture_store" in whole.inputs()
    assert "picture_files" not in whole.inputs()
    by_path = registered(monkeypatch, "pictures.source=paths")["__default__"].inputs()
    assert {"picture_files", "picture_store"} <= by_path and "image_pictures" not in by_path
    for without in (f"{ADDRESSES},{TEXT}", f"{ADDRESSES},model=lightgcn", "model=siger"):
        pipelines = registered(monkeypatch, without)
        assert not [n for n in nodes_of(pipelines["__default__"]) if n.startswith("pictures.")]
    assert not registered(monkeypatch)["pictures"].nodes
    alone = registered(monkeypatch, f"{ADDRESSES},model=lightgcn")["pictures"]
    assert "pictures.fetch_pictures" in nodes_of(alone)


@pytest.mark.parametrize("params", ["", ADDRESSES])
def test_no_input_takes_the_place_of_what_the_wiring_knows(
    params: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for node in registered(monkeypatch, params)["__default__"].nodes:
        defaults = getattr(sys.modules[node.func.__module__], node.func.__name__).__kwdefaults__
        bound = {
            name
            for name, value in (node.func.__kwdefaults__ or {}).items()
            if value is not (defaults or {}).get(name)
        }
        asked = node._inputs if isinstance(node._inputs, dict) else {}
        assert not bound & set(asked), node.name


def test_a_whole_run_leaves_out_what_the_model_does_not_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipelines = registered(monkeypatch, "model=lightgcn")
    unused = {"features.text", "graphs.cooccurrence-k5"}
    assert nodes_of(pipelines["__default__"]).isdisjoint(unused)
    assert {"features.text"} <= nodes_of(pipelines["features"])


def test_a_stage_brings_all_that_it_needs_and_nothing_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graphs = registered(monkeypatch)["graphs"]
    needed = {"ingest.read_interactions", "features.text", "graphs.knn-text-k10"}
    assert needed <= nodes_of(graphs)
    assert "train.siger" not in nodes_of(graphs)


def test_a_new_last_stage_is_part_of_a_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def publish(selection: Selection) -> Pipeline:
        return Pipeline([Node(len, "recommendations", "length", name="publish")], tags="publish")

    monkeypatch.setitem(STAGES, "publish", publish)
    pipelines = registered(monkeypatch)
    assert "publish.siger.publish" in nodes_of(pipelines["__default__"])
    assert "publish.siger.publish" not in nodes_of(pipelines["report"])
    assert "train.siger" in nodes_of(pipelines["publish"])
    assert "report.siger.write_report" not in nodes_of(pipelines["publish"])


def test_a_model_computed_at_once_is_validated_alone_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipelines = registered(monkeypatch, "model=itemknn")
    assert "validate.itemknn" in nodes_of(pipelines["validate"])
    assert not {"validate.itemknn", "evaluate.itemknn"} <= nodes_of(pipelines["validate"])
    assert "validate.itemknn" not in nodes_of(pipelines["__default__"])
    assert not registered(monkeypatch)["validate"].nodes  # a training is validated as it goes


def test_a_whole_run_exports_its_trial_and_a_study_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pipelines = registered(monkeypatch)
    assert "export.siger" in nodes_of(pipelines["__default__"])
    assert not [name for name in nodes_of(pipelines["ablation"]) if name.startswith("export")]


def test_a_study_is_built_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pipelines = registered(monkeypatch)
    assert "ablation" not in list(pipelines)
    names = nodes_of(pipelines["ablation"])
    assert {"studies.ablation", "train.siger", "train.siger-beta-0", "features.text"} <= names
    assert not {name for name in names if "write_report" in name}
    assert "ablation" in list(pipelines)
    with pytest.raises(KeyError):
        pipelines["nosuch"]


@pytest.mark.parametrize(
    ("study", "plots"),
    [
        ("ablation", {"plot", "plot_pdf"}),
        ("coverage", {"plot", "plot_pdf"}),
        ("sweep", {"plot", "plot_pdf"}),
        ("table1", {"plot", "plot_pdf", "differences", "differences_pdf"}),
    ],
)
def test_every_study_is_drawn(monkeypatch: pytest.MonkeyPatch, study: str, plots: set[str]) -> None:
    outputs = registered(monkeypatch)[study].all_outputs()
    tables = {"table", "table_csv", "table_markdown", "table_latex"}
    tables |= {"tests"} if study == "table1" else set()
    of_study = {name for name in outputs if name.startswith("studies/")}
    assert of_study == {f"studies/{study}/{name}" for name in tables | plots}


def test_a_study_shares_its_nodes_with_the_runs_of_its_trials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = {node.name: node for node in registered(monkeypatch)["ablation"].nodes}
    for params in ("", "siger.lambda_perturbation=0", "siger.alignment=standard"):
        run = registered(monkeypatch, params)["train"].nodes
        assert {node.name for node in run} <= study.keys()
        for node in run:
            assert (node.inputs, node.outputs) == (
                study[node.name].inputs,
                study[node.name].outputs,
            )


def test_the_evaluation_writes_on_what_data_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    names = nodes_of(registered(monkeypatch)["evaluate"])
    assert "report.siger.trace_provenance" in names
    assert "report.siger.write_page" not in names


def test_kedro_viz_shows_what_it_can_where_an_override_is_a_studys_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.argv", ["kedro", "viz"])
    assert "ablation" not in registered(monkeypatch, "siger.beta=0")
    assert "study ablation is not shown: conf/base/studies.yml, line" in caplog.text


def test_only_what_measures_or_reports_reads_the_test_split(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = registered(monkeypatch, "split.seed=4,calibration.corrector=itemknn")["__default__"]
    trial = "siger-split-seed-4"
    readers = {
        name: {node.name for node in whole.nodes if f"sample-split-seed-4/{name}" in node.inputs}
        for name in ("test_matrix", "validation_matrix", "splits")
    }
    measuring = {
        *("evaluate.sample-split-seed-4.floors", f"evaluate.{trial}"),
        f"evaluate.{trial}.calibrate_itemknn",
    }
    assert readers["test_matrix"] == measuring
    choosing = {f"train.{trial}", f"evaluate.{trial}.weigh_itemknn"}
    assert readers["validation_matrix"] == measuring | choosing | {f"export.{trial}"}
    assert readers["splits"] == {
        "ingest.sample-split-seed-4.arrange_splits",
        *(f"report.{trial}.{n}" for n in ("trace_provenance", "look_up", "rank_held_out")),
    }


def test_features_behind_graphs_are_exported_with_a_model_that_reads_graphs_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for model, behind in {"damrs": {"image", "text"}, "siger": set(), "lightgcn": set()}.items():
        (node,) = (
            n for n in registered(monkeypatch, f"model={model}")["export"].nodes
            if n.name == f"export.{model}"
        )  # fmt: skip
        assert {*node.func.__kwdefaults__["behind"]} == behind
        assert {f"features_{modality}" for modality in behind} <= {*node.inputs}
