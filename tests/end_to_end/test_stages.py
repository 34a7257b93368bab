"""A stage a process, as a scheduler runs them: the same files as from one run."""

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from end_to_end.project import Project, copy_to
from end_to_end.test_workers import MEASURED, VERSION

# In an order in which each finds what it needs.
STAGES = ("ingest", "graphs", "train", "evaluate", "report", "export")
SETTINGS = "model=lightgcn,train.max_epochs=3"
EDGE = re.compile(r'tasks\["(\w+)"\] >> tasks\["(\w+)"\]')


def of_lightgcn(project: Project) -> dict[str, bytes]:
    """Path below data/, without versions -> content, of what tells of no seconds."""
    folder = project.path / "data"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    named = {VERSION.sub("/", path.relative_to(folder).as_posix()): path for path in paths}
    wanted = re.compile(r"/lightgcn/|/03_primary/|train_matrix|graphs/bipartite")
    return {
        name: path.read_bytes()
        for name, path in named.items()
        if wanted.search(name) and ".fresh" not in name and not MEASURED.search(name)
    }


def test_stages_by_themselves_leave_the_files_of_one_run(
    sample_results: Project, tmp_path: Path
) -> None:
    project = copy_to(tmp_path / "project")
    for stage in STAGES:
        project.run("--namespaces", stage, "--params", SETTINGS)
    alone, together = of_lightgcn(project), of_lightgcn(sample_results)
    assert "06_models/sample/lightgcn/checkpoint.pt/checkpoint.pt" in alone
    assert alone.keys() == together.keys()
    assert [name for name in alone if alone[name] != together[name]] == []


def dag_of(project: Project) -> str:
    """The text of the DAG that kedro-airflow writes, a task a stage."""
    done = project.kedro("airflow", "create", "--group-by", "namespace", "--target-dir", "dags")
    assert done.returncode == 0, done.stderr
    return (project.path / "dags" / "siger_pipeline_dag.py").read_text()


@pytest.mark.skipif(not find_spec("kedro_airflow"), reason="kedro-airflow is not installed")
def test_a_dag_of_airflow_has_a_task_a_stage_in_their_order(tmp_path: Path) -> None:
    text = dag_of(copy_to(tmp_path / "project"))
    edges = set(EDGE.findall(text))
    order = ("ingest", "features", *STAGES[1:])
    assert re.findall(r'namespaces=\["(\w+)"\]', text) == re.findall(r'task_id="(\w+)"', text)
    assert {stage for edge in edges for stage in edge} == set(order)
    assert all(order.index(first) < order.index(later) for first, later in edges)
    assert set(pairwise(order)) <= edges


@pytest.mark.slow
@pytest.mark.skipif(
    "AIRFLOW" not in os.environ or not find_spec("kedro_airflow"),
    reason="AIRFLOW names no `airflow` command beside which this project is installed",
)
def test_airflow_itself_runs_its_tasks(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    dag_of(project)
    environment = {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project.path / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "OMP_NUM_THREADS": "1",
    }
    airflow = shutil.which(os.environ["AIRFLOW"]) or os.environ["AIRFLOW"]
    for command in (["db", "migrate"], ["dags", "test", "siger-pipeline"]):
        done = subprocess.run(
            [airflow, *command],
            cwd=project.path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert project.metrics("siger")["test"]["recall@20"] > 0
