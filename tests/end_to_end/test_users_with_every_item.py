"""Users with nothing left to recommend, and an item that everybody has."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import Project, copy_to

USERS, ITEMS = 30, 20


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """User 3 has every item in training, user 4 all but a test item; everybody has item 7."""
    project = copy_to(tmp_path_factory.mktemp("everything"))
    draw = np.random.default_rng(0)
    had = {
        user: [7, *draw.permutation(np.delete(np.arange(ITEMS), 7))[:5]] for user in range(USERS)
    }
    had[3] = list(range(ITEMS))
    had[4] = [*range(1, ITEMS), 0]
    rows = []
    for user, items in had.items():
        labels = [0] * len(items)
        if user != 3:
            labels[-2:] = [0, 2] if user == 4 else [1, 2]
        rows += [(user, item, label) for item, label in zip(items, labels, strict=True)]
    folder = project.path / "raw" / "baby"
    folder.mkdir(parents=True)
    frame = pd.DataFrame(rows, columns=["userID", "itemID", "x_label"])
    frame.to_csv(folder / "baby.inter", sep="\t", index=False)
    for modality in ("image", "text"):
        np.save(folder / f"{modality}_feat.npy", draw.normal(size=(ITEMS, 8)).astype(np.float32))
    return project


@pytest.mark.parametrize("model", ["siger", "lightgcn", "popularity"])
def test_they_are_named_and_the_run_ends(project: Project, model: str) -> None:
    said = project.run(
        "--env",
        "baby",
        "--params",
        f"model={model},train.max_epochs=2",
        SIGER_DATA=str(project.path / "raw"),
    )
    if model == "siger":
        assert "WARNING Users with all 20 items in training: 1 of 30 (user 3). Nothing is" in said
    if model != "popularity":
        assert "Users with all 20 items: 1 (user_id 3). There is no negative to draw" in said
    assert "fewer than top_k = 50 items left to be recommended: 30 of 30" in said
    assert "1 are empty, of users with every item (3)" in said
    # What is computed at once depends on no number of epochs.
    trial = model if model == "popularity" else f"{model}+max_epochs=2"
    lists = pd.read_parquet(recommendations(project, trial))
    assert lists["user"].nunique() == USERS - 1
    assert "3" not in set(lists["user"])
    assert lists.loc[lists["user"] == "4", "item"].tolist() == ["0"]
    assert "7" not in set(lists["item"])
    test = project.metrics(trial, "baby")["test"]
    assert all(0 <= value <= 1 for name, value in test.items() if "novelty" not in name)
    json.dumps(test, allow_nan=False)


def recommendations(project: Project, trial: str) -> Path:
    return project.newest(f"07_model_output/baby/{trial}/recommendations.parquet")
