"""The nearest rows of a matrix that is being learned, on its device.

`graphs.neighbours` finds those of raw features, once, for any width and on little memory; here the
rows are short and change with every step.

Shape suffixes: N rows, B rows of a block, d dimensions.
"""

import torch
from torch import Tensor

BLOCK_MIB = 16.0  # bound on the products and their keys that are held at once
BYTES_PER_PRODUCT = 16
# Cosines count as equal if they agree to 2⁻³⁶: rounding noise of float64 must not break a tie.
STEPS = 2**36


def nearest_rows(unit_Nd: Tensor, k: int) -> Tensor:
    """Each row's ``k`` largest cosines with a row, itself counted, ties to the smaller position.

    A zero row has no neighbour but itself, and is a neighbour of other rows only where fewer than k
    rows are not zero. The host never waits for the device.

    Args:
        unit_Nd: rows of length 1 or 0, [N, d]; they get no gradient.
        k: at most N.

    Returns:
        Positions of the neighbours, int64 [N, k]; for a zero row k times its own.
    """
    rows_Nd, number = unit_Nd.detach().double(), len(unit_Nd)
    is_zero_N = (rows_Nd == 0).all(dim=1)
    itself_N = torch.arange(number, device=unit_Nd.device)
    # Cosine and position in one integer, which orders by both; a zero row is below every cosine.
    order_N = number - 1 - itself_N - is_zero_N * (4 * STEPS * number)
    block = max(1, int(BLOCK_MIB * 2**20 / (BYTES_PER_PRODUCT * number)))
    # One memory for all blocks: of freed blocks of this size the C library makes no good use.
    cosines = rows_Nd.new_empty(block, number)
    keys = torch.empty_like(cosines, dtype=torch.int64)
    found = []
    for rows_Bd in rows_Nd.split(block):
        cosines_BN, keys_BN = cosines[: len(rows_Bd)], keys[: len(rows_Bd)]
        torch.mm(rows_Bd, rows_Nd.T, out=cosines_BN).mul_(STEPS).round_()
        keys_BN.copy_(cosines_BN).mul_(number).add_(order_N)
        found.append(torch.topk(keys_BN, k, dim=1, sorted=False).indices)
    return torch.where(is_zero_N[:, None], itself_N[:, None], torch.cat(found))
