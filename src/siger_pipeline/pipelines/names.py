"""Catalog names that several stages share, and those of what is requested."""

from collections.abc import Iterable

from siger_pipeline.graphs.registry import requested_graph
from siger_pipeline.requests import Request

# Argument names of nodes as well, so that a wiring of a dict is {name: name for name in …}.
SPLIT_TABLES = ("splits", "user_index", "item_index")
TRAIN_MATRIX = "train_matrix"
VALIDATION_MATRIX = "validation_matrix"
TEST_MATRIX = "test_matrix"  # no node that trains, chooses or stops reads it
MATRICES = (TRAIN_MATRIX, VALIDATION_MATRIX, TEST_MATRIX)
GRAPHS = "graphs/"
FETCHED = "pictures"  # of the items, from their addresses
# What stands below takes the place of the dataset of the rest of the name, in later stages.
KNOCKOUT = "knockout/"


def weight_of(corrector: str) -> str:
    """The catalog name of the weight that validation chooses for a corrector."""
    return f"calibration_weight/{corrector}"


def calibrated(corrector: str) -> list[str]:
    """The catalog names of what a corrector makes of a model: figures and recommendations."""
    return [f"calibrated/{corrector}", f"calibrated_recommendations/{corrector}"]


def dataset_of(request: Request) -> str:
    """The catalog name of what is requested."""
    if request.modality:
        return f"features_{request.modality}"
    return f"{GRAPHS}{requested_graph(request).request.name}"


def datasets_of(requests: Iterable[Request]) -> dict[Request, str]:
    """The catalog name of each request, which is the name of a node's argument as well."""
    return {request: dataset_of(request) for request in requests}
