"""What a trial's model is made from: all of it, with its parameters, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from siger_pipeline.features.knockout import DRAWN
from siger_pipeline.graphs.registry import Graph, features_of, graphs_of
from siger_pipeline.requests import Request
from siger_pipeline.requests import features as features_request

INTERACTIONS = "interactions"
NO_SPLIT = "none"
SEES_SPLIT = "neighbours"  # of `features.missing`: fills by users' training interactions


def made_from(
    requests: Iterable[Request],
    ingest: Mapping[str, Any],
    split: Mapping[str, Any],
    features: Mapping[str, Any],
    fingerprint: str,
) -> dict[str, Any]:
    """Data, features and graphs behind a model, as JSON values.

    Args:
        requests: of the model.
        ingest: `ingest:` of the parameters, with a block for each source that has parameters.
        split: `split:` of the parameters.
        features: `features:` of the parameters, with a block for each extractor.
        fingerprint: of the split.

    Returns:
        `reads`: names of what the model is built from, `interactions` first; `data`: `source`,
        `parameters`, `split`; `features`: modality -> `extractor`, `parameters`,
        `missing`, `knockout` if there is one; `graphs`: name -> `recipe`, `parameters`, `reads`;
        of each feature and graph the `split` that it saw, its fingerprint or `none`.
    """
    asked = tuple(requests)
    saw = _saw(asked, features, fingerprint)
    return {
        "reads": [INTERACTIONS, *_names(asked)],
        "data": {
            "source": ingest["source"],
            "parameters": _of_source(ingest),
            "split": dict(split),
        },
        "features": {
            modality: {**made, "split": saw[features_request(modality).name]}
            for modality, made in features_behind(asked, features).items()
        },
        "graphs": {
            graph.request.name: {**_graph(graph), "split": saw[graph.request.name]}
            for graph in graphs_of(asked)
        },
    }


def features_behind(
    requests: Iterable[Request], features: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Modality -> `extractor`, its `parameters`, …, of what is requested or in its graphs.

    Args:
        requests: of a model.
        features: as of `made_from`; not read where no features are requested.
    """
    return {
        modality: {
            "extractor": (extractor := features["modalities"][modality]),
            "parameters": dict(features.get(extractor) or {}),
            "missing": features["missing"],
            **_knockout(modality, features),
        }
        for modality in features_of(requests)
    }


def _saw(
    asked: tuple[Request, ...], features: Mapping[str, Any], fingerprint: str
) -> dict[str, str]:
    """Name of each feature and graph -> fingerprint of the split that it saw, or `none`."""
    filled = fingerprint if features["missing"] == SEES_SPLIT else NO_SPLIT
    saw = {features_request(modality).name: filled for modality in features_of(asked)}
    for graph in graphs_of(asked):
        read = [saw[name] for name in _names(graph.config.requests())]
        own = graph.config.reads_interactions or fingerprint in read
        saw[graph.request.name] = fingerprint if own else NO_SPLIT
    return saw


def _knockout(modality: str, features: Mapping[str, Any]) -> dict[str, Any]:
    how = features.get("knockout", {}).get(modality)
    seed = {"knockout_seed": features["knockout_seed"]} if how in DRAWN else {}
    return {"knockout": how, **seed} if how else {}


def extractors_named(features: Mapping[str, Any]) -> dict[str, str]:
    """Modality -> extractor, its model, and what has taken the place of its features.

    For example `picture (noise)`, `sentence intfloat/e5-small@ffb93f3`.

    Args:
        features: `features:` of the parameters.
    """
    out = features.get("knockout", {})
    return {
        modality: extractor
        + _model(features.get(extractor) or {})
        + (f" ({out[modality]})" if out.get(modality) else "")
        for modality, extractor in features["modalities"].items()
        if extractor
    }


def _model(block: Mapping[str, Any]) -> str:
    """` <model>@<commit>` or ` <folder>@<hash>`, where the parameters of an extractor name one."""
    if "revision" not in block:
        return ""
    name, pin = block["model"], block["revision"]
    if block["folder"]:
        name, pin = block["folder"], block["sha256"] or ""
    return f" {name}@{pin[:7]}"


def _graph(graph: Graph) -> dict[str, Any]:
    config = graph.config
    interactions = [INTERACTIONS] if config.reads_interactions else []
    return {
        "recipe": graph.request.recipe,
        "parameters": config.model_dump(mode="json"),
        "reads": [*interactions, *_names(config.requests())],
    }


def _names(requests: Iterable[Request]) -> list[str]:
    """Names of requests, graphs as they are written."""
    return [
        request.name if request.modality else graphs_of([request])[-1].request.name
        for request in requests
    ]


def _of_source(ingest: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that all sources share, then those of this one in place of all blocks."""
    shared = {key: value for key, value in ingest.items() if not isinstance(value, Mapping)}
    own = ingest.get(shared.pop("source"))
    return {**shared, **(own or {})}
