"""On the sample, popularity < LightGCN < SIGER, by more than the noise of the seed."""

from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from end_to_end.project import LOCAL, Project, copy_to

SEEDS = (1, 2)


def run(project: Project, tags: list[str], **parameters: Any) -> None:
    bootstrap_project(project.path)
    with KedroSession.create(project.path, runtime_params=parameters) as session:
        session.run(tags=tags)


@pytest.fixture(scope="module")
def recalls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """Test recall@20 of each model, a value a seed."""
    project = copy_to(Path(tmp_path_factory.mktemp("project")))
    (project.path / LOCAL).unlink()  # the trainings run to their stop
    run(project, ["ingest", "features", "graphs"])
    found: dict[str, list[float]] = {}
    for model in ("popularity", "lightgcn", "siger"):
        for seed in SEEDS if model != "popularity" else SEEDS[:1]:
            run(project, ["train", "evaluate"], model=model, train={"seed": seed})
            # No seed counts for what is computed at once.
            metrics = project.metrics(model if model == "popularity" else f"{model}+seed={seed}")
            found.setdefault(model, []).append(metrics["test"]["recall@20"])
    return found


@pytest.mark.parametrize(("worse", "better"), [("popularity", "lightgcn"), ("lightgcn", "siger")])
def test_the_better_model_is_better_by_more_than_the_seeds_noise(
    recalls: dict[str, list[float]], worse: str, better: str
) -> None:
    assert max(recalls[worse]) < min(recalls[better]), recalls
    noise = max(stdev(recalls[name]) for name in (worse, better) if len(recalls[name]) > 1)
    assert mean(recalls[better]) - mean(recalls[worse]) > 3 * noise, recalls
