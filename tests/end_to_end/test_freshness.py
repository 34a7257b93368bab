"""What reruns after which change: the project's own pipelines, through the command line."""

import gzip
import os
import py_compile
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from end_to_end.project import ROOT, Project

SHORT = "train.max_epochs=3"  # as those of `sample_results`
INGEST = {
    "read_interactions",
    "read_items",
    "keep_k_core",
    "index_items",
    "index_users",
    "split_interactions",
}
FEATURES = {"extract_text", "extract_image"}
KNN = {"graphs.knn-text-k10", "graphs.knn-image-k10"}
GRAPHS = {"graphs.bipartite", "graphs.cooccurrence-k5", *KNN}

DID = re.compile(r"(?:INFO|DEBUG) +([\w.-]+): (ran|fresh|brought forward) (?:in|since|from) ")


@dataclass(frozen=True)
class Editable(Project):
    """A copy of the project with its code."""

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.path / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def status(self, params: str = "", *arguments: str) -> dict[str, tuple[str, str]]:
        """Node -> its state, and since when or why."""
        options = ("--params", ",".join(filter(None, [SHORT, params])))
        done = self.kedro("status", *options, *arguments, **self.environment())
        assert done.returncode == 0, done.stderr[-2000:]
        rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
        states = ("fresh", "earlier", "stale", "waits")
        return {row[1]: (row[0], row[2]) for row in rows if row[0] in states}

    def did(self, params: str = "", *arguments: str) -> dict[str, str]:
        """`kedro run`: node -> ran, fresh or brought forward."""
        options = ("--params", ",".join(filter(None, [SHORT, params])))
        log = self.run(*options, *arguments, **self.environment(), **self.verbose())
        return dict(DID.findall(log))

    @contextmanager
    def edited(self, file: str, old: str, new: str) -> Iterator[None]:
        """A file with a text replaced, and as it was again."""
        path = self.path / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))
        yield
        path.write_text(before)


