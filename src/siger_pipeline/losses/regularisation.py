"""Regularisers on the rows of a batch."""

import torch
from torch import Tensor


def half_squared(*rows: Tensor, batch_size: int) -> Tensor:
    """½ Σ ‖rows‖_F² / B, the last term of SIGER Eq. (19) over a batch's rows (duplicates kept)."""
    return torch.stack([matrix.square().sum() for matrix in rows]).sum() / (2 * batch_size)


def frobenius(*rows: Tensor, batch_size: int) -> Tensor:
    """Σ ‖rows‖_F / B with *unsquared* norms, as MMRec's LightGCN regularises its batch."""
    return torch.stack([torch.linalg.matrix_norm(matrix) for matrix in rows]).sum() / batch_size


REGULARISERS = {"frobenius": frobenius, "half_squared": half_squared}
