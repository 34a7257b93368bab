"""What a trial is made from, for every recommender."""

import json
from typing import Any

import pytest

from contracts.world import config_of
from siger_pipeline.graphs.registry import requested_graph
from siger_pipeline.models.registry import model_names, requests_of
from siger_pipeline.reporting.made_from import extractors_named, made_from
from siger_pipeline.requests import Request, features, graph

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
HASH = "sha256:0a"
UNSEEN, SEEN = {"split": "none"}, {"split": HASH}
TEXT = {"extractor": "tfidf_svd", "parameters": {"dimension": 64}, "missing": "mean", **UNSEEN}
IMAGE = {"extractor": "picture", "parameters": {"size": 32}, "missing": "mean", **UNSEEN}
BIPARTITE = {
    "recipe": "bipartite",
    "parameters": {"normalisation": "symmetric", "loops": False},
    "reads": ["interactions"],
    **SEEN,
}
COOCCURRENCE = {
    "recipe": "cooccurrence",
    "parameters": {"k": 5},
    "reads": ["interactions"],
    **SEEN,
}


BOTH = {"image": IMAGE, "text": TEXT}


def with_loops(normalisation: str) -> dict[str, Any]:
    parameters = {"normalisation": normalisation, "loops": True}
    return {"recipe": "bipartite", "parameters": parameters, "reads": ["interactions"], **SEEN}


def knn(modality: str, weights: str, normalised: bool = True) -> dict[str, Any]:
    parameters = {"modality": modality, "k": 10, "weights": weights, "normalised": normalised}
    reads = [f"features-{modality}"]
    return {"recipe": "knn", "parameters": parameters, "reads": reads, **UNSEEN}


def both_knn(end: str, weights: str, normalised: bool = True) -> dict[str, Any]:
    return {f"knn-{m}-k10{end}": knn(m, weights, normalised) for m in ("image", "text")}


def dual_knn(modality: str) -> dict[str, Any]:
    parameters = {"modalities": ["image", "text"], "modality": modality, "k": 10}
    reads = ["features-image", "features-text"]
    return {"recipe": "dual_knn", "parameters": parameters, "reads": reads, **UNSEEN}


def origin(requests: tuple[Request, ...]) -> dict[str, Any]:
    result = made_from(requests, INGEST, SPLIT, FEATURES, HASH)
    json.dumps(result, allow_nan=False)
    assert result.pop("data") == DATA
    return result


EXPECTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bm3": (BOTH, {"bipartite": BIPARTITE}),
    "content_knn": (BOTH, both_knn("-normalisedfalse-weights-cosine", "cosine", False)),
    "damrs": (
        BOTH,
        {
            "bipartite": BIPARTITE,
            "dual_knn-image-text-image-k10": dual_knn("image"),
            "dual_knn-image-text-text-k10": dual_knn("text"),
            "iib": {
                "recipe": "iib",
                "parameters": {"k": 2, "least": 2},
                "reads": ["interactions"],
                **SEEN,
            },
        },
    ),
    "ease": ({}, {}),
    "ease_text": ({"text": TEXT}, {}),
    "freedom": (BOTH, {"bipartite": BIPARTITE, **both_knn("-weights-binary", "binary")}),
    "itemknn": (
        {},
        {
            "item_cosine-k1000-shrinkage100p0": {
                "recipe": "item_cosine",
                "parameters": {"k": 1000, "shrinkage": 100.0},
                "reads": ["interactions"],
                **SEEN,
            }
        },
    ),
    "lattice": (
        BOTH,
        {
            "bipartite-loopstrue-normalisation-mean": with_loops("mean"),
            **both_knn("-weights-cosine", "cosine"),
        },
    ),
    "lgmrec": (BOTH, {"bipartite": BIPARTITE}),
    "lightgcn": ({}, {"bipartite": BIPARTITE}),
    "mf_bpr": ({}, {}),
    "mgcn": (BOTH, {"bipartite": BIPARTITE, **both_knn("-weights-cosine", "cosine")}),
    "miggt": (BOTH, {"bipartite-loopstrue": with_loops("symmetric")}),
    "popularity": ({}, {}),
    "random": ({}, {}),
    "siger": (
        BOTH,
        {
            "bipartite": BIPARTITE,
            "cooccurrence-k5": COOCCURRENCE,
            **both_knn("", "half_cosine"),
        },
    ),
    "slmrec": (BOTH, {"bipartite": BIPARTITE}),
    "vbpr": (BOTH, {}),
}


def canonical_name(request: Request) -> str:
    return request.name if request.modality else requested_graph(request).request.name


@pytest.mark.parametrize("model", model_names())
def test_every_model_is_made_from_what_it_requests_and_nothing_else(model: str) -> None:
    requests = requests_of(model, config_of(model), ["image", "text"])
    features, graphs = EXPECTED[model]
    assert origin(requests) == {
        "reads": ["interactions", *map(canonical_name, requests)],
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
    result = made_from((graph("knn", modality="text", k=10),), INGEST, SPLIT, features, HASH)
    expected = {"extractor": "counts", "parameters": {}, "missing": "zero", **UNSEEN}
    assert result["features"] == {"text": expected}


def test_a_knockout_is_part_of_the_features() -> None:
    out = {**FEATURES, "knockout": {"image": "noise", "text": "zeros"}, "knockout_seed": 4}
    requests = [features("image"), features("text")]
    found = made_from(requests, INGEST, SPLIT, out, HASH)["features"]
    assert found["image"] == {**IMAGE, "knockout": "noise", "knockout_seed": 4}
    assert found["text"] == {**TEXT, "knockout": "zeros"}
    assert extractors_named(out) == {"text": "tfidf_svd (zeros)", "image": "picture (noise)"}
    assert extractors_named(FEATURES) == {"text": "tfidf_svd", "image": "picture"}


def test_features_filled_by_training_users_and_their_graphs_name_the_split_that_they_saw() -> None:
    requests = (features("text"), graph("knn", modality="text", k=10))
    found = made_from(requests, INGEST, SPLIT, {**FEATURES, "missing": "neighbours"}, HASH)
    assert found["features"]["text"]["split"] == HASH
    assert found["graphs"]["knn-text-k10"]["split"] == HASH


def test_the_model_of_an_encoder_stands_beside_its_name() -> None:
    sentence = {"model": "intfloat/e5-small", "revision": "ab12345" + 33 * "0", "folder": None}
    features = {**FEATURES, "modalities": {"text": "sentence"}, "sentence": sentence}
    assert extractors_named(features) == {"text": "sentence intfloat/e5-small@ab12345"}
    sentence |= {"folder": "models/own", "sha256": "cd" * 32}
    features["knockout"] = {"text": "noise"}
    assert extractors_named(features) == {"text": "sentence models/own@cdcdcdc (noise)"}
