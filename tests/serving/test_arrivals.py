"""Items that arrive after the training: nothing of them is known before, and then they rank."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from contracts.world import config_of, small_world, train_config_of
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.graphs.known import known_items, known_matrices, of_known
from siger_pipeline.graphs.made import made
from siger_pipeline.graphs.recipe import Features
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.studies.folded_in import fit_known, fold_in, train_known
from siger_pipeline.requests import features
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving.arrivals import (
    arrive,
    evaluate_arrived,
    known_parts,
)
from siger_pipeline.serving.newcomer_checks import NoPlaceError
from siger_pipeline.training.closed_form import fit_at_once, fit_model

WORLD = small_world()
MATRICES = {m: WORLD[features(m)] for m in ("image", "text")}
FEATURES = {m: Features(x, ~x.any(axis=1)) for m, x in MATRICES.items()}
COLD = [2, 11, 12, 30, 39]
READ = {m: (f"features_{m}", f"missing_{m}") for m in MATRICES}
Splits = dict[Split, sparse.csr_matrix]


def splits() -> Splits:
    """Cold items are held out for test, and of other interactions a fifth, but one a user."""
    rows, columns = WORLD.interactions.nonzero()
    part = np.random.default_rng(3).choice(3, len(rows), p=[0.8, 0.1, 0.1])
    part[np.unique(rows, return_index=True)[1]] = 0
    part[np.isin(columns, COLD)] = 2
    shape, ones = WORLD.interactions.shape, np.ones(len(rows), np.float32)
    inside = {each: part == code for code, each in enumerate(Split)}
    return {
        each: sparse.csr_matrix((ones[of], (rows[of], columns[of])), shape=shape)
        for each, of in inside.items()
    }


def requests(model: str) -> tuple[Any, ...]:
    return requests_of(model, config_of(model), ["image", "text"])


def inputs_of(model: str) -> ModelInputs:
    """What it is built from without the cold items."""
    train = splits()[Split.TRAIN]
    matrices = known_matrices(requests(model), train, FEATURES, known_items(train))
    return ModelInputs(of_known(train, known_items(train)), ("image", "text"), matrices)


def arguments(of_items: Mapping[str, np.ndarray] = MATRICES) -> dict[str, Any]:
    arrays = {f"features_{m}": x for m, x in of_items.items()}
    return arrays | {f"missing_{m}": ~x.any(axis=1) for m, x in of_items.items()}


def trained(model: str, of_items: Mapping[str, np.ndarray] = MATRICES) -> dict[str, Any]:
    """The best checkpoint of two epochs without the cold items."""
    given, of = splits(), {"requests": requests(model), "read": READ}
    settings = train_config_of(model, max_epochs=2)
    *_, last = train_known(
        model, config_of(model), settings, given[Split.TRAIN], given[Split.VALIDATION], {},
        **of, **arguments(of_items),
    )  # fmt: skip
    return last[0]


def folded_in(model: str, checkpoint: dict[str, Any]) -> tuple[dict[str, Any], pd.DataFrame]:
    config = EvaluateConfig(mask="train", ks=(2, 5), top_k=7, block_mib=1)
    matrices = [splits()[each] for each in Split]
    of = {"requests": requests(model), "read": READ}
    return fold_in(checkpoint, config, "cpu", *matrices, **of, **arguments())


@pytest.mark.parametrize("model", ["siger", "damrs"])
def test_a_training_sees_nothing_of_the_items_that_arrive(model: str) -> None:
    other = {m: x.copy() for m, x in MATRICES.items()}
    for matrix in other.values():
        matrix[COLD] = 7
    one, two = trained(model), trained(model, other)
    assert one["weights"].keys() == two["weights"].keys()
    for name, weight in one["weights"].items():
        assert torch.equal(weight, two["weights"][name])
    assert one["weights"]["items"].shape[0] == 35


def test_scores_stand_where_the_items_stood() -> None:
    known_I = known_items(splits()[Split.TRAIN])
    inputs = inputs_of("siger")
    parts = known_parts(trained("siger"), inputs, MATRICES, known_I)
    arrived = arrive(parts, MATRICES, known_I)
    users = torch.arange(30)
    found = arrived.scorer(users).numpy()
    assert arrived.placed.all()
    np.testing.assert_array_equal(found[:, known_I], FittedRecommender(parts).scorer(users))
    items = pd.DataFrame({"item": [f"item {n}" for n in COLD]})
    of_new = {m: x[COLD] for m, x in MATRICES.items()}
    grown = FittedRecommender(parts).with_newcomers(items=items, features=of_new)
    table = grown.recommend([f"{u}" for u in users.tolist()], 40, exclude="none")
    for n in COLD:
        rows = table[table["item"] == f"item {n}"].set_index("user")["score"]
        by_user = rows.loc[[f"{u}" for u in users.tolist()]].to_numpy()
        np.testing.assert_allclose(found[:, n], by_user, rtol=1e-6)


def test_content_knn_ranks_cold_items_among_themselves_as_if_it_knew_them() -> None:
    given, config = splits(), config_of("content_knn")
    of = {"requests": requests("content_knn"), "read": READ}
    done = fit_known("content_knn", config, "cpu", given[Split.TRAIN], **of, **arguments())
    found, groups = folded_in("content_knn", done[0])
    inputs = ModelInputs(
        given[Split.TRAIN],
        ("image", "text"),
        made(requests("content_knn"), given[Split.TRAIN], FEATURES),
    )
    scores = fit_at_once("content_knn", config, 0, inputs).score(torch.arange(30)).numpy()
    held = given[Split.TEST].toarray()
    recalls = []
    for user in range(30):
        liked = {n for n in COLD if held[user, n]}
        best = sorted(COLD, key=lambda n: (-scores[user, n], n))[:2]
        recalls += [len(liked & set(best)) / len(liked)] if liked else []
    group = (groups["group"] == "among cold") & (groups["metric"] == "recall@2")
    assert groups.loc[group, "value"].tolist() == pytest.approx([np.mean(recalls)])
    assert found["why"] == ""
    assert found["metrics"]["test"]["placed"] == 1


def test_items_without_a_place_are_misses_and_counted() -> None:
    given = splits()
    known_I = known_items(given[Split.TRAIN])
    inputs = inputs_of("siger")
    parts = known_parts(trained("siger"), inputs, MATRICES, known_I)
    bare = {m: x.copy() for m, x in MATRICES.items()}
    for matrix in bare.values():
        matrix[COLD[:2]] = 0
    arrived = arrive(parts, bare, known_I)
    assert np.flatnonzero(~arrived.placed).tolist() == COLD[:2]
    config = EvaluateConfig(mask="train", ks=(2,), top_k=40, block_mib=1)
    metrics, _ = evaluate_arrived(arrived, given, config)
    assert metrics["test"]["placed"] == pytest.approx(3 / 5)
    hidden = arrived.scorer(torch.arange(30)).numpy()[:, COLD[:2]]
    assert not hidden.any()
    fewer = replace(arrived, placed=known_I)
    assert evaluate_arrived(fewer, given, config)[0]["test"]["placed"] == 0


@pytest.mark.parametrize("model", ["ease", "ease_text"])
def test_a_model_that_places_none_says_why(model: str) -> None:
    given = splits()
    known_I = known_items(given[Split.TRAIN])
    inputs = inputs_of(model)
    done = fit_model(model, config_of(model), 0, "cpu", inputs)
    parts = known_parts(done.best, inputs, MATRICES, known_I)
    bare = {m: np.where(np.arange(40)[:, None] == COLD[0], 0, x) for m, x in MATRICES.items()}
    with pytest.raises(NoPlaceError, match="no newcomer can be placed: 'new 2'") as error:
        arrive(parts, bare, known_I)
    assert error.value.why.startswith(f"model {model} ")  # not that of the one without features
    found, groups = folded_in(model, dict(done.best))
    assert found["metrics"] == {"test": {"placed": 0.0}}
    assert found["why"].startswith(f"model {model} ")
    assert groups.empty
