"""The largest entries of the rows of a wide matrix.

Shape suffixes: q rows, p columns, g columns of a group, c groups, k largest ones.
"""

import torch
from torch import Tensor

GROUP = 8  # columns
FEW = 16  # times k columns are few enough to be selected from directly


def largest(values_qp: Tensor, k: int) -> Tensor:
    """Columns of each row's ``k`` largest values, in any order, int64 [q, k].

    The k groups with the largest maxima hold them, however columns are grouped. Maxima take one
    pass over the values and leave few columns to the selection, which is far slower.

    Args:
        values_qp: at least ``k`` columns.
        k: from 1.
    """
    columns = values_qp.shape[1]
    if columns <= FEW * k:
        return values_qp.topk(k, dim=1, sorted=False).indices
    groups = columns // GROUP
    grouped = groups * GROUP
    near_qk = largest(values_qp[:, :grouped].unflatten(1, (GROUP, groups)).amax(dim=1), k)
    members_g = torch.arange(0, grouped, groups, device=values_qp.device)
    rest = torch.arange(grouped, columns, device=values_qp.device).expand(len(values_qp), -1)
    candidates = torch.cat([(near_qk.unsqueeze(2) + members_g).flatten(1), rest], dim=1)
    chosen_qk = values_qp.gather(1, candidates).topk(k, dim=1, sorted=False).indices
    return candidates.gather(1, chosen_qk)
