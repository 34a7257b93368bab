"""A corrector and a fusion on the sample, through the command line."""

import json
import shutil

import pandas as pd
import pytest

from end_to_end.project import Project

ON = ("--params", "model=lightgcn,train.max_epochs=3,calibration.corrector=itemknn")
OFF = ("--params", "model=lightgcn,train.max_epochs=3")
STUDY = """
pair: {models: [siger, lightgcn], fusion: true}
broken:
  models: [mf_bpr]
  variants: {good: {}, bad: {train.learning_rate: 1.0e+30}}
  fusion: true
"""


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which LightGCN was run without a corrector, then with one."""
    copy = Project(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    studies = copy.path / "conf/base/studies.yml"
    studies.write_text(studies.read_text() + STUDY)
    assert "calibrated" not in copy.run(*OFF)
    return copy


def files(project: Project, folder: str) -> dict[str, int]:
    paths = (project.path / "data" / folder).rglob("*")
    return {str(path): path.stat().st_mtime_ns for path in paths if path.is_file()}


def test_a_corrector_trains_nothing_and_leaves_the_models_own_results(project: Project) -> None:
    own = [
        "06_models/sample/lightgcn",
        "08_reporting/sample/lightgcn/metrics.json",
        "08_reporting/sample/lightgcn/provenance.json",
        "07_model_output/sample/lightgcn/recommendations.parquet",
    ]
    before = [files(project, folder) for folder in own]
    said = project.run(*ON)
    assert "calibrated by itemknn (weight" in said
    assert [files(project, folder) for folder in own] == before
    path = project.newest("08_reporting/sample/lightgcn/calibrated/itemknn.json")
    document = json.loads(path.read_text())
    assert document["alone"] == project.metrics("lightgcn")
    assert document["parameters"]["k"] == 1000
    best = max(document["tried"], key=lambda each: each["validation"])
    assert (document["weight"], len(document["tried"])) == (best["weight"], 16)
    after = document["calibrated"]["validation"]["recall@20"]
    assert after == best["validation"] >= document["alone"]["validation"]["recall@20"]
    lists = pd.read_parquet(
        project.newest("07_model_output/sample/lightgcn/calibrated/itemknn.parquet")
    )
    plain = pd.read_parquet(
        project.newest("07_model_output/sample/lightgcn/recommendations.parquet")
    )
    assert list(lists.columns) == list(plain.columns)
    assert not lists.equals(plain)
    assert (
        "Calibrated by itemknn: its score has weight"
        in (project.path / "data/08_reporting/sample/lightgcn/latest/report.html").read_text()
    )


def test_it_is_fresh_afterwards_and_off_again_at_once(project: Project) -> None:
    project.run(*ON)
    assert "All 20 nodes are fresh" in project.run(*ON)
    said = project.run(*OFF)
    assert "train.lightgcn" not in said
    assert "calibrated" not in said
    table = project.kedro("compare").stdout
    assert "recall@20+itemknn" in table


def test_a_study_fuses_its_trials_and_tells_of_their_corrector(project: Project) -> None:
    said = project.run("--pipelines", "pair", "--params", "calibration.corrector=itemknn")
    assert "train." not in said
    folder = "08_reporting/sample/studies/pair-calibration-corrector-itemknn"
    table = pd.read_csv(project.newest(f"{folder}/table.csv"))
    assert table["trial"].drop_duplicates().tolist() == ["siger", "lightgcn", "fusion"]
    assert table.loc[table["trial"] == "lightgcn", "corrector"].eq("itemknn").all()
    assert table.loc[table["trial"] == "fusion", "calibrated"].isna().all()
    document = json.loads(project.newest(f"{folder}/fusion.json").read_text())
    alone = {name: project.metrics(name)["validation"]["recall@20"] for name in document["trials"]}
    assert list(alone) == sorted(alone, key=lambda name: -alone[name])
    assert document["metrics"]["validation"]["recall@20"] >= max(alone.values())
    lists = "07_model_output/sample/studies/pair-calibration-corrector-itemknn"
    assert project.newest(f"{lists}/recommendations.parquet").exists()
    summary = project.newest(f"{folder}/table.md").read_text()
    assert f"| fusion | 1 · {document['trials'][0]}" in summary
    assert "recall@20 calibrated" in summary


def test_a_corrector_too_large_is_refused_before_anything_runs(project: Project) -> None:
    trial = "model=lightgcn,train.max_epochs=3,train.seed=5"
    said = project.fails("--params", f"{trial},calibration.corrector=ease,ease.solve_mib=0.1")
    assert said.startswith("ease needs a matrix of 301 × 301 items, 0.3 MiB in memory")
    assert "ease.solve_mib allows 0.1 MiB" in said
    assert not files(project, "06_models/sample/lightgcn+seed=5")


def test_of_a_trial_that_fails_nothing_is_fused(project: Project) -> None:
    done = project.kedro("run", "--pipelines", "broken")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "train.mf_bpr-learning_rate-1e30: failed after" in done.stderr
    assert "is nan at epoch 1" in done.stderr.partition("Error: ")[2]
    assert files(project, "06_models/sample/mf_bpr")
    assert not files(project, "08_reporting/sample/studies/broken/fusion.json")
    assert not files(project, "07_model_output/sample/studies/broken")
    table = pd.read_parquet(project.newest("08_reporting/sample/studies/broken/table.parquet"))
    failed = table[table["error"].notna()]
    assert failed["trial"].tolist() == ["mf_bpr+learning_rate=1e30", "fusion"]
    assert failed["error"].str.startswith("train.mf_bpr-learning_rate-1e30: loss term").all()
    studies = project.path / "conf/base/studies.yml"
    studies.write_text(studies.read_text().replace("1.0e+30", "0.002"))
    said = project.run("--pipelines", "broken")
    assert "train.mf_bpr-learning_rate-" in said
    assert "train.mf_bpr: ran" not in said
    document = json.loads(
        project.newest("08_reporting/sample/studies/broken/fusion.json").read_text()
    )
    assert sorted(document["trials"]) == ["mf_bpr", "mf_bpr+learning_rate=0.002"]
