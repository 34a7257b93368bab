"""A corrector and a fusion on the sample, through the command line."""

import json
import math
import shutil

import pandas as pd
import pytest
from scipy import stats

from end_to_end.project import Project

ON = ("--params", "model=lightgcn,train.max_epochs=3,calibration.corrector=itemknn")
OFF = ("--params", "model=lightgcn,train.max_epochs=3")
STUDY = """
pair: {models: [siger, lightgcn], correctors: [itemknn, ease_text], fusion: true, tests: true}
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
    assert "All 25 nodes are fresh" in project.run(*ON)
    said = project.run(*OFF)
    assert "train.lightgcn" not in said
    assert "calibrated" not in said
    table = project.kedro("compare").stdout
    assert "recall@20+itemknn" in table


def test_a_study_corrects_fuses_and_compares_its_trials(project: Project) -> None:
    project.run(*ON)
    before = files(project, "06_models")
    said = project.run("--pipelines", "pair", **project.verbose())
    assert "train." not in said.replace("train.lightgcn: fresh", "").replace(
        "train.siger: fresh", ""
    )
    new = {path.rpartition("sample/")[2] for path in files(project, "06_models").keys() - before}
    assert {path.partition("/checkpoint")[0] for path in new} == {"correctors/ease_text"}
    folder = "08_reporting/sample/studies/pair"
    table = pd.read_parquet(project.newest(f"{folder}/table.parquet"))
    rows = table[["trial", "corrector"]].drop_duplicates()
    assert rows.fillna("").to_numpy().tolist() == [
        *(
            [trial, name]
            for trial in ("siger", "lightgcn")
            for name in ("", "itemknn", "ease_text")
        ),
        ["fusion", ""],
    ]
    for column in ("seconds", "peak_mib", "data", "device", "versions", "graph_hashes"):
        assert table[column].notna().all(), column
    assert table["seconds"].gt(0).all()
    document = json.loads(project.newest(f"{folder}/fusion.json").read_text())
    alone = {name: project.metrics(name)["validation"]["recall@20"] for name in document["trials"]}
    assert list(alone) == sorted(alone, key=lambda name: -alone[name])
    assert document["metrics"]["validation"]["recall@20"] >= max(alone.values())
    users = {
        ("fusion", ""): f"{folder}/user_metrics.parquet",
        ("siger", ""): "08_reporting/sample/siger/user_metrics.parquet",
        ("lightgcn", "ease_text"): (
            "08_reporting/sample/lightgcn/calibrated/ease_text/user_metrics.parquet"
        ),
    }
    frames = {key: pd.read_parquet(project.newest(path)) for key, path in users.items()}
    for (trial, corrector), frame in frames.items():
        own = table[(table["trial"] == trial) & (table["corrector"].fillna("") == corrector)]
        own = own[own["k"].notna() & own["metric"].isin(["recall", "ndcg"])]
        for row in own.itertuples():
            of_split = frame.loc[frame["split"] == row.split, f"{row.metric}@{row.k}"]
            assert math.fsum(of_split) / len(of_split) == row.value
    tests = pd.read_parquet(project.newest(f"{folder}/tests.parquet"))
    assert set(tests["comparisons"]) == {len(tests)} == {4 * 6}
    assert set(tests["baseline_variant"]) == {""}
    one = tests[(tests["model"] == "lightgcn") & (tests["metric"] == "ndcg")].iloc[-1]
    assert one["variant"] == "calibrated by ease_text"
    baseline = frames[one["baseline_model"], ""]
    name = f"{one['metric']}@{one['k']}"
    pair = [f.loc[f["split"] == "test", name] for f in (frames["lightgcn", "ease_text"], baseline)]
    assert one["p_t"] == pytest.approx(stats.ttest_rel(*pair).pvalue, rel=1e-9)
    lists = "07_model_output/sample/studies/pair/recommendations.parquet"
    assert project.newest(lists).exists()
    summary = project.newest(f"{folder}/table.md").read_text()
    assert f"| fusion | 1 · {document['trials'][0]}" in summary
    assert "| lightgcn | calibrated by ease_text |" in summary
    assert "nodes are fresh" in project.run("--pipelines", "pair")


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
