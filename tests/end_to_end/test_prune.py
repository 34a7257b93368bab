"""`kedro fresh prune` knows the studies of an environment, and their trials."""

from pathlib import Path

from .project import copy_to


def test_old_results_of_a_studys_trials_are_pruned_without_naming_the_study(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    # Those that are shipped are hundreds of trials.
    (tmp_path / "conf/base/studies.yml").write_text("table1: {models: [siger, lightgcn]}\n")
    (tmp_path / "conf/local/studies.yml").write_text("tiny: {models: [lightgcn], seeds: [1]}\n")
    metrics = tmp_path / "data/08_reporting/sample/lightgcn+seed=1/metrics.json"
    for day in (1, 2):
        version = metrics / f"2026-01-0{day}T00.00.00.000Z"
        version.mkdir(parents=True)
        (version / "metrics.json").write_text("{}")
    done = project.kedro("fresh", "prune", "--keep", "1", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "  lightgcn-seed-1/metrics  1 of 2 versions" in done.stdout
    # Another environment does not have this study.
    other = project.kedro("fresh", "prune", "--keep", "1", "--dry-run", "--env", "baby")
    assert other.returncode == 0, other.stderr
    assert "There is nothing to remove." in other.stdout
