"""The one protocol of all models.

Shape suffixes: U users, I items, n users asked for, B pairs of a batch, d dimensions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class ModelInputs:
    """What a model may be built from; it holds what the model's ``needs`` name, and nothing else.

    Attributes:
        interactions: R, training interactions only, CSR [U, I].
        bipartite: D_U^(−1/2) R D_I^(−1/2), CSR [U, I].
        features: raw features of each modality, [I, d_m].
        enhanced: S̄_m of each modality, CSR [I, I].
    """

    interactions: sparse.csr_matrix
    bipartite: sparse.csr_matrix | None = None
    features: Mapping[str, np.ndarray] = field(default_factory=dict)
    enhanced: Mapping[str, sparse.csr_matrix] = field(default_factory=dict)

    @property
    def n_users(self) -> int:
        """U."""
        return int(self.interactions.shape[0])

    @property
    def n_items(self) -> int:
        """I."""
        return int(self.interactions.shape[1])
