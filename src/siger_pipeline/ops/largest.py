"""The largest entries of the rows of a wide matrix.

Shape suffixes: q rows, p columns, c groups of columns, k largest ones.
"""

import math

import torch
from torch import Tensor


def group_size(columns: int, k: int) -> int:
    """Columns of a group, for which `largest` is fast; the columns must fill whole groups."""
    return max(1, math.isqrt(columns // k))


def largest(values_qp: Tensor, k: int, group: int) -> Tensor:
    """Columns of each row's ``k`` largest values in any order, int64 [q, k].

    The k groups with the largest maxima hold them, whatever group a column is in: a maximum takes
    a pass over the values, and selection, which is slow, is left with few.

    Args:
        values_qp: at least ``k`` columns, a multiple of ``group``.
        k: at most the number of groups.
        group: columns of a group.
    """
    grouped_qgc = values_qp.unflatten(1, (group, -1))
    groups = grouped_qgc.shape[2]
    near_qk = grouped_qgc.amax(dim=1).topk(k, dim=1, sorted=False).indices
    first = torch.arange(group, device=values_qp.device) * groups
    candidates = (near_qk.unsqueeze(2) + first).flatten(1)
    chosen_qk = values_qp.gather(1, candidates).topk(k, dim=1, sorted=False).indices
    return candidates.gather(1, chosen_qk)
