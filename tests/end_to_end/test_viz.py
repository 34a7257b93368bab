"""Kedro-Viz, started as a person starts it: layers, names, previews; and built, for sharing."""

import json
import shutil
from collections.abc import Iterator

import pytest
import yaml
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from end_to_end.project import Project
from end_to_end.viz_server import OFFLINE, Viz, started

pytest.importorskip("kedro_viz", reason="kedro-viz is not installed: pip install -e .[viz]")

LAYERS = [
    "raw",
    "intermediate",
    "primary",
    "feature",
    "graphs",
    "models",
    "recommendations",
    "reporting",
]
STUDIES, STUDY = "conf/base/studies.yml", "ablation"
# What a training left is there for a moment.
WITHOUT_PREVIEW = {"siger/unfinished_training"}


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with results, and one study: Kedro-Viz takes seconds for each that there is."""
    copy = Project(tmp_path_factory.mktemp("viz") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    studies = copy.path / STUDIES
    studies.write_text(yaml.safe_dump({STUDY: yaml.safe_load(studies.read_text())[STUDY]}))
    return copy


@pytest.fixture(scope="module")
def viz(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viz]:
    """A server on that project."""
    with started(project.path, tmp_path_factory.mktemp("viz") / "log") as server:
        yield server


def test_the_layers_are_in_the_order_of_the_stages(viz: Viz) -> None:
    assert viz.main["layers"] == LAYERS


def test_every_node_and_dataset_of_the_pipeline_is_there_by_its_name(
    viz: Viz, project: Project
) -> None:
    bootstrap_project(project.path)
    with KedroSession.create(project.path) as session:
        session.load_context()
        pipeline = pipelines["__default__"]
    assert set(viz.named("task")) == {node.name for node in pipeline.nodes}
    shown = set(viz.named("data")) | set(viz.named("parameters"))
    assert shown == pipeline.datasets()


def test_every_dataset_has_its_layer(viz: Viz) -> None:
    assert [name for name, node in viz.named("data").items() if node["layer"] not in LAYERS] == []


def test_a_stage_can_be_looked_at_alone(viz: Viz) -> None:
    stages = {"ingest", "features", "graphs", "train", "evaluate", "report", "export"}
    shown = {pipeline["name"] for pipeline in viz.main["pipelines"]}
    assert shown == {*stages, "pictures", "validate", "__default__", STUDY}
    assert {tag for node in viz.named("task").values() for tag in node["tags"]} == stages


def test_it_opens_folded_by_stage(viz: Viz) -> None:
    folders = {node["name"] for node in viz.main["nodes"] if node["type"] == "modularPipeline"}
    stages = {"ingest", "features", "graphs", "train", "evaluate", "report", "export"}
    assert folders == {*stages, "report.siger"}  # the trial's own, within report
    children = viz.main["modular_pipelines"]["__root__"]["children"]
    assert stages == {child["id"] for child in children if child["type"] == "modularPipeline"}
    assert not [child for child in children if child["type"] == "task"]


def test_every_node_shows_its_code(viz: Viz) -> None:
    for name in viz.named("task"):
        assert viz.details("task", name)["code"].startswith("def "), name


def test_a_node_shows_its_parameters(viz: Viz) -> None:
    shown = viz.details("task", "graphs.knn-text-k10")["parameters"]
    assert shown["graphs.block_mib"] == 128


def test_every_dataset_has_a_preview(viz: Viz) -> None:
    without = {name for name in viz.named("data") if not viz.details("data", name).get("preview")}
    assert without <= WITHOUT_PREVIEW


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("splits", {"user_id", "item_id", "split"}),
        ("items", {"item", "title"}),
        ("siger/recommendations", {"user", "item", "rank", "score", "title"}),
        ("siger/history", {"epoch", "loss", "recall@20"}),
        ("siger/group_metrics", {"group", "metric", "value"}),
    ],
)
def test_a_table_shows_its_first_rows(viz: Viz, name: str, columns: set[str]) -> None:
    shown = viz.details("data", name)
    assert shown["preview_type"] == "TablePreview"
    assert columns <= set(shown["preview"]["columns"])
    assert shown["preview"]["data"]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("siger/checkpoint", {"model", "config"}),
        ("siger/metrics", {"validation", "test"}),
        ("floors", {"popularity", "random"}),
        ("siger/report", {"floors", "provenance"}),
    ],
)
def test_checkpoints_and_metrics_are_summed_up(viz: Viz, name: str, keys: set[str]) -> None:
    shown = viz.details("data", name)
    assert shown["preview_type"] == "JSONPreview"
    assert keys <= set(json.loads(shown["preview"]))


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("features_text", "<img "),
        ("missing_image", "<td>true</td>"),
        ("graphs/bipartite", "<img "),
        ("siger/report_markdown", "# siger"),
        ("siger/report_page", "Open in a browser: "),
    ],
)
def test_matrices_graphs_and_texts_are_seen(viz: Viz, name: str, fact: str) -> None:
    shown = viz.details("data", name)
    assert shown["preview_type"] == "HTMLPreview"
    assert fact in shown["preview"]


def test_the_last_run_is_told_with_times_and_sizes(viz: Viz, project: Project) -> None:
    status = viz.get("run-status")
    assert status["pipeline"]["status"] == "success"
    shared = viz.named("task")["ingest.index_users"]["id"]  # of the last run, of LightGCN
    assert status["nodes"][shared]["status"] == "success"
    assert status["nodes"][shared]["duration"] > 0
    statistics = viz.details("data", "user_index")["stats"]
    (file,) = project.path.glob("data/03_primary/sample/user_index.parquet/*/*")
    assert statistics == {"rows": 600, "columns": 2, "file_size": file.stat().st_size}


def test_learning_curves_are_drawn(viz: Viz) -> None:
    shown = viz.details("data", "siger/learning_curves")
    assert shown["preview_type"] == "PlotlyPreview"
    assert any(len(line["y"]) == 3 for line in shown["preview"]["data"])


def test_pictures_are_seen(viz: Viz) -> None:
    shown = viz.details("data", "image_pictures")
    assert shown["preview_type"] == "ImagePreview"
    assert len(shown["preview"]) > 1000


def test_a_build_for_sharing_shows_the_environments_own_pipeline(
    project: Project,
) -> None:
    (project.path / "conf" / "yardstick").mkdir()
    (project.path / "conf" / "yardstick" / "globals.yml").write_text("model: lightgcn\n")
    done = project.kedro(
        *("viz", "build", "--include-previews"),
        **{"KEDRO_ENV": "yardstick", **OFFLINE},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    build = project.path / "build"
    assert (build / "index.html").exists()
    nodes = {
        node["name"]: node for node in json.loads((build / "api" / "main").read_text())["nodes"]
    }
    assert "lightgcn" in nodes
    assert "text" not in nodes
    metrics = json.loads((build / "api" / "nodes" / nodes["lightgcn/metrics"]["id"]).read_text())
    assert json.loads(metrics["preview"]) == project.metrics("lightgcn")
