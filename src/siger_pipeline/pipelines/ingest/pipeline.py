"""Wiring of the ingest stage: the source's raw files → interactions, items, splits, indexes."""

from collections.abc import Callable, Mapping
from inspect import signature

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code
from siger_pipeline.data.raw_file import raw_files
from siger_pipeline.data.source import Read, load_source
from siger_pipeline.errors import ParameterError
from siger_pipeline.pipelines.absent import is_absent
from siger_pipeline.pipelines.ingest import nodes
from siger_pipeline.pipelines.names import MATRICES, SPLIT_TABLES
from siger_pipeline.plugins import SOURCES, module_of
from siger_pipeline.shell.selection import Selection

K_CORE, KCORE_ON = "params:ingest.k_core", "params:ingest.kcore_on"
THRESHOLDS = [f"params:ingest.{name}" for name in ("min_rating", "since", "until")]
CHECKED = ["params:split.strategy", "params:split.cold_items"]
SHARED = {
    "max_bad_share": "params:ingest.max_bad_share",
    "strategy": "params:split.strategy",  # says which fields are needed
}


def create_pipeline(selection: Selection) -> Pipeline:
    """Reading by the source's format, then what is the same for each."""
    made = [*_reading(selection), *_cleaning(selection), *_indexing(), *_splitting()]
    return Pipeline(made, tags="ingest")


def _reading(selection: Selection) -> list[Node]:
    source, module = load_source(selection.source), module_of(SOURCES, selection.source)
    return [
        Node(
            with_code(nodes.read_items, module),
            _inputs(selection, source.read_items, SHARED),
            "items",
            name="read_items",
        ),
        Node(
            with_code(nodes.read_interactions, module),
            _inputs(selection, source.read_interactions, {**SHARED, "items": "items"}),
            ["raw_interactions", "read_counts"],
            name="read_interactions",
        ),
    ]


def _inputs(
    selection: Selection, function: Callable[..., Read], shared: Mapping[str, str]
) -> dict[str, str]:
    """Catalog names of what a source's function asks for by the names of its arguments."""
    name = selection.source
    config = load_source(name).config
    parameters = {field: f"params:ingest.{name}.{field}" for field in config.model_fields}
    files = {field: f"{name}_{field}" for field in raw_files(config)}
    known = {**shared, **parameters, **files}
    inputs = {"source": "params:ingest.source"}
    for argument, of in signature(function).parameters.items():
        if is_absent(selection, files.get(argument, ""), of, f"source {name!r}"):
            continue
        if argument not in known or argument in inputs:
            raise ParameterError(
                f"source {name!r}: {function.__name__} of {function.__module__} asks for "
                f"{argument!r}, which is neither a field of its Config nor one of "
                f"{', '.join(shared)}: rename that argument"
            )
        inputs[argument] = known[argument]
    return inputs


def _cleaning(selection: Selection) -> list[Node]:
    on_training = selection.kcore_on == "train"
    return [
        Node(
            nodes.clean_interactions,
            ["raw_interactions", "read_counts", *THRESHOLDS],
            ["interactions", "clean_counts"],
            name="clean_interactions",
        ),
        Node(
            nodes.keep_k_core,
            [
                *("interactions", "clean_counts", K_CORE, "params:ingest.expect"),
                *(["params:split"] if on_training else []),
            ],
            ["core_interactions", "core_counts"],
            name="keep_k_core",
        ),
    ]


def _indexing() -> list[Node]:
    return [
        Node(nodes.index_users, "core_interactions", "user_index", name="index_users"),
        Node(
            nodes.index_items,
            ["core_interactions", "items", K_CORE],
            "item_index",
            name="index_items",
        ),
    ]


def _splitting() -> list[Node]:
    indexed = ["core_interactions", "core_counts", "user_index", "item_index"]
    return [
        Node(
            nodes.split_interactions,
            [*indexed, "params:split", "items", KCORE_ON],
            ["splits", "counts"],
            name="split_interactions",
        ),
        Node(
            nodes.arrange_splits,
            [*SPLIT_TABLES, "core_interactions", K_CORE, KCORE_ON, *CHECKED],
            [*MATRICES, "split_checks"],
            name="arrange_splits",
        ),
    ]
