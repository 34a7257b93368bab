"""The whole pipeline on the sample, in a temporary copy, through the command line."""

import gzip
import json
import random
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import Project, copy_to

SHORT = "train.max_epochs=3"
KINDS = ("features", "missing")
NO_FEATURES = "features.modalities.text=null,features.modalities.image=null"


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which SIGER and LightGCN were run for three epochs."""
    copy = Project(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    return copy


def test_a_run_leaves_every_result(project: Project) -> None:
    metrics = project.metrics("siger")
    assert set(metrics) == {"validation", "test"}
    for split in metrics.values():
        assert {"recall@10", "recall@20", "ndcg@10", "ndcg@20"} <= set(split)
        assert all(0 <= split[f"{name}@20"] <= 1 for name in ("recall", "ndcg", "precision", "map"))
    history = pd.read_parquet(project.newest("08_reporting/sample/siger/history.parquet"))
    assert history["epoch"].tolist() == [1, 2, 3]
    assert {"loss_bpr", "loss_perturbation", "loss_modality_alignment"} <= set(history)


def test_recommendations_name_the_sources_ids_and_nothing_of_training(project: Project) -> None:
    lists = pd.read_parquet(project.newest("07_model_output/sample/siger/recommendations.parquet"))
    users, items, splits = (
        pd.read_parquet(project.newest(f"03_primary/sample/{name}.parquet"))
        for name in ("user_index", "item_index", "splits")
    )
    assert set(lists["user"]) <= set(users["user"])
    assert set(lists["item"]) <= set(items["item"])
    assert (lists.groupby("user")["rank"].max() == lists.groupby("user").size()).all()
    assert lists.groupby("user")["score"].apply(lambda s: s.is_monotonic_decreasing).all()
    known = splits[splits["split"] == "train"].merge(users).merge(items)
    assert known.merge(lists, on=["user", "item"]).empty


def test_another_model_leaves_the_first_ones_results(project: Project) -> None:
    before = project.metrics("siger")
    log = project.run("--params", f"model=lightgcn,{SHORT}")
    assert "features.text" not in log
    assert project.metrics("siger") == before
    assert project.metrics("lightgcn") != before


def test_tags_run_a_stage_alone_from_what_the_catalog_holds(project: Project) -> None:
    log = project.run("--tags", "evaluate", **project.verbose())
    assert "evaluate.siger: " in log
    assert not re.search(r"(INFO|DEBUG) +train\.", log)


def test_nodes_and_outputs_select_as_kedro_says(project: Project) -> None:
    nodes = ("--from-nodes", "graphs.knn-text-k10", "--to-outputs", "graphs/knn-text-k10")
    log = project.run(*nodes, **project.verbose())
    assert "graphs.knn-text-k10: " in log
    assert "features.text: " not in log


def test_two_runs_give_the_same_bytes(tmp_path: Path, project: Project) -> None:
    other = copy_to(tmp_path, forked=False)  # with other hashes
    other.run("--params", SHORT)
    for name in (
        "04_feature/sample/text_features.npy",
        "05_model_input/sample/graphs/knn-image-k10.npz",
        "06_models/sample/siger/checkpoint.pt",
        "07_model_output/sample/siger/recommendations.parquet",
        "08_reporting/sample/siger/metrics.json",
    ):
        oldest = min((project.path / "data" / name).glob("*/*"))
        assert other.newest(name).read_bytes() == oldest.read_bytes(), name


def test_the_order_of_raw_lines_changes_no_byte(tmp_path: Path, project: Project) -> None:
    other = copy_to(tmp_path, forked=False)
    for name in ("reviews.json.gz", "metadata.json.gz"):
        raw = other.path / "data" / "01_raw" / "sample" / name
        lines = gzip.decompress(raw.read_bytes()).splitlines(keepends=True)
        random.Random(3).shuffle(lines)
        raw.write_bytes(gzip.compress(b"".join(lines)))
    other.run("--pipelines", "graphs")
    for name in (
        "03_primary/sample/splits.parquet",
        "03_primary/sample/train_matrix.npz",
        "03_primary/sample/validation_matrix.npz",
        "03_primary/sample/test_matrix.npz",
        "04_feature/sample/text_features.npy",
        "05_model_input/sample/graphs/cooccurrence-k5.npz",
    ):
        oldest = min((project.path / "data" / name).glob("*/*"))
        assert other.newest(name).read_bytes() == oldest.read_bytes(), name


def test_features_of_items_that_have_none_are_filled_beside_the_others(project: Project) -> None:
    log = project.run("--pipelines", "graphs", "--params", "features.missing=neighbours")
    assert "Of the items without text features, 2 got the mean of the items with some" in log
    plain, filled = (
        {kind: np.load(project.newest(f"04_feature/{folder}/text_{kind}.npy")) for kind in KINDS}
        for folder in ("sample", "sample+features.missing=neighbours")
    )
    assert (plain["missing"].sum(), filled["missing"].sum()) == (2, 0)
    kept = ~plain["missing"]
    np.testing.assert_array_equal(filled["features"][kept], plain["features"][kept])
    assert filled["features"][~kept].any(axis=1).all()


def test_a_stage_means_it_with_all_that_it_needs(tmp_path: Path) -> None:
    copy = copy_to(tmp_path)
    log = copy.run("--pipeline", "train", "--params", f"model=lightgcn,{SHORT}")
    assert copy.newest("06_models/sample/lightgcn/checkpoint.pt").exists()
    assert "evaluate" not in log
    assert "deprecated" not in log.lower()


def test_a_model_without_epochs_runs_to_its_report(project: Project) -> None:
    project.run("--params", "model=popularity")
    floors = json.loads(project.newest("08_reporting/sample/floors.json").read_text())
    assert floors["popularity"] == project.metrics("popularity")


def test_compare_prints_the_models_and_the_floors(project: Project) -> None:
    done = project.kedro("compare")
    assert done.returncode == 0, done.stderr
    for word in ("recall@20", "siger", "lightgcn", "random (floor)"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ("train.learning_rat=1", ["train.learning_rat", "1", "did you mean 'learning_rate'"]),
        ("train.learning_rate=-1", ["train.learning_rate", "-1", "greater than 0"]),
        ("train.learning_rate=inf", ["train.learning_rate", "finite number"]),
        ("siger.tau_modality=inf", ["siger.tau_modality", "finite number"]),
        ("graphs.block_mib=inf", ["graphs.block_mib", "finite number"]),
        ("evaluate.block_mib=inf", ["evaluate.block_mib", "finite number"]),
        ("features.matrix.block_mib=inf", ["features.matrix.block_mib", "finite number"]),
        ("siger.contrast=some", ["siger.contrast", "'some'", "'batch' or 'all'"]),
        ("trian.seed=1", ["trian", "did you mean 'train'"]),
        ("model=lightgnc", ["lightgnc", "lightgcn", "siger"]),
        ("dataset=baby", ["--env", "sample"]),
        ("split.strategy=published", ["published", "mmrec"]),
        (
            "features.modalities.text=null,features.modalities.image=null",
            ["siger needs item features"],
        ),
        ("train.device=cuda", ["cuda", "train.device=cpu"]),
    ],
)
def test_a_bad_parameter_ends_the_run_with_a_sentence(
    project: Project, params: str, words: list[str]
) -> None:
    sentence = project.fails("--params", params, CUDA_VISIBLE_DEVICES="")
    for word in words:
        assert word in sentence, sentence


def test_a_loss_that_is_not_finite_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    copy = copy_to(tmp_path)
    sentence = copy.fails("--params", "train.learning_rate=1e30,train.max_epochs=5")
    assert "is nan at epoch" in sentence or "is inf at epoch" in sentence
