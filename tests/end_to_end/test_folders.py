"""The names of the folders that the project and its data stand below have no bearing on a run."""

import re
import shutil
from pathlib import Path

import pytest

from end_to_end.project import Project, copy_to
from end_to_end.test_bad_input import mmrec_folder

# Names that look like columns, queries, escapes, quotes, variables, schemes.
ODD = Path("brand=acme", "user=bob", "lr=a", "run=3", "item_id=7", "split=random")
ODD = ODD / "a#b%20c d;e&f" / "ünï'\"" / "~a:b\\c" / "$a" / "s3:"
PATTERN = Path("user=bob", "[ab]", "a*b?c")
MADE = (
    "02_intermediate/sample/items.parquet",
    "03_primary/sample/splits.parquet",
    "04_feature/sample/image_features.npy",
    "05_model_input/sample/graphs/knn-text-k10.npz",
    "06_models/sample/siger/checkpoint.pt",
    "07_model_output/sample/siger/recommendations.parquet",
    "08_reporting/sample/siger/metrics.json",
    "08_reporting/sample/siger/history.parquet",
)
SHORT = "train.max_epochs=3"


def test_a_project_below_folders_of_any_name(sample_results: Project, tmp_path: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir(parents=True)
    (folder / "tmp").mkdir()
    project = copy_to(folder / "project")
    project.run("--params", SHORT, TMPDIR=str(folder / "tmp"))
    for name in MADE:
        assert project.newest(name).read_bytes() == sample_results.newest(name).read_bytes(), name
    assert "All 27 nodes are fresh" in project.kedro("status", "--params", SHORT).stdout
    again = project.run("--params", SHORT)
    assert "All 27 nodes are fresh: none had to run" in again
    compared = project.kedro("compare")
    assert compared.returncode == 0 and "siger" in compared.stdout


def test_data_below_folders_that_are_patterns(tmp_path: Path) -> None:
    metrics = []
    for data in (tmp_path / "plain", tmp_path / PATTERN):
        mmrec_folder(data / "baby")
        project = copy_to(tmp_path / f"project of {data.name.replace('*', '').replace('?', '')}")
        options = ("--env", "baby", "--params", "model=lightgcn")
        project.run(*options, SIGER_DATA=str(data))
        metrics.append(project.metrics("lightgcn", "baby"))
    assert metrics[0] == metrics[1]
    # What `a*b?c` would match.
    shutil.copytree(data, data.with_name("a1b2c"))
    again = project.run(*options, SIGER_DATA=str(data))
    assert re.search(r"All \d+ nodes are fresh: none had to run", again)


@pytest.mark.parametrize(
    ("name", "sign"), [("a[b]", "["), ("a*b", "*"), ("a?b", "?"), ("{a}", "{")]
)
@pytest.mark.parametrize("command", ["run", "status"])
def test_where_kedro_cannot_work_a_sentence_says_so(
    tmp_path: Path, name: str, sign: str, command: str
) -> None:
    project = copy_to(tmp_path / name / "project")
    done = project.kedro(command)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"cannot stand below a folder named {name!r}" in done.stderr.replace("\n", " ")
    assert repr(sign) in done.stderr
    assert not list((project.path / "data").glob("0[2-9]*"))
