"""Graphs by request: their recipes, their parameters and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig
from siger_pipeline.plugins import RECIPES, load, module_of
from siger_pipeline.requests import FEATURES, Request, graph

if TYPE_CHECKING:
    from scipy import sparse

SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")  # for the name of a file and of a node


@dataclass(frozen=True)
class Graph:
    """A graph that has been requested.

    Attributes:
        request: its recipe, and the parameters that differ from the recipe's defaults.
        config: all parameters.
        module: full name of the recipe's module.
    """

    request: Request
    config: RecipeConfig
    module: str


def recipe_config(recipe: str) -> type[RecipeConfig]:
    """The class of a recipe's parameters.

    Raises:
        ParameterError: no such recipe, or its module lacks what a recipe must have.
    """
    module = load(RECIPES, recipe)
    config = getattr(module, "Config", None)
    if not (isinstance(config, type) and issubclass(config, RecipeConfig)):
        raise ParameterError(
            _lacks(recipe, "a class Config, derived from graphs.recipe.RecipeConfig")
        )
    if not callable(getattr(module, "build", None)):
        raise ParameterError(_lacks(recipe, "a function build(config, inputs)"))
    return config


def requested_graph(request: Request) -> Graph:
    """The graph that a request stands for.

    Raises:
        ParameterError: no such recipe, parameters that it has not, or a name unfit for a file.
    """
    recipe = request.recipe
    schema = recipe_config(recipe)
    try:
        config = schema(**dict(request.parameters))
    except ValidationError as error:
        raise ParameterError(_misfit(recipe, schema, error)) from error
    canonical = graph(recipe, **config.model_dump(exclude_defaults=True))
    if not SAFE.fullmatch(canonical.name):
        raise ParameterError(
            f"graph {canonical.name!r} of recipe {recipe!r} cannot be the name of a file: it must "
            "consist of at most 100 letters, digits, _ and -; change the values of its parameters"
        )
    return Graph(canonical, config, module_of(RECIPES, recipe))


def build(recipe: str, parameters: Mapping[str, Any], inputs: GraphInputs) -> sparse.csr_matrix:
    """The graph of a recipe.

    Args:
        recipe: its name.
        parameters: of the recipe.
        inputs: what its `Config` names.
    """
    config = recipe_config(recipe)(**parameters)
    built: sparse.csr_matrix = load(RECIPES, recipe).build(config, inputs)
    return built


def graphs_of(requests: Iterable[Request]) -> tuple[Graph, ...]:
    """The graphs among some requests and all that these are made of, each once.

    Raises:
        ParameterError: as `requested_graph`; a graph that is made of itself; or two graphs that
            would be written under one name.
    """
    graphs: dict[Request, Graph] = {}
    for request in requests:
        for made in _with_parts(request, ()):
            graphs.setdefault(made.request, made)
    by_name: dict[str, Graph] = {}
    for made in graphs.values():
        other = by_name.setdefault(made.request.name, made)
        if other is not made:
            raise ParameterError(_same_name(made, other))
    return tuple(graphs.values())


def features_of(requests: Iterable[Request]) -> tuple[str, ...]:
    """The modalities whose features are requested, directly or by graphs made of them."""
    asked = list(requests)
    parts = [part for made in graphs_of(asked) for part in made.config.requests()]
    return tuple(sorted({each.modality for each in (*asked, *parts) if each.modality}))


def features_behind(requests: Iterable[Request]) -> tuple[str, ...]:
    """The modalities whose features are requested by graphs made of them alone."""
    asked = list(requests)
    own = {each.modality for each in asked}
    return tuple(modality for modality in features_of(asked) if modality not in own)


def content_graphs(requests: Iterable[Request]) -> tuple[Graph, ...]:
    """The graphs of items among some requests that are made of features alone."""
    return tuple(
        made
        for made in graphs_of(requests)
        if made.config.joins_items
        and not made.config.reads_interactions
        and features_of([made.request])
    )


def _with_parts(request: Request, within: tuple[Request, ...]) -> Iterator[Graph]:
    """A graph after the graphs that it is made of; nothing for features."""
    if request.recipe == FEATURES:
        return
    whole = requested_graph(request)
    if whole.request in within:
        raise ParameterError(
            f"graph recipe {request.recipe!r} requests, directly or by another recipe, its own "
            f"graph {whole.request.name}: change the requests of its Config"
        )
    for part in whole.config.requests():
        yield from _with_parts(part, (*within, whole.request))
    yield whole


def _lacks(recipe: str, what: str) -> str:
    return f"graph recipe {recipe!r} is module {module_of(RECIPES, recipe)}, which lacks {what}"


def _misfit(recipe: str, schema: type[RecipeConfig], error: ValidationError) -> str:
    first = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    key, known = ".".join(map(str, first["loc"])), ", ".join(schema.model_fields) or "none"
    what = f"graph recipe {recipe!r} is requested with {key} = {first.get('input')!r}: "
    if first["type"] == "extra_forbidden":
        near = get_close_matches(key, schema.model_fields, n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        return f"{what}it has no such parameter; {wish}its parameters are {known}"
    if first["type"] == "missing":
        return f"graph recipe {recipe!r} is requested without {key!r}; its parameters are {known}"
    return what + first["msg"]


def _same_name(one: Graph, other: Graph) -> str:
    values = " and ".join(str(dict(each.request.parameters)) for each in (one, other))
    recipes = " and ".join(repr(each.request.recipe) for each in (one, other))
    return (
        f"graph recipes {recipes} with parameters {values} would both be written as "
        f"{one.request.name}: rename a recipe or a parameter"
    )
