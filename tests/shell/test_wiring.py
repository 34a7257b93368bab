"""What trials share is named by what it depends on; what they do not, by the trial."""

import shutil
from pathlib import Path

import pytest
from kedro.pipeline import Node

from shell.configured import ROOT, current
from siger_pipeline.pipeline_registry import STAGES
from siger_pipeline.shell.wiring import Wired, wire

ALL_FEATURES = {
    f"{name}{modality}{end}"
    for modality in ("image", "text")
    for name, end in (("features_", ""), ("missing_", ""), ("graphs/knn-", "-k10"))
}


def wired(params: str = "") -> Wired:
    return wire(current(params).trial, STAGES)


def nodes(params: str = "") -> dict[str, Node]:
    return {node.name: node for stage in wired(params).stages.values() for node in stage}


def test_without_overrides_what_is_shared_has_its_plain_name() -> None:
    found = wired()
    assert (found.names["splits"], found.names["features_text"]) == ("splits", "features_text")
    assert (found.names["floors"], found.names["metrics"]) == ("floors", "siger/metrics")
    assert found.scopes == {}
    train = nodes()["train.siger"]
    assert {"params:siger/train", "params:siger/siger"} <= set(train.inputs)
    assert "siger/unfinished_training" in train.inputs


@pytest.mark.parametrize(
    ("params", "changed"),
    [
        ("train.seed=3", set()),
        ("siger.beta=0", set()),
        ("floors.seed=3", {"floors"}),
        ("evaluate.ks=[5]", {"floors"}),
        (
            "features.tfidf_svd.dimension=64",
            {"features_text", "missing_text", "graphs/knn-text-k10"},
        ),
        ("features.picture.size=32", {"features_image", "missing_image", "graphs/knn-image-k10"}),
        ("features.missing=mean", ALL_FEATURES),
        ("features.missing=neighbours", ALL_FEATURES),
        ("siger.knn_k=5", set()),
    ],
)
def test_an_override_names_what_depends_on_it(params: str, changed: set[str]) -> None:
    found = wired(params)
    own = {name for name, full in found.names.items() if full.startswith(f"{slug(params)}/")}
    shared = {name for name, full in found.names.items() if name not in own and full != name}
    assert shared == changed
    assert {"metrics", "checkpoint", "report_page", "graph_statistics"} <= own


def slug(params: str) -> str:
    return current(params).trial.slug


def test_an_override_of_the_split_names_all_that_follows_from_it_and_nothing_before() -> None:
    found = wired("split.seed=3")
    assert found.scopes == {"sample-split-seed-3": "sample+split.seed=3"}
    plain = {name for name, full in found.names.items() if name == full}
    assert plain >= {"interactions", "items", "core_interactions", "item_index", "features_text"}
    for name in ("splits", "train_matrix", "test_matrix", "floors", "graphs/bipartite"):
        assert found.names[name] == f"sample-split-seed-3/{name}"
    split = nodes("split.seed=3")["ingest.sample-split-seed-3.split_interactions"]
    assert "params:sample-split-seed-3/split" in split.inputs
    assert found.parameters["sample-split-seed-3/split"]["seed"] == 3


def test_means_over_neighbours_follow_from_the_split_and_other_features_do_not() -> None:
    of_neighbours = wired("split.seed=3,features.missing=neighbours").names
    both = "sample-features-missing-neighbours-split-seed-3"
    assert of_neighbours["features_text"] == f"{both}/features_text"
    assert of_neighbours["splits"] == "sample-split-seed-3/splits"
    of_all = wired("split.seed=3,features.missing=mean").names
    assert of_all["features_text"] == "sample-features-missing-mean/features_text"


def test_a_hyperparameter_that_a_graph_is_made_by_names_another_graph() -> None:
    assert "graphs/knn-text-k5" in wired("siger.knn_k=5").names
    assert "graphs/knn-text-k10" not in wired("siger.knn_k=5").names


def test_the_trial_says_of_itself_what_its_provenance_needs() -> None:
    found = wired("siger.beta=0,floors.seed=3")
    assert found.parameters["siger-beta-0/trial"] == {
        "name": "siger+beta=0",
        "overrides": {"siger.beta": 0.0},
        "floors": "sample+floors.seed=3",
    }


def test_nodes_of_two_trials_that_share_a_name_are_the_same() -> None:
    one, other = nodes("split.seed=3"), nodes("model=lightgcn,train.seed=4,split.seed=3")
    shared = one.keys() & other.keys()
    assert {
        "ingest.sample-split-seed-3.arrange_splits",
        "evaluate.sample-split-seed-3.floors",
    } <= shared
    assert not {name for name in shared if name.startswith(("train", "report"))}
    for name in shared:
        assert (one[name].inputs, one[name].outputs) == (other[name].inputs, other[name].outputs)


OUT = "features.knockout.image=shuffled"


def test_a_knockout_extracts_nothing_again_and_is_what_later_stages_read() -> None:
    found, names = wired(OUT), {"sample-features-knockout-image-shuffled"}
    assert set(found.scopes) == names
    (scope,) = names
    extraction, plain = nodes(OUT)["features.image"], nodes()["features.image"]
    assert (extraction.inputs, extraction.outputs) == (plain.inputs, plain.outputs)
    out = [f"{scope}/knockout/features_image", f"{scope}/knockout/missing_image"]
    knockout = nodes(OUT)[f"features.{scope}.knockout-image"]
    assert (knockout.inputs[:2], knockout.outputs) == (plain.outputs, out)
    reading = {
        name
        for name, node in nodes(OUT).items()
        if not name.startswith("features.") and {*plain.outputs, *out} & set(node.inputs)
    }
    stages = {"train", "graphs", "evaluate", "export", "report"}
    assert stages == {n.partition(".")[0] for n in reading}
    for name in reading:
        assert not set(plain.outputs) & set(nodes(OUT)[name].inputs)
    assert found.names["graphs/knn-image-k10"] == f"{scope}/graphs/knn-image-k10"
    assert found.names["graphs/knn-text-k10"] == "graphs/knn-text-k10"
    # By its plain name, the catalog has the features as they were extracted.
    assert "features_image" not in found.own


def test_a_knockout_of_the_environment_has_no_scope(tmp_path: Path) -> None:
    folder = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", folder)
    path = folder / "base" / "parameters_features.yml"
    path.write_text(f"{path.read_text()}  knockout: {{image: zeros}}\n")
    found = wire(current("", folder).trial, STAGES)
    assert found.scopes == {}
    assert found.names["features_image"] == "knockout/features_image"
    (node,) = [node for node in found.stages["graphs"] if node.name == "graphs.knn-image-k10"]
    assert {"knockout/features_image", "knockout/missing_image"} <= set(node.inputs)


def test_the_parameters_of_another_extractor_come_with_the_trial() -> None:
    found = wired("features.modalities.text=hashing")
    (scope,) = found.scopes
    (node,) = [node for node in found.stages["features"] if node.name.endswith(".text")]
    of_extractor = f"params:{scope}/features.hashing"
    assert of_extractor in node.inputs
    assert found.parameters[f"{scope}/features"]["hashing"] == {"dimension": 512, "ngram": 2}
    assert "params:features.missing" in node.inputs