def named(states: dict[str, tuple[str, str]], *wanted: str) -> set[str]:
    return {name for name, (state, _) in states.items() if state in wanted}


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Editable:
    """A copy, with its code, in which SIGER and then LightGCN were run."""
    copy = Editable(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    shutil.rmtree(copy.path / "src")
    shutil.copytree(ROOT / "src", copy.path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_coming_back_to_a_model_reruns_nothing(project: Editable) -> None:
    did = project.did()
    assert set(did.values()) == {"fresh"}
    assert set(did) >= INGEST | FEATURES | GRAPHS | {"train_model", "evaluate_model"}


def test_another_environment_and_back_reruns_nothing(project: Editable) -> None:
    folder = project.path / "conf" / "other"
    folder.mkdir()
    (folder / "globals.yml").write_text("dataset: other\n")
    ingest = ("--env", "other", "--tags", "ingest")
    assert set(project.did("split.seed=3", *ingest).values()) == {"ran"}
    assert named(project.status(), "fresh") >= INGEST | {"train_model", "write_page"}
    assert set(project.did("split.seed=3", *ingest).values()) == {"fresh"}


def test_another_number_of_threads_reruns_nothing(project: Editable) -> None:
    assert named(project.status("threads=2"), "stale", "waits", "earlier") == set()


def test_a_hyperparameter_reruns_training_onward(project: Editable) -> None:
    states = project.status("siger.lambda_perturbation=0.02")
    assert states["train_model"] == ("stale", "siger.lambda_perturbation changed 0.01 → 0.02")
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS
    assert named(states, "stale", "waits") >= {"evaluate_model", "write_report", "write_page"}
    assert named(project.status("model=lightgcn,siger.lambda_perturbation=0.02"), "stale") == set()


def test_another_number_of_neighbours_is_another_graph(project: Editable) -> None:
    states = project.status("siger.knn_k=5")
    fresh = INGEST | FEATURES | {"graphs.bipartite", "graphs.cooccurrence-k5"}
    assert named(states, "fresh") >= fresh
    assert named(states, "stale") >= {"graphs.knn-text-k5", "graphs.knn-image-k5", "train_model"}
    assert KNN.isdisjoint(states)
    assert {"evaluate_model", "write_report"} <= named(states, "waits", "stale")


def test_beta_reruns_no_graph(project: Editable) -> None:
    states = project.status("siger.beta=0.5")
    assert states["train_model"] == ("stale", "siger.beta changed 0.3 → 0.5")
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS


def test_the_reports_code_reruns_the_report_alone(project: Editable) -> None:
    with project.edited("src/siger_pipeline/reporting/markdown.py", "## Provenance", "## Sources"):
        states = project.status()
    assert states["write_report"] == ("stale", "code of siger_pipeline.reporting.markdown changed")
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | {"train_model", "evaluate_model"}


def test_a_template_of_the_page_reruns_the_page(project: Editable) -> None:
    with project.edited("src/siger_pipeline/reporting/templates/page.css", "12px", "13px"):
        states = project.status()
    assert states["write_page"] == ("stale", "code of siger_pipeline.reporting changed")
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | {"train_model", "evaluate_model"}


def test_what_a_person_reads_of_a_run_reruns_nothing(project: Editable) -> None:
    for file, old, new in (
        ("shell/narration.py", "patience left", "patience"),
        ("shell/terminal.py", "QUIET = (10.0", "QUIET = (20.0"),
        ("shell/results.py", "beside it", "of others"),
        ("shell/hooks.py", "failed after", "broke after"),
        ("shell/preflight.py", "no such version", "none such"),
    ):
        with project.edited(f"src/siger_pipeline/{file}", old, new):
            assert named(project.status(), "stale", "waits") == set(), file


def test_a_models_file_reruns_that_model_and_no_other(project: Editable) -> None:
    file = "src/siger_pipeline/recommenders/lightgcn/model.py"
    with project.edited(file, "regularisation * penalty", "regularisation * 1.0 * penalty"):
        assert named(project.status(), "stale", "waits") == set()
        states = project.status("model=lightgcn")
    assert states["train_model"] == (
        "stale",
        "code of siger_pipeline.recommenders.lightgcn.model changed",
    )
    with project.edited(file, "class LightGCN", "# A remark.\n\n\nclass LightGCN"):
        assert named(project.status("model=lightgcn"), "stale", "waits") == set()


def test_a_raw_file_reruns_what_depends_on_it(project: Editable) -> None:
    raw = project.path / "data" / "01_raw" / "sample" / "reviews.json.gz"
    before = raw.read_bytes()
    lines = gzip.decompress(before).splitlines(keepends=True)
    raw.write_bytes(gzip.compress(b"".join(lines[:-1])))
    states = project.status()
    raw.write_bytes(before)
    why = "content of amazon_reviews (data/01_raw/sample/reviews.json.gz) changed"
    assert states["read_interactions"] == ("stale", why)
    assert named(states, "fresh") == {"read_items"}
    assert named(project.status(), "fresh") == set(states)


def test_a_deleted_and_a_truncated_result_are_made_again_and_nothing_after(
    project: Editable,
) -> None:
    shutil.rmtree(project.newest("05_model_input/sample/graphs/knn-text-k10.npz").parent)
    newest = project.newest("05_model_input/sample/graphs/cooccurrence-k5.npz")
    newest.write_bytes(newest.read_bytes()[:100])
    did = project.did()
    ran = {name for name, how in did.items() if how == "ran"}
    assert ran == {"graphs.knn-text-k10", "graphs.cooccurrence-k5"}
    assert set(project.did().values()) == {"fresh"}


def test_a_parameter_switched_back_is_brought_forward(project: Editable) -> None:
    metrics = project.newest("08_reporting/sample/siger/metrics.json")
    did = project.did("siger.lambda_perturbation=0.5")
    assert {name for name, how in did.items() if how == "ran"} >= {"train_model", "evaluate_model"}
    assert did["graphs.knn-text-k10"] == "fresh"
    did = project.did()
    assert "ran" not in did.values()
    assert did["train_model"] == did["evaluate_model"] == "brought forward"
    newest = project.newest("08_reporting/sample/siger/metrics.json")
    assert newest != metrics
    assert newest.read_bytes() == metrics.read_bytes()


def test_a_split_switched_back_is_brought_forward(project: Editable) -> None:
    assert project.did("split.seed=1", "--tags", "ingest")["split_interactions"] == "ran"
    did = project.did("", "--tags", "ingest")
    assert did["split_interactions"] == "brought forward"
    assert set(did.values()) == {"fresh", "brought forward"}


def test_a_stage_alone_says_when_it_starts_from_what_is_stale(project: Editable) -> None:
    params = f"{SHORT},siger.lambda_perturbation=0.3"
    log = project.run("--tags", "evaluate", "--params", params, **project.environment())
    assert "starts from checkpoint" in log
    assert "siger.lambda_perturbation changed 0.01 → 0.3" in log


def test_an_environment_that_does_not_exist_is_told(project: Editable) -> None:
    done = project.kedro("status", "--env", "nowhere", **project.environment())
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_two_real_runs_exclude_each_other(project: Editable, tmp_path: Path) -> None:
    copy = Editable(tmp_path / "busy")
    shutil.copytree(project.path, copy.path)
    command = [
        sys.executable,
        "-m",
        "kedro",
        "run",
        "--params",
        "train.learning_rate=0.01,train.max_epochs=500",
    ]
    busy = subprocess.Popen(
        command,
        cwd=copy.path,
        env={**os.environ, **copy.environment(), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        holder = copy.path / "data" / ".fresh"
        deadline = time.monotonic() + 60
        while not any(f'"{busy.pid}"' in h.read_text() for h in holder.glob("train_model*.holder")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        sentence = copy.fails("--params", "train.learning_rate=0.02", **copy.environment())
        assert f"train_model is being written by another run (process {busy.pid}" in sentence
    finally:
        busy.kill()
        busy.wait()
    assert copy.did("train.learning_rate=0.01")["train_model"] == "ran"


def test_a_number_that_is_spelt_otherwise_reruns_nothing(project: Editable) -> None:
    local = project.path / "conf" / "local" / "parameters.yml"
    local.write_text(
        'siger: {lambda_perturbation: 1e-2, contrast_block_mib: 64.0, beta: "0.3", knn_k: 10.0}\n'
    )
    states = project.status()
    local.unlink()
    assert named(states, "fresh") == set(states)


def test_the_order_of_modalities_reruns_what_it_shows_in(project: Editable) -> None:
    config = "conf/base/parameters_features.yml"
    one, other = "{text: tfidf_svd, image: picture}", "{image: picture, text: tfidf_svd}"
    with project.edited(config, one, other):
        states = project.status()
    assert named(states, "stale") == {"trace_provenance"}
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | {"train_model", "evaluate_model"}


def test_added_errors_log_lines_and_reordered_imports_rerun_nothing(project: Editable) -> None:
    source = "src/siger_pipeline"
    error = "class TrainingError(UserError):"
    added = 'class LateError(UserError):\n    """Too late."""\n\n\n' + error
    start = f"{source}/training/start.py"
    imports, line = "import numpy as np\nimport pandas as pd\n", "    keep_freed_memory()\n"
    with (
        project.edited(f"{source}/errors.py", error, added),
        project.edited(start, imports, "import pandas as pd\nimport numpy as np\n"),
        project.edited(start, line, f'    logger.info("%s", name)\n{line}'),
    ):
        states = project.status()
    assert named(states, "fresh") == set(states)


def test_another_branch_that_is_checked_out_while_a_run_computes_is_not_what_ran(
    project: Editable,
) -> None:
    markdown = project.path / "src/siger_pipeline/reporting/markdown.py"
    ours = markdown.read_text()
    params = f"{SHORT},siger.lambda_perturbation=0.07"
    with subprocess.Popen(
        [sys.executable, "-m", "kedro", "run", "--params", params],
        cwd=project.path,
        env={**os.environ, **project.environment(), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stderr is not None
        for line in run.stderr:
            if "train_model: runs" in line:
                markdown.write_text(ours.replace("## Provenance", "## The other branch"))
            if "Nodes:" in line:
                break
        markdown.write_text(ours)
        run.stderr.read()
    assert run.returncode == 0
    report = project.newest("08_reporting/sample/siger/report.md").read_text()
    assert "## Provenance" in report
    assert "## The other branch" not in report
    states = project.status("siger.lambda_perturbation=0.07")
    assert named(states, "fresh") == set(states)


def test_an_extractors_file_reruns_what_it_extracts_and_nothing_else(project: Editable) -> None:
    file = "src/siger_pipeline/features/extractors/picture.py"
    lines = (project.path / file).read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("def extract(")]
    with project.edited(file, line, f"LATER = print('changed')\n\n\n{line}"):
        states = project.status()
    assert states["extract_image"] == (
        "stale",
        "code of siger_pipeline.features.extractors.picture changed",
    )
    assert states["extract_text"][0] == "fresh"


def test_an_outdated_compiled_file_is_not_what_runs(project: Editable) -> None:
    markdown = project.path / "src/siger_pipeline/reporting/markdown.py"
    ours = markdown.read_text()
    py_compile.compile(str(markdown), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    stamp = markdown.stat()
    markdown.write_text(ours.replace("## Provenance", "## Provenienz"))
    os.utime(markdown, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert markdown.stat().st_size == stamp.st_size
    did = project.did()
    report = project.newest("08_reporting/sample/siger/report.md").read_text()
    markdown.write_text(ours)
    assert did["write_report"] == "ran"
    assert "## Provenienz" in report
