"""No weight, checkpoint, choice or early stop depends on the test split, and no node reads it."""

import hashlib
import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import Project, copy_to

USERS, ITEMS = 50, 30
STUDY = "best: {models: [siger, ease], fusion: true}\n"
SETTINGS = """
train: {max_epochs: 40, patience: 2, learning_rate: 0.02}
calibration: {corrector: itemknn}
"""
DID = re.compile(r"([\w.-]+): (ran|fresh|brought forward)")
# What trains, chooses or stops, and nothing that measures.
LEARNT = [
    *(
        f"06_models/baby/{trial}/{name}.pt"
        for trial in ("siger", "ease")
        for name in ("checkpoint", "last_checkpoint")
    ),
    *(f"08_reporting/baby/{trial}/history.parquet" for trial in ("siger", "ease")),
    *(f"08_reporting/baby/{trial}/weights/itemknn.json" for trial in ("siger", "ease")),
    "06_models/baby/correctors/itemknn/checkpoint.pt",
    "08_reporting/baby/studies/best/weights.json",
]
TRAINED = {"train.siger", "train.ease"}
CHOSEN = {"evaluate.siger.weigh_itemknn", "evaluate.ease.weigh_itemknn", "studies.weigh.best"}
MEASURED = {
    *(f"evaluate.{trial}" for trial in ("siger", "ease")),
    *(f"evaluate.{trial}.calibrate_itemknn" for trial in ("siger", "ease")),
    "studies.fuse.best",
}
Split = np.ndarray


class Poisoned(Project):
    """A project whose interactions come with their split."""

    def write(self, label: Split) -> None:
        """The interactions: 0 training, 1 validation, 2 test, −1 none."""
        user, item = np.nonzero(label >= 0)
        frame = pd.DataFrame({"userID": user, "itemID": item, "x_label": label[user, item]})
        frame.to_csv(self.path / "raw/baby/baby.inter", sep="\t", index=False)

    def study(self, *options: str) -> dict[str, str]:
        """Run it: node -> ran, fresh or brought forward."""
        said = self.run(
            *("--env", "baby", "--pipelines", "best", *options),
            SIGER_DATA=str(self.path / "raw"),
            **self.verbose(),
        )
        return dict(DID.findall(said))

    def learnt(self) -> dict[str, bytes]:
        return {name: self.newest(name).read_bytes() for name in LEARNT}

    def readings(self) -> list[dict[str, str]]:
        """The entries of those who have loaded the test split."""
        log = self.path / "data/08_reporting/baby/readings_of_test.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()]

    def test_metrics(self) -> list[dict[str, float]]:
        fusion = json.loads(self.newest("08_reporting/baby/studies/best/fusion.json").read_text())
        return [
            *(self.metrics(trial, "baby")["test"] for trial in ("siger", "ease")),
            fusion["metrics"]["test"],
        ]


def split() -> Split:
    """Every user has interactions of each kind, and every item some in training."""
    draw = np.random.default_rng(0)
    kinds = draw.choice([-1, 0, 1, 2], p=[0.6, 0.25, 0.08, 0.07], size=(USERS, ITEMS))
    for user in range(USERS):
        kinds[user, (user + np.arange(4)) % ITEMS] = [0, 0, 1, 2]
    return kinds


def other_items(label: Split) -> Split:
    """As many test items a user, but others."""
    moved = np.where(label == 2, -1, label)
    draw = np.random.default_rng(1)
    for user in range(USERS):
        free = np.flatnonzero(label[user] == -1)
        moved[user, draw.choice(free, (label[user] == 2).sum(), replace=False)] = 2
    return moved


def every_item(label: Split) -> Split:
    """All that a user has not had is held out."""
    return np.where(label == -1, 2, label)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Poisoned:
    """The study has run once."""
    made = Poisoned(copy_to(tmp_path_factory.mktemp("poisoned")).path)
    (made.path / "raw/baby").mkdir(parents=True)
    draw = np.random.default_rng(2)
    for modality in ("image", "text"):
        features = draw.normal(size=(ITEMS, 8)).astype(np.float32)
        np.save(made.path / f"raw/baby/{modality}_feat.npy", features)
    (made.path / "conf/local/parameters.yml").unlink()  # it would count in place of conf/baby
    environment = made.path / "conf/baby/parameters.yml"
    environment.write_text(environment.read_text() + SETTINGS)
    (made.path / "conf/baby/studies.yml").write_text(STUDY)
    made.write(split())
    assert set(made.study().values()) == {"ran"}
    assert sorted(entry["node"] for entry in made.readings()) == sorted(MEASURED)
    history = pd.read_parquet(made.newest("08_reporting/baby/siger/history.parquet"))
    assert len(history) < 40, "patience is what ends the training"
    return made


@pytest.mark.parametrize(("poison", "workers"), [(other_items, 1), (every_item, 2)])
def test_another_test_split_changes_no_bit_of_what_is_learnt(
    project: Poisoned, poison: Callable[[Split], Split], workers: int
) -> None:
    before = project.readings()
    project.write(split())
    did = project.study()
    assert not {name for name in did if did[name] == "ran"} & (TRAINED | CHOSEN | MEASURED)
    assert project.readings() == before, "nothing was loaded"
    learnt, measured = project.learnt(), project.test_metrics()
    project.write(poison(split()))
    did = project.study()
    assert {name for name in did if did[name] == "fresh"} >= TRAINED | CHOSEN
    assert {name for name in did if did[name] == "ran"} >= MEASURED
    assert all(new != old for new, old in zip(project.test_metrics(), measured, strict=True))
    # And all of it anew, from nothing.
    options = ("--force", "--runner-params", f"workers={workers}")
    assert set(project.study(*options).values()) == {"ran"}
    assert project.learnt() == learnt
    entries = project.readings()
    assert entries[: len(before)] == before
    assert sorted(each["node"] for each in entries[len(before) :]) == sorted([*MEASURED] * 2)
    (poisoned,) = {each["sha256"] for each in entries[len(before) :]}
    file = project.newest("03_primary/baby/test_matrix.npz")
    assert poisoned == hashlib.sha256(file.read_bytes()).hexdigest() != before[-1]["sha256"]
