"""A trial of a study that fails: its row says so, the others go on, and the exit code tells."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from end_to_end.project import Project, copy_to

FOLDER = "08_reporting/sample/studies/mixed"
# After one step of this size every loss is NaN.
STUDY = """
mixed:
  models: [lightgcn, mf_bpr]
  variants: {usual: {}, broken: {learning_rate: 1.0e+30}}
  tests: true
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with its splits and the graph, and the study, which is yet to run."""
    made = copy_to(tmp_path_factory.mktemp("prepared") / "project")
    (made.path / "conf/local/studies.yml").write_text(STUDY)
    made.run("--tags", "ingest,graphs", "--params", "model=lightgcn")
    return made


@pytest.fixture
def project(prepared: Project, tmp_path: Path) -> Project:
    shutil.copytree(prepared.path, tmp_path / "copy")
    return Project(tmp_path / "copy")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_others_go_on_and_the_table_has_all(project: Project, workers: int) -> None:
    options = ("--pipelines", "mixed", "--runner-params", f"workers={workers}")
    done = project.kedro("run", *options)
    said = done.stdout + done.stderr
    assert done.returncode == 1, said[-3000:]
    assert "Traceback" not in said
    table = pd.read_parquet(project.newest(f"{FOLDER}/table.parquet"))
    good, bad = table[table["error"].isna()], table[table["error"].notna()]
    assert set(good["trial"]) == {"lightgcn", "mf_bpr"}
    assert set(bad["trial"]) == {f"{name}+learning_rate=1e30" for name in ("lightgcn", "mf_bpr")}
    assert set(bad["variant"]) == {"broken"}
    for trial, error in zip(bad["trial"], bad["error"], strict=True):
        assert error.startswith(f"train.{trial.partition('+')[0]}-learning_rate-1e30: ")
        assert "is nan at epoch 1" in error
    plot = project.newest(f"{FOLDER}/plot.json").read_text()
    assert "Failed, and so not drawn:" in plot
    assert project.newest(f"{FOLDER}/plot.pdf").read_bytes().startswith(b"%PDF")
    summary = project.newest(f"{FOLDER}/table.md").read_text()
    assert "lightgcn+learning_rate=1e30 failed and is not part of the table: train." in summary
    assert "Differences are not tested, since train." in summary
    assert "mixed: 2 of 4 trials trained, 2 failed, 0 running, 0 left" in said
    assert re.search(r"\d+ nodes: \d+ ran, \d+ fresh, 2 failed, 6 left out; ", said)
    assert f"mixed, 4 trials: see data/{FOLDER}/table.md" in said
    assert "Error: " in done.stderr
    if workers == 1:
        return
    # Once more, by one process, and what has been made is not made again.
    again = project.kedro("run", "--pipelines", "mixed")
    assert again.returncode == 1
    assert re.search(r"\d+ nodes: 1 ran, \d+ fresh, 2 failed, 6 left out; ", again.stderr), (
        again.stderr[-3000:]
    )
