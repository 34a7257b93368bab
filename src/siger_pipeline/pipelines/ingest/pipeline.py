"""Wiring of the ingest stage: the source's raw files → interactions, items, splits, indexes."""

from collections.abc import Callable

from kedro.pipeline import Node, Pipeline

from siger_pipeline.data.config import Source
from siger_pipeline.pipelines.ingest import nodes
from siger_pipeline.pipelines.names import SPLIT_MATRIX, SPLIT_TABLES
from siger_pipeline.shell.selection import Selection

TOLERANCE = "params:ingest.max_bad_share"
COLUMNS = "params:ingest.item_columns"
STRATEGY = "params:split.strategy"  # says which fields are needed
K_CORE = "params:ingest.k_core"


def create_pipeline(selection: Selection) -> Pipeline:
    """Reading by the source's format, then what is the same for each."""
    return Pipeline([*_reading(Source(selection.source)), *_common()], tags="ingest")


def _reading(source: Source) -> list[Node]:
    match source:
        case Source.AMAZON:
            return [
                _interactions(
                    nodes.read_amazon_interactions, ["amazon_reviews", TOLERANCE, STRATEGY]
                ),
                _items(nodes.read_amazon_items, ["amazon_metadata", TOLERANCE]),
            ]
        case Source.MICROLENS:
            sequences = ["microlens_sequences", TOLERANCE]
            return [
                _interactions(nodes.read_microlens_interactions, sequences),
                _items(nodes.read_microlens_items, ["microlens_titles", TOLERANCE]),
            ]
        case Source.MMREC:
            files = ["mmrec_items", "mmrec_interactions"]
            return [
                _items(nodes.read_mmrec_items, [*files, COLUMNS]),
                _interactions(
                    nodes.read_mmrec_interactions,
                    ["mmrec_interactions", "items", "mmrec_users", STRATEGY],
                ),
            ]


def _interactions(function: Callable[..., object], inputs: list[str]) -> Node:
    return Node(function, inputs, ["interactions", "read_counts"], name="read_interactions")


def _items(function: Callable[..., object], inputs: list[str]) -> Node:
    return Node(function, inputs, "items", name="read_items")


def _common() -> list[Node]:
    indexed = ["core_interactions", "core_counts", "user_index", "item_index"]
    return [
        Node(
            nodes.keep_k_core,
            ["interactions", "read_counts", K_CORE],
            ["core_interactions", "core_counts"],
            name="keep_k_core",
        ),
        Node(nodes.index_users, "core_interactions", "user_index", name="index_users"),
        Node(
            nodes.index_items,
            ["core_interactions", "items", K_CORE],
            "item_index",
            name="index_items",
        ),
        Node(
            nodes.split_interactions,
            [*indexed, "params:split", "items"],
            ["splits", "counts"],
            name="split_interactions",
        ),
        Node(nodes.arrange_splits, [*SPLIT_TABLES], SPLIT_MATRIX, name="arrange_splits"),
    ]
