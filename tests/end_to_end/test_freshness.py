"""What reruns after which change: the project's own pipelines, through the command line."""

import gzip
import os
import py_compile
import re
import shutil
import signal
import time
from collections.abc import Iterator
from compileall import compile_dir
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from end_to_end.project import LOCAL, ROOT, Project, wait_for

SHORT = "train.max_epochs=3"  # as those of `sample_results`
INGEST = {
    "ingest.read_interactions",
    "ingest.read_items",
    "ingest.clean_interactions",
    "ingest.keep_k_core",
    "ingest.index_items",
    "ingest.index_users",
    "ingest.split_interactions",
}
FEATURES = {"features.text", "features.image"}
KNN = {"graphs.knn-text-k10", "graphs.knn-image-k10"}
SPLIT = {"ingest.split_interactions"}
GRAPHS = {"graphs.bipartite", "graphs.cooccurrence-k5", *KNN}

DID = re.compile(r"(?:INFO|DEBUG) +([\w.-]+): (ran|fresh|brought forward) (?:in|since|from) ")


@dataclass(frozen=True)
class Editable(Project):
    """A copy of the project with its code."""

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.path / "src")}

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

    def results(self) -> dict[str, bytes]:
        """The files of results; versions are added, never changed."""
        paths = (self.path / "data").glob("0[2-8]*/**/*Z/*")
        return {str(path): path.read_bytes() for path in paths if path.is_file()}

    @contextmanager
    def configured(self, text: str) -> Iterator[None]:
        """More lines in conf/local, and without them again."""
        path = self.path / LOCAL
        before = path.read_text()
        path.write_text(before + text)
        yield
        path.write_text(before)

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
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    assert compile_dir(copy.path / "src", quiet=1, invalidation_mode=by_content)  # once, not often
    return copy


MEASURED = ("--pipelines", "evaluate")  # what a run does, but for the report
TRAINED = {"train.siger", "evaluate.siger"}
WRITTEN = {"report.siger.write_report", "report.siger.write_page"}


def test_coming_back_to_a_model_reruns_nothing(project: Editable) -> None:
    did = project.did()
    assert set(did.values()) == {"fresh"}
    assert set(did) >= INGEST | FEATURES | GRAPHS | TRAINED


def test_another_environment_and_back_reruns_nothing(project: Editable) -> None:
    folder = project.path / "conf" / "other"
    folder.mkdir()
    (folder / "globals.yml").write_text("dataset: other\n")
    ingest = ("--env", "other", "--tags", "ingest")
    assert set(project.did("split.seed=3", *ingest).values()) == {"ran"}
    assert named(project.status(), "fresh") >= INGEST | {"train.siger", "report.siger.write_page"}
    assert set(project.did("split.seed=3", *ingest).values()) == {"fresh"}


def test_another_number_of_threads_reruns_nothing(project: Editable) -> None:
    assert named(project.status("threads=2"), "stale", "waits", "earlier") == set()


def test_a_hyperparameter_of_the_configuration_reruns_training_onward(project: Editable) -> None:
    # β mixes graphs within the model, so that none is made anew for it.
    with project.configured("siger: {lambda_perturbation: 0.02, beta: 0.5}\n"):
        states = project.status()
        lightgcn = project.status("model=lightgcn")
    why = "siger.beta changed 0.3 → 0.5, siger.lambda_perturbation changed 0.01 → 0.02"
    assert states["train.siger"] == ("stale", why)
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS
    assert named(states, "stale", "waits") >= {"evaluate.siger"} | WRITTEN
    assert named(lightgcn, "stale", "waits", "earlier") == set()


def test_another_number_of_neighbours_is_another_graph(project: Editable) -> None:
    states = project.status("siger.knn_k=5")
    fresh = INGEST | FEATURES | {"graphs.bipartite", "graphs.cooccurrence-k5"}
    assert named(states, "fresh") >= fresh
    assert named(states, "stale") >= {"graphs.knn-text-k5", "graphs.knn-image-k5"}
    assert named(states, "stale") >= {"train.siger-knn_k-5", "evaluate.siger-knn_k-5"}
    assert KNN.isdisjoint(states)


