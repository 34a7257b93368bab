"""How many training interactions users and items have: activity and popularity."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class TrainingCounts:
    """Training interactions of each user and each item.

    Attributes:
        activity: of each user, int [U].
        popularity: of each item, int [I].
    """

    activity: np.ndarray
    popularity: np.ndarray

    @classmethod
    def of(cls, train: sparse.csr_matrix) -> Self:
        """Count the interactions of a matrix [U, I]."""
        return cls(np.diff(train.indptr), np.bincount(train.indices, minlength=train.shape[1]))
