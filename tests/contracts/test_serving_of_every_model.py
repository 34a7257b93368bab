"""Every model as a folder: loaded by a process that knows nothing else, it ranks as evaluation."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from contracts.test_every_model import ready
from contracts.world import EVERY, OURS, behind_graphs, requested_by, small_world
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.recommender import DotProduct, Recommender, config_values
from siger_pipeline.serving import FittedRecommender, Parts, load, parts_of
from siger_pipeline.training.checkpoint import FORMAT

WORLD = small_world()
USERS = np.array([f"{n:03}" for n in range(30)], dtype=object)
ITEMS = pd.DataFrame({"item": [f"i{n}" for n in range(40)], "title": ["A &amp; B"] * 40})
RECOMMEND_ALL = """
import sys
from pathlib import Path
from siger_pipeline.serving import load

for folder in map(Path, sys.argv[1:]):
    fitted = load(folder, verify=True)
    fitted.recommend(list(fitted.users.names), k=7).to_parquet(folder.with_suffix(".parquet"))
"""


def parts_made_of(name: str, model: Recommender) -> Parts:
    checkpoint = {
        "format": FORMAT,
        "model": name,
        "config": config_values(model.config),
        "weights": dict(model.state_dict()),
    }
    inputs = requested_by(name, small_world())
    behind = behind_graphs(name, small_world())
    return parts_of(checkpoint, inputs, USERS, ITEMS, WORLD.interactions, behind=behind)


@pytest.fixture(scope="module")
def models() -> dict[str, Recommender]:
    return {name: ready(name, requested_by(name, WORLD)) for name in OURS}


@pytest.fixture(scope="module")
def folders(models: dict[str, Recommender], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a model, and beside each what another process recommends by it."""
    place = tmp_path_factory.mktemp("folders")
    for name, model in models.items():
        FittedRecommender(parts_made_of(name, model)).save(place / name)
    arguments = [sys.executable, "-c", RECOMMEND_ALL, *(str(place / name) for name in models)]
    subprocess.run(arguments, check=True, cwd=place)
    return place


@pytest.mark.parametrize("name", OURS)
def test_another_process_ranks_as_evaluation_does_bit_for_bit(
    name: str, folders: Path, models: dict[str, Recommender]
) -> None:
    # The lists of evaluation are those of `rank` by the model's scorer.
    items, scores = rank(models[name].scorer(), np.arange(30), WORLD.interactions, 7)
    table = pd.read_parquet((folders / name).with_suffix(".parquet"))
    assert [*table.columns] == ["user", "item", "title", "rank", "score"]
    assert [*table["item"]] == [f"i{item}" for item in items[items >= 0]]
    assert np.array_equal(table["score"].to_numpy(), scores[items >= 0])
    assert {*table["title"]} == {"A & B"}


@pytest.mark.parametrize("name", OURS)
def test_the_same_recommender_is_the_same_bytes(
    name: str, folders: Path, models: dict[str, Recommender], tmp_path: Path
) -> None:
    load(folders / name).save(tmp_path / "again")
    first, again = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (folders / name, tmp_path / "again")
    )
    assert first == again


@pytest.mark.parametrize("name", OURS)
def test_every_recommendation_can_be_explained_by_the_history(name: str, folders: Path) -> None:
    fitted = load(folders / name)
    best = fitted.recommend(["003"], k=1)["item"].tolist()
    found = fitted.explain("003", best, most=40)
    assert np.isfinite(found["share"]).all()
    assert found["share"].is_monotonic_decreasing
    assert {*found["because"]} <= {f"i{item}" for item in WORLD.interactions[3].indices}


@pytest.mark.parametrize("name", EVERY)
def test_a_dot_product_keeps_its_embeddings_and_any_other_model_its_weights(name: str) -> None:
    model = ready(name)
    fitted = FittedRecommender(parts_made_of(name, model))
    assert (fitted.parts.embeddings is not None) == isinstance(model, DotProduct)
    users = torch.arange(30)
    assert torch.equal(fitted.scorer(users), model.scorer()(users))
