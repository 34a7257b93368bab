"""Rows scaled to length 1.

Shape suffixes: n rows, d dimensions.
"""

import torch
from torch import Tensor


def unit_rows(matrix: Tensor) -> Tensor:
    """Each row scaled to length 1; zero rows stay zero and get no gradient."""
    return _UnitRows.apply(matrix)


class _UnitRows(torch.autograd.Function):
    """x / ‖x‖, with the gradient (g − (g·y) y) / ‖x‖ in half the passes that autograd takes."""

    @staticmethod
    def forward(ctx, x_nd: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        norm_n1 = torch.linalg.vector_norm(x_nd, dim=1, keepdim=True)
        scale_n1 = torch.where(norm_n1 > 0, norm_n1.reciprocal(), 0.0)
        unit_nd = x_nd * scale_n1
        ctx.save_for_backward(unit_nd, scale_n1)
        return unit_nd

    @staticmethod
    def backward(ctx, gradient_nd: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        unit_nd, scale_n1 = ctx.saved_tensors
        along_n1 = torch.linalg.vecdot(gradient_nd, unit_nd).unsqueeze(1)
        return torch.addcmul(gradient_nd, unit_nd, along_n1, value=-1).mul_(scale_n1)