def test_a_trial_leaves_the_models_own_results_where_and_as_they_were(project: Editable) -> None:
    files = project.results()
    did = project.did("siger.lambda_perturbation=0")
    trial = "siger-lambda_perturbation-0"
    ran = {f"train.{trial}", f"evaluate.{trial}", f"report.{trial}.write_page"}
    assert {name for name, how in did.items() if how == "ran"} >= ran
    assert {name for name, how in did.items() if how == "fresh"} >= INGEST | FEATURES | GRAPHS
    assert files.items() <= project.results().items()
    assert set(project.did().values()) == {"fresh"}
    assert set(project.did("siger.lambda_perturbation=0").values()) == {"fresh"}
    shown = project.kedro("compare").stdout
    assert re.search(r"^  siger +0\.", shown, re.MULTILINE)
    assert re.search(r"^  siger\+lambda_perturbation=0 +0\.", shown, re.MULTILINE)


def test_a_seed_reruns_no_graph_and_no_floor(project: Editable) -> None:
    states = project.status("model=lightgcn,train.seed=3")
    assert named(states, "fresh") == INGEST | {
        *("ingest.arrange_splits", "graphs.bipartite", "evaluate.floors"),
    }


def test_a_split_of_its_own_leaves_the_plain_one(project: Editable) -> None:
    files = project.results()
    did = project.did("model=lightgcn,split.seed=3", *MEASURED)
    assert {name for name, how in did.items() if how == "fresh"} == INGEST - SPLIT
    assert did["ingest.sample-split-seed-3.split_interactions"] == "ran"
    assert did["evaluate.sample-split-seed-3.floors"] == "ran"
    assert files.items() <= project.results().items()
    assert project.newest("03_primary/sample+split.seed=3/splits.parquet").exists()
    assert set(project.did().values()) == {"fresh"}


def test_a_study_trains_nothing_that_a_run_has_trained(project: Editable) -> None:
    (project.path / "conf/local/studies.yml").write_text(
        "mine:\n  models: [lightgcn]\n  grid: {layers: [1, 3]}\n  seeds: [999, 3]\n"
        "  tests: {baseline: layers=3}\n"
    )
    project.did("model=lightgcn,lightgcn.layers=1", *MEASURED)
    did = project.did("", "--pipelines", "mine")
    trained = {name for name, how in did.items() if name.startswith("train.") and how == "ran"}
    assert trained == {"train.lightgcn-layers-1-seed-3", "train.lightgcn-seed-3"}
    assert did["train.lightgcn"] == did["train.lightgcn-layers-1"] == "fresh"
    assert set(project.did("", "--pipelines", "mine").values()) == {"fresh"}
    did = project.did("model=lightgcn,train.seed=3", *MEASURED)
    assert did["train.lightgcn-seed-3"] == did["evaluate.lightgcn-seed-3"] == "fresh"
    folder = "08_reporting/sample/studies/mine"
    table = pd.read_parquet(project.newest(f"{folder}/table.parquet"))
    assert sorted(table["trial"].unique()) == [
        *("lightgcn", "lightgcn+layers=1", "lightgcn+layers=1+seed=3", "lightgcn+seed=3"),
    ]
    of_seed = table.query("trial == 'lightgcn+seed=3' and split == 'test' and metric == 'recall'")
    expected = project.metrics("lightgcn+seed=3")["test"]
    assert {f"recall@{row.k}": row.value for row in of_seed.itertuples()} == {
        name: value for name, value in expected.items() if name.startswith("recall@")
    }
    for name in ("table.csv", "table.md", "table.tex"):
        assert "layers=1" in project.newest(f"{folder}/{name}").read_text()
    assert (table[["seconds", "peak_mib"]] > 0).all(axis=None)
    assert table["graph_hashes"].str.startswith("bipartite: ").all()
    tests = pd.read_parquet(project.newest(f"{folder}/tests.parquet"))
    of_users = {
        name: pd.read_parquet(project.newest(f"08_reporting/sample/{name}/user_metrics.parquet"))
        .query("split == 'test'")
        .set_index("user")["recall@20"]
        for name in table["trial"].unique()
    }
    one, three = (
        (of_users[f"lightgcn{layers}"] + of_users[f"lightgcn{layers}+seed=3"]) / 2
        for layers in ("+layers=1", "")
    )
    (row,) = tests.query("metric == 'recall' and k == 20").to_dict("records")
    assert row["difference"] == pytest.approx((one - three).mean(), rel=1e-12)
    assert row["p_t"] == pytest.approx(stats.ttest_rel(one, three).pvalue, rel=1e-9)
    assert row["p_wilcoxon"] == pytest.approx(stats.wilcoxon(one, three).pvalue, rel=1e-6)


