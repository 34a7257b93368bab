"""Recipes: what a request stands for, what it is made of, and what is refused."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs import registry
from siger_pipeline.graphs.bipartite import normalised_bipartite
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.graphs.recipe import Features, GraphInputs, RecipeConfig
from siger_pipeline.graphs.registry import build, graphs_of, requested_graph
from siger_pipeline.pipelines.graphs.nodes import build_graph
from siger_pipeline.plugins import RECIPES, names
from siger_pipeline.requests import Request, features, graph

DRAW = np.random.default_rng(0)
R = sparse.csr_matrix((DRAW.random((20, 15)) < 0.3).astype(np.float32))
TEXT = DRAW.normal(size=(15, 6)).astype(np.float32)
MISSING = np.arange(15) == 4
READ = {features("text"): Features(TEXT, MISSING)}


def same(one: sparse.csr_matrix, other: sparse.csr_matrix) -> bool:
    return one.shape == other.shape and (one != other).nnz == 0


def test_the_recipes_are_the_public_functions() -> None:
    assert same(build("bipartite", {}, GraphInputs(R)), normalised_bipartite(R))
    assert same(build("cooccurrence", {"k": 3}, GraphInputs(R)), cooccurrence_graph(R, 3))
    looped = build("bipartite", {"normalisation": "mean", "loops": True}, GraphInputs(R))
    assert same(looped, normalised_bipartite(R, "mean", loops=True))
    near = build("knn", {"modality": "text", "k": 4}, GraphInputs(features=READ))
    assert same(near, knn_graph(TEXT, 4, missing=MISSING))


@pytest.mark.parametrize("weights", ["half_cosine", "cosine", "binary"])
def test_weights_of_the_nearest_neighbours(weights: str) -> None:
    unit = TEXT / np.linalg.norm(TEXT, axis=1, keepdims=True)
    cosine = unit @ unit.T
    value = {"half_cosine": (1 + cosine) / 2, "cosine": cosine, "binary": np.ones((15, 15))}
    support = knn_graph(TEXT, 4).toarray() > 0
    dense = np.where(support, value[weights], 0)
    scale = dense.sum(axis=1) ** -0.5
    found = knn_graph(TEXT, 4, weights=weights).toarray()
    np.testing.assert_allclose(found, dense * scale[:, None] * scale, rtol=1e-5)


@pytest.mark.parametrize(("k", "said"), [(15, 0), (16, 1)])
def test_k_beyond_the_catalogue_is_said(
    k: int, said: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    build_graph(recipe="item_cosine", parameters={"k": k}, requests={}, train_matrix=R)
    text = f"Graph item_cosine-k{k}: k is beyond the 15 items of the catalogue, and no neighbour is"
    assert sum(text in message for message in caplog.messages) == said


def test_every_recipe_has_a_config_and_a_function() -> None:
    assert {"bipartite", "cooccurrence", "knn"} <= set(names(RECIPES))
    for name in names(RECIPES):
        assert issubclass(registry.recipe_config(name), RecipeConfig)


def test_a_parameter_at_its_default_makes_no_other_graph() -> None:
    spelt = graph("knn", modality="text", k=10, weights="half_cosine")
    assert requested_graph(spelt).request == graph("knn", modality="text", k=10)
    assert len(graphs_of([spelt, graph("knn", modality="text", k=10)])) == 1


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (graph("knm", k=3), "'knm' does not exist; did you mean 'knn'. there are bipartite"),
        (graph("knn", modality="text", kk=3), "kk = 3: it has no such parameter; did you mean 'k'"),
        (graph("knn", modality="text"), "'knn' is requested without 'k'; its parameters are"),
        (graph("cooccurrence", k=0), r"k = 0: Input should be greater than or equal to 1"),
        (graph("bipartite", k=3), "no such parameter; its parameters are normalisation, loops"),
        (graph("knn", modality="a/../b", k=3), "cannot be the name of a file"),
    ],
    ids=["recipe", "misspelt", "absent", "range", "none", "file"],
)
def test_a_request_that_cannot_be_met_is_one_sentence(request_: Request, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        requested_graph(request_)


class Part(RecipeConfig):
    """A recipe whose graphs may be made of other ones."""

    modality: str = ""
    of: str = ""
    k: int = 0

    def requests(self) -> tuple[Request, ...]:
        return (graph(self.of, of=self.modality, modality=self.modality),) if self.of else ()


@pytest.fixture
def _two_recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipes `one` and `two`, of another package."""
    module: Any = ModuleType("recipe")
    module.Config, module.build = Part, lambda config, inputs: R
    monkeypatch.setattr(registry, "load", lambda kind, name: module)
    monkeypatch.setattr(registry, "module_of", lambda kind, name: f"package.{name}")


@pytest.mark.usefixtures("_two_recipes")
def test_a_graph_comes_after_those_it_is_made_of() -> None:
    found = graphs_of([graph("one", of="two"), graph("two")])
    assert [each.request.name for each in found] == ["two", "one-of-two"]
    assert [each.module for each in found] == ["package.two", "package.one"]


@pytest.mark.usefixtures("_two_recipes")
def test_a_graph_that_is_made_of_itself_is_refused() -> None:
    with pytest.raises(ParameterError, match="'two' requests, directly or by another recipe"):
        graphs_of([graph("one", of="two", modality="two")])


@pytest.mark.usefixtures("_two_recipes")
def test_two_graphs_of_one_name_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"'modality': 'k3'.* both be written as one-k3"):
        graphs_of([graph("one", k=3), graph("one", modality="k3")])
