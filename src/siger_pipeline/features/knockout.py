"""Rows of a modality that say nothing of its content: does a model use the content at all?

Shapes: I items, n items with features, d features of a modality.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Literal, TypeAlias

from siger_pipeline.remarks import Remark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from siger_pipeline.features.align import Extracted

Knockout: TypeAlias = Literal["noise", "constant", "shuffled", "zeros"]
DRAWN = {"noise", "shuffled"}  # those that depend on a seed
WORDS = {
    "noise": "are noise of the same means and deviations",
    "constant": "are one constant row",
    "shuffled": "are shuffled among the items that have some",
    "zeros": "are zero, so that no item has any",
}


def knocked_out(
    features: NDArray[np.float32],
    missing: NDArray[np.bool_],
    how: Knockout,
    modality: str,
    seed: int = 0,
) -> Extracted:
    """The features without their content, the mask of the items without features, a remark.

    With P the n items that have features, for i ∈ P:

    - `noise`: x_id ~ N(μ_d, σ_d²), independent, with the mean and deviation of column d over P;
    - `constant`: x_id = (Σ_{j∈P} ‖x_j‖² / (n d))^(1/2), the same for all items and columns;
    - `shuffled`: x_i is the row of item π(i), π a random permutation of P;
    - `zeros`: x_i = 0. A zero row is that of an item without features: all are without.

    Rows of items without features stay zero.

    Args:
        features: [I, d], zero where missing.
        missing: [I].
        how: which of the four.
        modality: its name: modalities with the same seed have different draws.
        seed: of noise and shuffles.
    """
    import numpy as np

    from siger_pipeline.features.align import with_missing

    result = np.zeros_like(features)
    present, rows_nd = ~missing, features[~missing]
    if how != "zeros" and len(rows_nd):
        generator = np.random.default_rng([seed, zlib.crc32(modality.encode())])
        result[present] = _replaced(rows_nd, how, generator)
    text = f"The features of {modality} {WORDS[how]} (features.knockout.{modality} = {how})."
    return *with_missing(result), [Remark(text)]


def _replaced(
    rows_nd: NDArray[np.float32], how: Knockout, generator: np.random.Generator
) -> NDArray[np.floating]:
    import numpy as np

    if how == "shuffled":
        return rows_nd[generator.permutation(len(rows_nd))]
    if how == "constant":
        return np.full(rows_nd.shape, np.sqrt(np.mean(np.square(rows_nd, dtype=np.float64))))
    mean_d = rows_nd.mean(axis=0, dtype=np.float64)
    noise_nd = generator.standard_normal(rows_nd.shape, dtype=np.float32)
    noise_nd *= rows_nd.std(axis=0, dtype=np.float64).astype(np.float32)
    noise_nd += mean_d.astype(np.float32)
    return noise_nd
