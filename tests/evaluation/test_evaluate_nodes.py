import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from ibis.util import gen_name

from arranged import arranged
from contracts.world import config_of, train_config
from kedro_fresh.extra import extra_modules
from siger_pipeline.data.matrix import by_split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.config import EvaluateConfig, FusionConfig
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.evaluate.calibration import (
    calibrate_model,
    fit_corrector,
    weigh_corrector,
)
from siger_pipeline.pipelines.evaluate.nodes import evaluate_floors, evaluate_model
from siger_pipeline.pipelines.evaluate.pipeline import create_pipeline
from siger_pipeline.pipelines.names import MATRICES
from siger_pipeline.pipelines.studies.fusion import fuse_trials, weigh_trials
from siger_pipeline.shell.selection import Selection
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.closed_form import fit_at_once
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
    parts = arranged(given.pop("splits"), **given)
    matrices = by_split(*parts)
    trained = next(
        iter(start_training("popularity", {}, TRAIN, model_inputs(parts[0], {}, {}), matrices))
    )
    metrics, users, groups, recommendations = evaluate_model(
        trained.best,
        evaluate=EVALUATE,
        device="cpu",
        **dict(zip(MATRICES, parts, strict=True)),
        requests={},
        modalities=(),
        **given,
    )
    floors = evaluate_floors(EVALUATE, TRAIN.seed, *parts)
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
    parts = arranged(given.pop("splits"), **given)
    matrices = by_split(*parts)
    trained = next(
        iter(start_training("popularity", {}, TRAIN, model_inputs(parts[0], {}, {}), matrices))
    )
    for weights in trained.best["weights"].values():
        weights[2] = torch.nan
    shared = {"device": "cpu", **dict(zip(MATRICES, parts, strict=True)), **given}
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


NOTHING = ({}, ())  # requests, and modalities
READS = (NOTHING, NOTHING)


def fitted(name: str, train_matrix: Any) -> tuple[dict[str, Any], dict[str, Any], pd.DataFrame]:
    return fit_corrector(
        config_of(name),
        train_matrix,
        corrector=name,
        read=NOTHING,
        extractors={},
        matrices={"features": {}, "graphs": {}},
    )


def test_a_calibration_tells_whose_score_is_not_finite(choosing: dict[str, Any]) -> None:
    corrector, *_ = fitted("popularity", choosing["train_matrix"])
    with pytest.raises(
        InputError, match=r"^model popularity: the score of user u0 for item i2 is nan"
    ):
        weigh_corrector(
            **choosing,
            corrector=corrector,
            block_mib=1,
            calibration=FusionConfig(top=5, monitor="recall@3"),
            reads=READS,
        )


@pytest.fixture
def sound(broken: dict[str, Any]) -> dict[str, Any]:
    """What nodes read of a model that prefers the items of the largest index."""
    checkpoint = broken["checkpoint"]
    weights = {k: torch.arange(v.numel()).to(v.dtype) for k, v in checkpoint["weights"].items()}
    return {**broken, "checkpoint": {**checkpoint, "weights": weights}}


def assert_figures_are_the_means(metrics: dict[str, Any], users: pd.DataFrame) -> None:
    assert list(dict.fromkeys(users["split"])) == ["validation", "test"]
    for split, of_split in users.groupby("split"):
        assert of_split["user"].tolist() == [f"u{n}" for n in range(USERS)]
        for name in of_split.columns[2:]:
            assert math.fsum(of_split[name]) / USERS == metrics[split][name]


def without_test(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "test_matrix"}


def test_of_a_calibration_each_users_figures_are_kept(sound: dict[str, Any]) -> None:
    corrector, origin, fit = fitted("ease", sound["train_matrix"])
    assert origin["fingerprints"] == {"features": {}, "graphs": {}}
    assert fit["seconds_train"].gt(0).all()
    calibration = FusionConfig(top=9, weights=(0, 0.5, 2), monitor="recall@3")
    both = {"corrector": corrector, "calibration": calibration, "reads": READS}
    choice, took = weigh_corrector(**without_test(sound), **both, block_mib=1)
    assert took.columns.tolist() == ["seconds", "peak_mib"]
    assert choice["weight"] > 0
    alone, of_model, *_ = evaluate_model(**sound, evaluate=EVALUATE, requests={}, modalities=())
    document, users, lists = calibrate_model(
        **sound, **both, metrics=alone, choice=choice, evaluate=EVALUATE
    )
    assert document["alone"] == alone != document["calibrated"]
    assert (document["corrector"], document["parameters"]) == ("ease", config_of("ease"))
    assert_figures_are_the_means(document["calibrated"], users)
    assert users.columns.tolist() == of_model.columns.tolist()
    assert set(lists["user"]) == set(users["user"])
    _, same, _ = calibrate_model(
        **sound, **both, metrics=alone, choice={**choice, "weight": 0.0}, evaluate=EVALUATE
    )
    pd.testing.assert_frame_equal(same, of_model)  # without weight it is the model itself


def test_a_corrector_from_its_checkpoint_is_the_one_that_was_fitted(sound: dict[str, Any]) -> None:
    inputs = model_inputs(sound["train_matrix"], {}, {})
    fresh = fit_at_once("ease", config_of("ease"), 0, inputs)
    stored = restore(fitted("ease", sound["train_matrix"])[0], inputs)
    users = torch.arange(USERS)
    assert torch.equal(stored.scorer()(users), fresh.scorer()(users))


@pytest.mark.parametrize("weights", [[1.0, 0.0], [1.0, 2.0]])
def test_of_a_fusion_each_users_figures_are_kept(
    sound: dict[str, Any], weights: list[float]
) -> None:
    checkpoint = sound.pop("checkpoint")
    given = {
        **{"fusion": FusionConfig(top=9, monitor="recall@3"), "requests": ({}, {})},
        **{"modalities": ((), ()), "checkpoint_0": checkpoint},
        "checkpoint_1": fitted("ease", sound["train_matrix"])[0],
    }
    trials = [{"trial": "first"}, {"trial": "second"}]
    chosen, took = weigh_trials(trials, **without_test(sound), **given, block_mib=1)
    assert took.columns.tolist() == ["seconds", "peak_mib"]
    choice = {**chosen, "trials": ["first", "second"], "weights": weights}
    document, users, _ = fuse_trials(trials, choice, **sound, **given, evaluate=EVALUATE)
    assert_figures_are_the_means(document["metrics"], users)
    alone, of_first, *_ = evaluate_model(
        checkpoint, **sound, evaluate=EVALUATE, requests={}, modalities=()
    )
    assert users.columns.tolist() == of_first.columns.tolist()
    of_one_member = weights[1] == 0
    assert (document["metrics"] == alone) is of_one_member
    assert users.equals(of_first) is of_one_member


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
