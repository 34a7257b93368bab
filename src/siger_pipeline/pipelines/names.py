"""Catalog names that several stages share, and those of what is requested."""

from collections.abc import Iterable, Sequence

from siger_pipeline.graphs.registry import features_of, graphs_of, requested_graph
from siger_pipeline.requests import Request, features

# Argument names of nodes as well, so that a wiring of a dict is {name: name for name in …}.
SPLIT_TABLES = ("splits", "user_index", "item_index")
TRAIN_MATRIX = "train_matrix"
VALIDATION_MATRIX = "validation_matrix"
TEST_MATRIX = "test_matrix"  # no node that trains, chooses or stops reads it
MATRICES = (TRAIN_MATRIX, VALIDATION_MATRIX, TEST_MATRIX)
GRAPHS = "graphs/"
FETCHED = "pictures"  # of the items, from their addresses or paths
PICTURE_FILES = "picture_files"  # the folder that paths start from
# What stands below takes the place of the dataset of the rest of the name, in later stages.
KNOCKOUT = "knockout/"


def fitted(corrector: str) -> list[str]:
    """The catalog names of a corrector, shared by all trials: checkpoint, provenance, timings."""
    return [
        f"{kind}/{corrector}" for kind in ("corrector", "corrector_origin", "corrector_timings")
    ]


def weighed(corrector: str) -> list[str]:
    """The catalog names of the weight that validation chooses for a corrector, and of timings."""
    return [f"calibration_weight/{corrector}", f"calibration_timings/{corrector}"]


def calibrated(corrector: str) -> list[str]:
    """The catalog names of what a corrector makes of a model: figures, of users too, and lists."""
    kinds = ("calibrated", "calibrated_user_metrics", "calibrated_recommendations")
    return [f"{kind}/{corrector}" for kind in kinds]


def dataset_of(request: Request) -> str:
    """The catalog name of what is requested."""
    if request.modality:
        return f"features_{request.modality}"
    return f"{GRAPHS}{requested_graph(request).request.name}"


def datasets_of(requests: Iterable[Request]) -> dict[Request, str]:
    """The catalog name of each request, which is the name of a node's argument as well."""
    return {request: dataset_of(request) for request in requests}


def matrices_of(requests: Sequence[Request]) -> dict[str, dict[str, str]]:
    """The catalog names of all that is requested, directly or by graphs made of it.

    Returns:
        `features` by modality and `graphs` by name.
    """
    graphs = (graph.request for graph in graphs_of(requests))
    read = {modality: dataset_of(features(modality)) for modality in features_of(requests)}
    return {"features": read, "graphs": {each.name: dataset_of(each) for each in graphs}}
