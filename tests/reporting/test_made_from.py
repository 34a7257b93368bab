"""What a trial is made from, for every recommender."""

import json
from typing import Any

import pytest

from contracts.world import config_of
from siger_pipeline.models.registry import model_names, requests_of
from siger_pipeline.reporting.made_from import made_from
from siger_pipeline.requests import Request, graph

INGEST = {
    "source": "amazon",
    "k_core": 5,
    "amazon": {"reviews": "r.gz"},
    "mmrec": {"item_columns": ["a"]},
}
SPLIT = {"strategy": "random", "seed": 3}
FEATURES = {
    "modalities": {"text": "tfidf_svd", "image": "picture", "audio": None},
    "missing": "mean",
    "tfidf_svd": {"dimension": 64},
    "picture": {"size": 32},
    "matrix": {"block_mib": 64},
}
DATA = {
    "source": "amazon",
    "parameters": {"k_core": 5, "reviews": "r.gz"},
    "split": {"strategy": "random", "seed": 3},
}
TEXT = {"extractor": "tfidf_svd", "parameters": {"dimension": 64}, "missing": "mean"}
IMAGE = {"extractor": "picture", "parameters": {"size": 32}, "missing": "mean"}
BIPARTITE = {
    "recipe": "bipartite",
    "parameters": {"normalisation": "symmetric", "loops": False},
    "reads": ["interactions"],
}
COOCCURRENCE = {"recipe": "cooccurrence", "parameters": {"k": 5}, "reads": ["interactions"]}


def knn(modality: str) -> dict[str, Any]:
    parameters = {"modality": modality, "k": 10, "weights": "half_cosine"}
    return {"recipe": "knn", "parameters": parameters, "reads": [f"features-{modality}"]}


def origin(requests: tuple[Request, ...]) -> dict[str, Any]:
    result = made_from(requests, INGEST, SPLIT, FEATURES)
    json.dumps(result, allow_nan=False)
    assert result.pop("data") == DATA
    return result


EXPECTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "siger": (
        {"image": IMAGE, "text": TEXT},
        {
            "bipartite": BIPARTITE,
            "cooccurrence-k5": COOCCURRENCE,
            "knn-image-k10": knn("image"),
            "knn-text-k10": knn("text"),
        },
    ),
    "lgmrec": ({"image": IMAGE, "text": TEXT}, {"bipartite": BIPARTITE}),
    "lightgcn": ({}, {"bipartite": BIPARTITE}),
    "popularity": ({}, {}),
    "random": ({}, {}),
}


@pytest.mark.parametrize("model", model_names())
def test_every_model_is_made_from_what_it_requests_and_nothing_else(model: str) -> None:
    requests = requests_of(model, config_of(model), ["image", "text"])
    features, graphs = EXPECTED[model]
    assert origin(requests) == {
        "reads": ["interactions", *(request.name for request in requests)],
        "features": features,
        "graphs": graphs,
    }


def test_without_its_enhanced_graph_siger_is_not_made_from_common_users() -> None:
    result = origin(requests_of("siger", config_of("siger", beta=0.0), ["text"]))
    assert set(result["graphs"]) == {"bipartite", "knn-text-k10"}
    assert result["features"] == {"text": TEXT}


def test_features_behind_a_graph_are_named_though_the_model_does_not_read_them() -> None:
    result = origin((graph("knn", modality="text", k=10, weights="half_cosine"),))
    assert result["reads"] == ["interactions", "knn-text-k10"]
    assert result["features"] == {"text": TEXT}


def test_an_extractor_without_parameters_of_its_own() -> None:
    features = {"modalities": {"text": "counts"}, "missing": "zero"}
    result = made_from((graph("knn", modality="text", k=10),), INGEST, SPLIT, features)
    expected = {"extractor": "counts", "parameters": {}, "missing": "zero"}
    assert result["features"] == {"text": expected}
