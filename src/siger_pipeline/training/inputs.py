"""From the catalog's matrices to what models are built from."""

from collections.abc import Mapping
from typing import Any

from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.models.base import ModelInputs

Matrices = Mapping[Split, sparse.csr_matrix]


def model_inputs(matrices: Matrices, arrays: Mapping[str, Any]) -> ModelInputs:
    """The training interactions with graphs and features by their catalog names.

    Args:
        matrices: R of each split.
        arrays: `bipartite`, `features_<modality>`, `enhanced_<modality>`, where the model needs
            them.
    """
    by_kind: dict[str, dict[str, Any]] = {"features": {}, "enhanced": {}}
    for name, array in arrays.items():
        kind, _, modality = name.partition("_")
        if modality:
            by_kind[kind][modality] = array
    return ModelInputs(matrices[Split.TRAIN], arrays.get("bipartite"), **by_kind)
