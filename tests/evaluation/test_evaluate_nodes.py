import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from ibis.util import gen_name

from contracts.world import config_of, train_config
from kedro_fresh.extra import extra_modules
from siger_pipeline.data.matrix import by_split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig, FusionConfig
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.evaluate.calibration import weigh_corrector
from siger_pipeline.pipelines.evaluate.nodes import evaluate_floors, evaluate_model
from siger_pipeline.pipelines.evaluate.pipeline import create_pipeline
from siger_pipeline.pipelines.ingest.nodes import arrange_splits
from siger_pipeline.pipelines.names import MATRICES
from siger_pipeline.pipelines.studies.fusion import weigh_trials
from siger_pipeline.shell.selection import Selection
from siger_pipeline.training.inputs import model_inputs
from siger_pipeline.training.start import start_training

USERS, ITEMS = 12, 15
EVALUATE = EvaluateConfig(ks=(3, 5), top_k=5, mask="train", block_mib=1)
TRAIN = train_config(seed=1)


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    part = np.random.default_rng(2).integers(0, 6, (USERS, ITEMS))
    part[:, 0], part[:, 1], part[:, 2] = 1, 2, 3
    user, item = np.nonzero(part)
    names = np.array(["", "train", "validation", "test", "train", "train"], dtype=object)
    splits = {"user_id": user, "item_id": item, "split": names[part[user, item]]}
    return {
        "splits": pd.DataFrame(splits),
        "user_index": pd.DataFrame(
            {"user_id": range(USERS), "user": [f"u{n}" for n in range(USERS)]}
        ),
        "item_index": pd.DataFrame(
            {"item_id": range(ITEMS), "item": [f"i{n}" for n in range(ITEMS)]}
        ),
    }


def tables(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    create = connection().create_table
    return {name: create(gen_name(name), frame, temp=True) for name, frame in frames.items()}


def test_the_floor_is_what_evaluating_that_model_gives(frames: dict[str, pd.DataFrame]) -> None:
    given = tables(frames)
    arranged = arrange_splits(given.pop("splits"), **given)
    matrices = by_split(*arranged)
    trained = next(
        iter(start_training("popularity", {}, TRAIN, model_inputs(arranged[0], {}, {}), matrices))
    )
    metrics, users, groups, recommendations = evaluate_model(
        trained.best,
        evaluate=EVALUATE,
        device="cpu",
        **dict(zip(MATRICES, arranged, strict=True)),
        requests={},
        modalities=(),
        **given,
    )
    floors = evaluate_floors(EVALUATE, TRAIN.seed, *arranged)
    assert set(floors) == {"popularity", "random"}
    assert floors["popularity"] == metrics
    assert floors["random"] != metrics
    for split, values in metrics.items():
        of_split = users[users["split"] == split]
        assert len(of_split) == USERS
        assert set(of_split["user"]) == set(frames["user_index"]["user"])
        for name in of_split.columns[2:]:
            assert math.fsum(of_split[name]) / USERS == values[name]
    assert set(groups["split"]) == {"validation", "test"}
    assert set(recommendations["user"]) == set(frames["user_index"]["user"])
    seen = frames["splits"].query("split == 'train'")
    pairs = {(f"u{u}", f"i{i}") for u, i in zip(seen["user_id"], seen["item_id"], strict=True)}
    assert not pairs & set(zip(recommendations["user"], recommendations["item"], strict=True))


@pytest.fixture
def broken(frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What nodes read of a model with NaN for the item of index 2."""
    given = tables(frames)
    arranged = arrange_splits(given.pop("splits"), **given)
    matrices = by_split(*arranged)
    trained = next(
        iter(start_training("popularity", {}, TRAIN, model_inputs(arranged[0], {}, {}), matrices))
    )
    for weights in trained.best["weights"].values():
        weights[2] = torch.nan
    shared = {"device": "cpu", **dict(zip(MATRICES, arranged, strict=True)), **given}
    return {"checkpoint": trained.best, **shared}


def test_a_score_that_is_not_finite_is_told_by_the_ids_of_the_source(
    broken: dict[str, Any],
) -> None:
    with pytest.raises(InputError, match=r"^the score of user u0 for item i2 is nan"):
        evaluate_model(**broken, evaluate=EVALUATE, requests={}, modalities=())


@pytest.fixture
def choosing(broken: dict[str, Any]) -> dict[str, Any]:
    """The same for nodes that choose: the test split is not theirs."""
    return {name: value for name, value in broken.items() if name != "test_matrix"}


def test_a_calibration_tells_whose_score_is_not_finite(choosing: dict[str, Any]) -> None:
    settings = {"corrector": "popularity", "top": 5, "monitor": "recall@3"}
    with pytest.raises(
        InputError, match=r"^model popularity: the score of user u0 for item i2 is nan"
    ):
        weigh_corrector(
            **choosing,
            block_mib=1,
            calibration=CalibrationConfig.model_validate(settings),
            corrector={},
            seed=1,
            requests={},
            modalities=(),
            corrector_requests={},
            corrector_modalities=(),
        )


def test_a_fusion_tells_which_trials_score_is_not_finite(choosing: dict[str, Any]) -> None:
    checkpoint = choosing.pop("checkpoint")
    whole = {**checkpoint, "weights": {k: v.nan_to_num() for k, v in checkpoint["weights"].items()}}
    with pytest.raises(InputError, match=r"^trial second: the score of user u0 for item i2 is nan"):
        weigh_trials(
            [{"trial": "first"}, {"trial": "second"}],
            **choosing,
            block_mib=1,
            fusion=FusionConfig(top=5, monitor="recall@3"),
            requests=({}, {}),
            modalities=((), ()),
            checkpoint_0=whole,
            checkpoint_1=checkpoint,
        )


def test_a_model_gets_what_it_needs_and_the_floors_need_nothing() -> None:
    requests = requests_of("siger", config_of("siger"), ["text"])
    pipeline = create_pipeline(Selection("amazon", {"text": "tfidf_svd"}, "siger", requests))
    inputs = {node.name: set(node.inputs) for node in pipeline.nodes}
    arrays = {"graphs/bipartite", "features_text", "graphs/cooccurrence-k5", "graphs/knn-text-k10"}
    assert inputs["siger"] >= arrays | {"checkpoint", *MATRICES}
    assert not inputs["floors"] & (arrays | {"checkpoint"})
    code = {node.name: extra_modules(node.func) for node in pipeline.nodes}
    floors = (
        "siger_pipeline.recommenders.popularity.model",
        "siger_pipeline.recommenders.random.model",
    )
    assert code == {
        "siger": ("siger_pipeline.recommenders.siger.model",),
        "floors": floors,
    }
    outputs = {"metrics", "user_metrics", "group_metrics", "recommendations", "floors"}
    assert pipeline.all_outputs() == outputs
    assert all(node.tags == {"evaluate"} for node in pipeline.nodes)
