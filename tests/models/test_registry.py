"""Recommenders by name, and what they request."""

import pytest

from contracts.world import config_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.registry import features_of, graphs_of, requested_graph
from siger_pipeline.models.registry import model_class, model_config, model_names, requests_of
from siger_pipeline.requests import features, graph


def names_of(model: str, modalities: list[str], **changes: object) -> list[str]:
    return [r.name for r in requests_of(model, config_of(model, **changes), modalities)]


def test_siger_requests_by_its_own_hyperparameters() -> None:
    found = names_of("siger", ["image", "text"], knn_k=7, cooccurrence_k=3)
    assert found == [
        *("bipartite", "cooccurrence-k3"),
        *("knn-image-k7", "features-image", "knn-text-k7", "features-text"),
    ]


@pytest.mark.parametrize(("beta", "absent"), [(0.0, "cooccurrence-k5"), (1.0, "knn-text-k10")])
def test_siger_requests_no_graph_that_it_gives_no_weight(beta: float, absent: str) -> None:
    assert absent in names_of("siger", ["text"], beta=0.5)
    assert absent not in names_of("siger", ["text"], beta=beta)


def test_lightgcn_requests_no_features() -> None:
    assert names_of("lightgcn", ["image", "text"]) == ["bipartite"]
    assert names_of("lightgcn", []) == ["bipartite"]


@pytest.mark.parametrize("floor", ["popularity", "random"])
def test_the_floors_request_nothing(floor: str) -> None:
    assert names_of(floor, ["text"]) == []


def test_without_features_it_says_what_is_missing() -> None:
    with pytest.raises(
        ParameterError, match=r"siger needs item features .* has 0: .* such as ease$"
    ):
        requests_of("siger", config_of("siger"), [])


def test_a_model_that_does_not_exist() -> None:
    with pytest.raises(ParameterError, match=r"model 'lightgnc' does not exist.*lightgcn"):
        model_config("lightgnc")


def test_a_class_that_is_neither_trained_nor_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_config("lightgcn"), "recommender", "DotProduct")
    with pytest.raises(
        ParameterError, match="a class DotProduct, derived from Trained or from ClosedForm"
    ):
        model_class("lightgcn")


def test_a_trained_model_that_hides_its_training_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_config("lightgcn"), "train_settings", ())
    words = r"lightgcn.config lacks Config.train_settings = None: a model that is trained depends"
    with pytest.raises(ParameterError, match=words):
        model_class("lightgcn")


@pytest.mark.parametrize("name", model_names())
def test_every_request_of_every_model_can_be_made(name: str) -> None:
    requests = requests_of(name, config_of(name), ["image", "text"])
    made = {found.request for found in graphs_of(requests)}
    assert made == {requested_graph(r).request for r in requests if not r.modality}


def test_features_are_counted_behind_a_graph() -> None:
    assert features_of([graph("knn", modality="text", k=3)]) == ("text",)
    assert features_of([features("image"), graph("bipartite")]) == ("image",)
    assert features_of([graph("cooccurrence", k=3)]) == ()