def test_a_changed_model_reruns_its_own_column_of_a_study(project: Editable) -> None:
    (project.path / "conf/local/studies.yml").write_text("both: {models: [siger, lightgcn]}\n")
    project.did("", "--pipelines", "both")
    file = "src/siger_pipeline/recommenders/lightgcn/model.py"
    with project.edited(file, "regularisation * penalty", "regularisation * 1.0 * penalty"):
        states = project.status("", "--pipelines", "both")
    assert named(states, "stale") == {"train.lightgcn", "evaluate.lightgcn"}
    after = {"report.lightgcn.trace_provenance", "studies.both", "studies.draw.both"}
    assert named(states, "waits") == after


def test_the_reports_code_reruns_the_report_alone(project: Editable) -> None:
    with project.edited("src/siger_pipeline/reporting/markdown.py", "## Provenance", "## Sources"):
        states = project.status()
    assert states["report.siger.write_report"] == (
        "stale",
        "code of siger_pipeline.reporting.markdown changed",
    )
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | TRAINED


def test_a_template_of_the_page_reruns_the_page(project: Editable) -> None:
    with project.edited("src/siger_pipeline/reporting/templates/page.css", "12px", "13px"):
        states = project.status()
    assert states["report.siger.write_page"] == (
        "stale",
        "code of siger_pipeline.reporting changed",
    )
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | TRAINED


def test_what_a_person_reads_of_a_run_reruns_nothing(project: Editable) -> None:
    with ExitStack() as edits:
        for file, old, new in (
            ("shell/narration.py", "patience left", "patience"),
            ("shell/terminal.py", "QUIET = (10.0", "QUIET = (20.0"),
            ("shell/results.py", "beside it", "of others"),
            ("shell/hooks.py", "failed after", "broke after"),
            ("shell/preflight.py", "no such version", "none such"),
            ("template/conf/base/globals.yml", "dataset: sample", "dataset: example"),
        ):
            edits.enter_context(project.edited(f"src/siger_pipeline/{file}", old, new))
        states = project.status()
    assert named(states, "fresh") == set(states), states


def test_a_models_file_reruns_that_model_and_no_other(project: Editable) -> None:
    file = "src/siger_pipeline/recommenders/lightgcn/model.py"
    with project.edited(file, "regularisation * penalty", "regularisation * 1.0 * penalty"):
        assert named(project.status(), "stale", "waits") == set()
        states = project.status("model=lightgcn")
    assert states["train.lightgcn"] == (
        "stale",
        "code of siger_pipeline.recommenders.lightgcn.model changed",
    )


def test_a_raw_file_reruns_what_depends_on_it(project: Editable) -> None:
    raw = project.path / "data" / "01_raw" / "sample" / "reviews.json.gz"
    before = raw.read_bytes()
    lines = gzip.decompress(before).splitlines(keepends=True)
    raw.write_bytes(gzip.compress(b"".join(lines[:-1])))
    states = project.status()
    raw.write_bytes(before)
    why = "content of amazon_reviews (data/01_raw/sample/reviews.json.gz) changed"
    assert states["ingest.read_interactions"] == ("stale", why)
    # Of reviews and metadata, each is read to see that both are of one year.
    assert states["ingest.read_items"] == ("stale", why)
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
    with project.configured("siger: {lambda_perturbation: 0.5}\n"):
        did = project.did("", *MEASURED)
    assert {name for name, how in did.items() if how == "ran"} >= TRAINED
    assert did["graphs.knn-text-k10"] == "fresh"
    did = project.did()
    assert "ran" not in did.values()
    assert did["train.siger"] == did["evaluate.siger"] == "brought forward"
    newest = project.newest("08_reporting/sample/siger/metrics.json")
    assert newest != metrics
    assert newest.read_bytes() == metrics.read_bytes()


def test_a_split_switched_back_is_brought_forward(project: Editable) -> None:
    with project.configured("split: {seed: 1}\n"):
        did = project.did("", "--tags", "ingest")
        assert did["ingest.split_interactions"] == "ran"
    did = project.did("", "--tags", "ingest")
    assert did["ingest.split_interactions"] == "brought forward"
    assert set(did.values()) == {"fresh", "brought forward"}


