"""From the catalog's matrices to what models are built from."""

from collections.abc import Mapping, Sequence
from typing import Any

from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.requests import Request

Matrices = Mapping[Split, sparse.csr_matrix]


def model_inputs(
    train: sparse.csr_matrix,
    requests: Mapping[Request, str],
    arrays: Mapping[str, Any],
    modalities: Sequence[str] = (),
) -> ModelInputs:
    """The training interactions with the matrices that a model requests.

    Args:
        train: R, the training interactions.
        requests: of the model -> key of ``arrays``.
        arrays: graphs and features.
        modalities: those that the model reads.
    """
    requested = {request: arrays[key] for request, key in requests.items()}
    return ModelInputs(train, tuple(modalities), requested)
