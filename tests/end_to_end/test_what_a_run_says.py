"""The words of real runs: a line a node, the results at the end, and what is refused at once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.project import LOCAL, Project, copy_to

SHORT = "train.max_epochs=3"
PAGE = "data/08_reporting/sample/siger/latest/report.html"


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which SIGER and LightGCN were run for three epochs."""
    copy = Project(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    return copy


def said(log: str) -> list[str]:
    """The lines without their times; each has one, and a level."""
    parts = [line.split(maxsplit=2) for line in log.splitlines()]
    assert all(level in ("INFO", "WARNING", "ERROR") for _, level, _ in parts), log
    # Whoever runs next tells of those that another process on this machine has left behind.
    return [text for _, _, text in parts if not text.startswith("Temporary files left by killed")]


def nodes_of(lines: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in lines if ": ran in " in line]


def test_a_run_in_which_all_is_fresh_is_four_lines(project: Project) -> None:
    whole = Project(project.path, forked=False)  # to the end of its interpreter
    fresh, figures, beside, *_, page = said(whole.run("--params", SHORT))
    assert fresh == "All 27 nodes are fresh: none had to run"
    assert figures.startswith("siger on sample, test: recall@20 0.")
    for name in ("lightgcn", "popularity", "random"):
        assert f"{name} 0." in beside
    assert page == f"report: {PAGE}"
    assert "plotly" in (project.path / PAGE).read_text()


def test_below_popularity_is_a_warning_in_fresh_runs_too(project: Project) -> None:
    # Three epochs are too few to beat it.
    for log in (project.run("--params", SHORT), project.run("--params", SHORT)):
        assert "WARNING siger is below popularity on the test split (recall@20 0." in log
    report = project.newest("08_reporting/sample/siger/report.md").read_text()
    assert "**Warning**: siger is below popularity" in report


def test_one_line_a_node_with_its_reason_and_the_page_follows(project: Project) -> None:
    local = project.path / LOCAL
    local.write_text("train: {max_epochs: 2}\n")
    lines = said(project.run())
    local.write_text("train: {max_epochs: 3}\n")
    names = nodes_of(lines)
    assert len(names) == len(set(names))
    assert {"train.siger", "evaluate.siger", "report.siger.write_page"} <= set(names)
    (train,) = [line for line in lines if line.startswith("train.siger: ran in")]
    assert train.endswith("(train.max_epochs changed 3 → 2)")
    (stopped,) = [line for line in lines if line.startswith("siger: ")]
    assert stopped.startswith("siger: stopped at epoch 2 (max_epochs), best validation recall@20")
    late = [line for line in lines if ": running, " in line]  # of a node that takes its time
    assert len(lines) - len(late) <= len(names) + 6
    page = project.path / PAGE
    assert page.samefile(project.newest("08_reporting/sample/siger/report.html"))
    assert "ran" not in said(project.run("--params", SHORT))[0]
    newest = project.newest("08_reporting/sample/siger/report.html")
    assert page.read_bytes() == newest.read_bytes()  # brought forward


def test_kedros_own_runner_says_a_line_a_node_too(project: Project) -> None:
    options = ("--runner", "SequentialRunner", "--tags", "evaluate,report")
    lines = said(project.run(*options, "--params", SHORT))
    names = nodes_of(lines)
    assert len(names) == len(set(names)) == 11
    assert lines[-1] == f"report: {PAGE}"
    assert not [line for line in lines if line.startswith(("Running", "Completed", "Loading"))]


def test_a_part_of_the_pipeline_says_where_it_ends(project: Project) -> None:
    lines = said(project.run("--pipelines", "graphs"))
    assert lines[0] == "All 14 nodes are fresh: none had to run"
    assert lines[1].startswith("This run ends at ")
    assert "data/05_model_input/sample" in lines[1]


@pytest.mark.parametrize("runner", [(), ("--runner", "SequentialRunner")])
def test_a_node_that_fails_is_named_in_one_line(project: Project, runner: tuple[str, ...]) -> None:
    params = ("--params", f"train.learning_rate=1e30,{SHORT}")
    done = project.kedro("run", "--pipelines", "train", *params, *runner)
    assert done.returncode == 1
    (failed,) = [line for line in done.stderr.splitlines() if "ERROR" in line]
    assert "train.siger-learning_rate-1e30: failed after " in failed
    assert done.stderr.count("loss term") == 1
    assert "Traceback" not in done.stderr


def test_the_older_spelling_of_pipelines_is_silent(project: Project) -> None:
    done = project.kedro("run", "--pipeline", "ingest")
    assert (done.returncode, done.stdout) == (0, "")
    assert said(done.stderr)[0] == "All 8 nodes are fresh: none had to run"


@pytest.mark.parametrize("runner", [(), ("--runner", "SequentialRunner")])
def test_a_device_that_is_not_there_is_refused_before_any_node(
    project: Project, runner: tuple[str, ...], tmp_path: Path
) -> None:
    shutil.rmtree(project.path / "data" / "02_intermediate", ignore_errors=True)
    params = ("--params", f"train.device=cuda,{SHORT}", *runner)
    done = project.kedro("run", *params, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    assert "PyTorch sees no CUDA device" in done.stderr
    assert "ran in" not in done.stderr
    done = project.kedro("status", *params[:2], CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 0, done.stderr
    assert "note: a run would end before its first node: train.device = 'cuda'" in done.stdout
    done = project.kedro("run", "--pipelines", "ingest", *params, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 0, done.stderr


def test_a_version_that_is_not_there_is_refused_before_any_node(project: Project) -> None:
    version = "siger/checkpoint:2020-01-01T00.00.00.000Z"
    done = project.kedro("run", "--load-versions", version)
    assert done.returncode == 1
    assert "siger/checkpoint has no such version; it has " in done.stderr
    assert "ran in" not in done.stderr


@pytest.mark.parametrize("names", [("nonsense",), ("siger", "nonsense"), ("popularity",)])
def test_comparing_what_there_is_not_is_an_error(project: Project, names: tuple[str, ...]) -> None:
    done = project.kedro("compare", *names)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert "trials with results are lightgcn, siger" in done.stderr


def test_a_process_of_its_own_ends_without_a_word_of_duckdb(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    command = [sys.executable, "-m", "kedro", "run", "--pipelines", "ingest"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True)
    assert "This run ends at counts" in done.stderr.splitlines()[-1]