def test_a_stage_alone_says_when_it_starts_from_what_is_stale(project: Editable) -> None:
    with project.configured("siger: {lambda_perturbation: 0.3}\n"):
        log = project.run("--tags", "evaluate", **project.environment())
    assert "starts from siger/checkpoint" in log
    assert "siger.lambda_perturbation changed 0.01 → 0.3" in log


def test_an_environment_that_does_not_exist_is_told(project: Editable) -> None:
    done = project.kedro("status", "--env", "nowhere", **project.environment())
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def test_two_real_runs_exclude_each_other(project: Editable, tmp_path: Path) -> None:
    copy = Editable(tmp_path / "busy")
    shutil.copytree(project.path, copy.path)
    params = "model=lightgcn,train.max_epochs=5000,train.patience=5000"
    with copy.started(tmp_path / "log", "run", "--params", params, **copy.environment()) as busy:
        holder = copy.path / "data" / ".fresh"
        deadline = time.monotonic() + 60
        while not any(
            f'"{busy.pid}"' in h.read_text() for h in holder.glob("train.lightgcn*.holder")
        ):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        sentence = copy.fails("--params", params, **copy.environment())
        assert "lightgcn-max_epochs-5000" in sentence
        assert f" is being written by another run (process {busy.pid}" in sentence
        busy.send_signal(signal.SIGKILL)
    did = copy.did("model=lightgcn,train.learning_rate=0.01", "--pipelines", "train")
    assert did["train.lightgcn-learning_rate-0-01"] == "ran"


def test_a_number_that_is_spelt_otherwise_reruns_nothing(project: Editable) -> None:
    text = "siger: {lambda_perturbation: 1e-2, contrast_block_mib: 64.0, beta: '0.3', knn_k: 10.0}"
    with project.configured(text):
        states = project.status()
    assert named(states, "fresh") == set(states)


def test_the_order_of_modalities_reruns_what_it_shows_in(project: Editable) -> None:
    config = "conf/base/parameters_features.yml"
    one, other = "{text: tfidf_svd, image: picture}", "{image: picture, text: tfidf_svd}"
    with project.edited(config, one, other):
        states = project.status()
    assert named(states, "stale") == {"report.siger.trace_provenance", "export.siger"}
    assert named(states, "fresh") >= INGEST | FEATURES | GRAPHS | TRAINED


def test_added_errors_log_lines_remarks_and_reordered_imports_rerun_nothing(
    project: Editable,
) -> None:
    source = "src/siger_pipeline"
    error = "class TrainingError(UserError):"
    added = 'class LateError(UserError):\n    """Too late."""\n\n\n' + error
    start, model = f"{source}/training/start.py", f"{source}/recommenders/siger/model.py"
    evaluate, line = f"{source}/evaluation/evaluate.py", "    keep_freed_memory()\n"
    imports = "import numpy as np\nimport pandas as pd\n"
    with (
        project.edited(f"{source}/errors.py", error, added),
        project.edited(evaluate, imports, "import pandas as pd\nimport numpy as np\n"),
        project.edited(start, line, f'    logger.info("%s", name)\n{line}'),
        project.edited(model, "class SIGER(", "# A remark.\n\n\nclass SIGER("),
    ):
        states = project.status()
    assert named(states, "fresh") == set(states)


def test_another_branch_that_is_checked_out_while_a_run_computes_is_not_what_ran(
    project: Editable, tmp_path: Path
) -> None:
    markdown = project.path / "src/siger_pipeline/reporting/markdown.py"
    ours = markdown.read_text()
    params = f"{SHORT},siger.lambda_perturbation=0.07"
    log = tmp_path / "log"
    with project.started(log, "run", "--params", params, **project.environment()) as run:
        wait_for("train.siger", log, run)
        markdown.write_text(ours.replace("## Provenance", "## The other branch"))
        run.wait()
        markdown.write_text(ours)
    assert run.poll() == 0, log.read_text()
    report = project.newest(
        "08_reporting/sample/siger+lambda_perturbation=0.07/report.md"
    ).read_text()
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
    assert states["features.image"] == (
        "stale",
        "code of siger_pipeline.features.extractors.picture changed",
    )
    assert states["features.text"][0] == "fresh"


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
    assert did["report.siger.write_report"] == "ran"
    assert "## Provenienz" in report
