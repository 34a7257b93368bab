"""Requests are values, and their names fit files and nodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siger_pipeline.requests import Request, features, graph


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (graph("bipartite"), "bipartite"),
        (graph("cooccurrence", k=5), "cooccurrence-k5"),
        (graph("knn", modality="text", k=10), "knn-text-k10"),
        (graph("knn", modality="text", k=10, weights="binary"), "knn-text-k10-weights-binary"),
        (graph("agreeing", modalities=["image", "text"]), "agreeing-image-text"),
        (graph("pruned", share=0.8, shift=-3), "pruned-share0p8-shiftm3"),
        (graph("pruned", share=1e-5, loops=True), "pruned-loopstrue-share1em05"),
        (features("text"), "features-text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_is_made_of_recipe_and_parameters(request_: Request, name: str) -> None:
    assert request_.name == name


def test_the_order_of_parameters_makes_no_other_request() -> None:
    assert graph("knn", k=3, modality="text") == graph("knn", modality="text", k=3)
    assert len({graph("knn", modalities=["a"]), graph("knn", modalities=("a",))}) == 1


def test_only_features_have_a_modality() -> None:
    assert features("text").modality == "text"
    assert graph("knn", modality="text", k=3).modality is None


numbers = st.integers(-50, 50) | st.floats(-50, 50, allow_nan=False) | st.booleans()
words = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True)
keys = st.from_regex(r"[a-z]{1,4}", fullmatch=True).filter(lambda key: key != "modality")


@given(keys, keys, numbers, numbers, words, words)
def test_other_values_make_other_names(
    key: str, second: str, one: float, other: float, modality: str, word: str
) -> None:
    requests = {
        graph("knn", **{"modality": name, key: number, f"{second}_word": text})
        for number in (one, other)
        for name in (modality, word)
        for text in (modality, word)
    }
    # 1, 1.0 and True are equal, and a field has one type.
    distinct = {(r.recipe, tuple((k, str(v)) for k, v in r.parameters)) for r in requests}
    assert len({r.name for r in requests}) == len(distinct)
