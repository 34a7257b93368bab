"""Wiring of cold items that are folded in: a training without them, and what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kedro.pipeline import Node

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of, graphs_of
from siger_pipeline.models.registry import model_config, module_of
from siger_pipeline.pipelines.names import (
    MATRICES,
    TRAIN_MATRIX,
    VALIDATION_MATRIX,
    dataset_of,
)
from siger_pipeline.pipelines.studies.folded_in import (
    fit_known,
    fold_in,
    fold_in_nothing,
    train_known,
)
from siger_pipeline.requests import features
from siger_pipeline.studies.sums import OF_FOLDED_IN

if TYPE_CHECKING:
    from siger_pipeline.pipelines.studies.pipeline import Member

KNOWN = ("checkpoint", "history", "timings", "last_checkpoint")  # in the order of the train stage
UNFINISHED = "unfinished_training"


def folding_in(members: Sequence[Member]) -> tuple[list[Node], dict[str, str]]:
    """The nodes of all trials with cold items, and what the table reads of them, by argument.

    A model that is made of interactions alone has no place for new items, and is not trained.
    """
    nodes: list[Node] = []
    read: dict[str, str] = {}
    for n, member in enumerate(members):
        if member.cold:
            further, made = _of_trial(member)
            nodes += further
            read |= {f"{argument}_{n}": name for argument, name in made.items()}
    return nodes, read


def _of_trial(member: Member) -> tuple[list[Node], dict[str, str]]:
    selection = member.selection
    trial = selection.trial
    outputs = [f"{trial}/{name}" for name in OF_FOLDED_IN[:2]]
    made = dict(zip(OF_FOLDED_IN, outputs, strict=False))
    if not features_of(selection.requests):
        inputs = {"model": f"params:{trial}/model"}
        node = Node(fold_in_nothing, inputs, outputs, name=trial, namespace="studies.fold_in")
        return [node], made
    made[OF_FOLDED_IN[2]] = _known(trial, "timings")
    return [_training(member), _measuring(member, outputs)], made


def _training(member: Member) -> Node:
    selection = member.selection
    trial, model = selection.trial, selection.model
    settings = model_config(model).train_settings
    inputs = {"model": f"params:{trial}/model", "config": f"params:{trial}/{model}"}
    inputs |= _read(member, TRAIN_MATRIX)
    if settings is None:
        inputs |= {"train": f"params:{trial}/train", "unfinished": _known(trial, UNFINISHED)}
        inputs |= {VALIDATION_MATRIX: member.names[VALIDATION_MATRIX]}
    else:
        inputs |= {key: f"params:{trial}/train.{key}" for key in ("device", *settings)}
    function = _of_model(train_known if settings is None else fit_known, member)
    outputs = [_known(trial, name) for name in KNOWN]
    return Node(function, inputs, outputs, name=trial, namespace="studies.train_known")


def _measuring(member: Member, outputs: list[str]) -> Node:
    trial = member.selection.trial
    inputs = {"checkpoint": _known(trial, "checkpoint"), **_read(member, *MATRICES)}
    inputs |= {"evaluate": f"params:{trial}/evaluate", "device": f"params:{trial}/train.device"}
    function = _of_model(fold_in, member)
    return Node(function, inputs, outputs, name=trial, namespace="studies.fold_in")


def _of_model(function: Any, member: Member) -> Any:
    """A function with the code of the model and of its graphs, its requests and its features."""
    requests = member.selection.requests
    code = (module_of(member.selection.model), *(graph.module for graph in graphs_of(requests)))
    return with_values(with_code(function, *code), requests=requests, read=_arguments(member))


def _arguments(member: Member) -> dict[str, tuple[str, str]]:
    modalities = features_of(member.selection.requests)
    return {m: (dataset_of(features(m)), f"missing_{m}") for m in modalities}


def _read(member: Member, *matrices: str) -> dict[str, str]:
    """Argument -> name in the catalog, of splits and of all features that graphs or model read."""
    arguments = [argument for pair in _arguments(member).values() for argument in pair]
    return {argument: member.names[argument] for argument in (*matrices, *arguments)}


def _known(trial: str, name: str) -> str:
    return f"{trial}/known/{name}"
