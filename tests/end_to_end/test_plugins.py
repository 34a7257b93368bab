"""Parts of another package, and the same as files of this one: that they run, and what reruns."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from end_to_end.project import ROOT, Project
from plugin.package import SOURCE, install

SHORT = "train.max_epochs=3"  # as those of `sample_results`
OWN = "model=neighbours"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of installed packages, with `tiny_parts`."""
    return install(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def project(
    sample_results: Project, tmp_path_factory: pytest.TempPathFactory, site: Path
) -> Project:
    """A copy in which SIGER, LightGCN, and then the model of `tiny_parts` were run."""
    copy = Project(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    copy.run("--params", OWN, **paths(site))
    return copy


def paths(*folders: Path) -> dict[str, str]:
    """Variables with which these folders are looked for packages in."""
    joined = ":".join(map(str, [*folders, ROOT / "src"]))
    return {"PYTHONPATH": joined, "PYTHONDONTWRITEBYTECODE": "1"}


def states(
    project: Project, params: str, *folders: Path, env: str = "local"
) -> dict[str, tuple[str, str]]:
    """Node -> its state, and since when or why."""
    done = project.kedro("status", "--env", env, "--params", params, **paths(*folders))
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    return {row[1]: (row[0], row[2]) for row in rows if row[0] in {"fresh", "stale", "waits"}}


def reasons(found: dict[str, tuple[str, str]]) -> set[str]:
    """Why nodes are stale."""
    return {why for state, why in found.values() if state == "stale"}


def edited(site: Path, folder: Path, file: str, old: str, new: str) -> Path:
    """A copy of the installed packages in which a file reads otherwise."""
    shutil.copytree(site, folder)
    path = folder / "tiny_parts" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return folder


def test_a_model_and_a_recipe_of_another_package_run(project: Project, site: Path) -> None:
    # Random lists have a recall of 0.06.
    assert project.metrics("neighbours")["test"]["recall@20"] > 0.15
    assert project.newest("05_model_input/sample/graphs/common_users-least1.npz").stat().st_size
    found = states(project, OWN, site)
    assert {state for state, _ in found.values()} == {"fresh"}
    assert any(name.endswith("common_users-least1") for name in found)


@pytest.mark.parametrize("model", ["siger", "lightgcn"])
def test_its_package_makes_no_other_model_stale(project: Project, site: Path, model: str) -> None:
    found = states(project, f"{SHORT},model={model}", site)
    assert {state for state, _ in found.values()} == {"fresh"}


def test_its_models_file_reruns_it_alone(project: Project, site: Path, tmp_path: Path) -> None:
    file = "neighbours/model.py"
    other = edited(site, tmp_path / "site", file, "@ sum(graphs)", "@ sum(graphs[1:])")
    found = states(project, OWN, other)
    assert reasons(found) == {"code of tiny_parts.neighbours.model changed"}
    assert all(state == "fresh" for name, (state, _) in found.items() if "knn" in name)
    assert reasons(states(project, SHORT, other)) == set()


def test_its_recipes_file_reruns_its_graph(project: Project, site: Path, tmp_path: Path) -> None:
    other = edited(site, tmp_path / "site", "common_users.py", ">= config.least", "> config.least")
    found = states(project, OWN, other)
    assert reasons(found) == {"code of tiny_parts.common_users changed"}
    stale = {name.rpartition(".")[2] for name, (state, _) in found.items() if state == "stale"}
    # Provenance has the recipe's parameters.
    assert stale == {"common_users-least1", "trace_provenance"}


def test_a_source_and_an_extractor_of_another_package_run(project: Project, site: Path) -> None:
    environment = project.path / "conf" / "pairs"
    environment.mkdir()
    raw = project.path / "data" / "01_raw" / "pairs"
    raw.mkdir()
    (environment / "globals.yml").write_text("dataset: pairs\nraw: data/01_raw/pairs\n")
    (environment / "parameters.yml").write_text(
        "ingest: {source: pairs}\nfeatures: {modalities: {text: letters, image: null}}\n"
    )
    pairs = [(u, (u * step) % 37) for u in range(60) for step in range(1, 12)]
    lines = "".join(f"user{u} item{i}\n" for u, i in pairs)
    (raw / "pairs.txt").write_text(lines)
    project.run("--env", "pairs", "--params", OWN, **paths(site))
    features = np.load(project.newest("04_feature/pairs/text_features.npy"))
    assert features.shape == (36, 10)  # item0 is outside the 5-core
    assert project.metrics("neighbours", "pairs")["test"]["recall@20"] > 0
    (raw / "pairs.txt").write_text(lines + "user1\n")
    found = states(project, OWN, site, env="pairs")
    assert any("pairs_pairs (data/01_raw/pairs/pairs.txt) changed" in r for r in reasons(found))
    sentence = project.fails("--params", "ingest.source=pears", **paths(site))
    assert "did you mean 'pairs'" in sentence


def test_a_broken_model_stops_its_own_runs_before_the_first_node(
    project: Project, site: Path, tmp_path: Path
) -> None:
    line = "import torch\n"
    other = edited(site, tmp_path / "site", "neighbours/model.py", line, "import torhc\n")
    sentence = project.fails("--params", f"{OWN},split.seed=7", **paths(other))
    assert "tiny_parts.neighbours.model of another package" in sentence
    assert "No module named 'torhc'" in sentence
    (other / "tiny_parts" / "neighbours" / "config.py").write_text("class Config:\n    pass\n")
    sentence = project.fails("--params", OWN, **paths(other))
    assert "tiny_parts.neighbours.config lacks a class Config" in sentence
    found = states(project, SHORT, other)
    assert {state for state, _ in found.values()} == {"fresh"}


def test_a_request_that_cannot_be_met_is_one_sentence(
    project: Project, site: Path, tmp_path: Path
) -> None:
    file, old = "neighbours/config.py", 'graph("common_users"'
    other = edited(site, tmp_path / "site", file, old, 'graph("comon_users"')
    sentence = project.fails("--params", OWN, **paths(other))
    assert re.search("model neighbours: graph recipe 'comon_users' .* did you mean 'comm", sentence)


def test_parts_of_this_package_are_new_files_only(project: Project, tmp_path: Path) -> None:
    package = tmp_path / "src" / "siger_pipeline"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    model = package / "recommenders" / "neighbours"
    shutil.copytree(SOURCE / "neighbours", model, ignore=ignored)
    shutil.copy(SOURCE / "common_users.py", package / "graphs" / "recipes")
    shutil.copy(SOURCE / "pairs.py", package / "data" / "sources")
    shutil.copy(SOURCE / "letters.py", package / "features" / "extractors")
    text = (model / "model.py").read_text()
    new = text.replace("tiny_parts.neighbours", "siger_pipeline.recommenders.neighbours")
    (model / "model.py").write_text(new)
    found = states(project, SHORT, tmp_path / "src")
    assert {state for state, _ in found.values()} == {"fresh"}
    project.run("--params", f"{OWN},neighbours.least_users=2", **paths(tmp_path / "src"))
    assert project.newest("05_model_input/sample/graphs/common_users-least2.npz").is_file()
