"""The transformer that shows each node some random items.

Shape suffixes: N nodes, I items, C sampled items, T = 1 + C rows, B pairs, d dimensions. Nodes and
pairs come last where rows are summed over: a sum over a short last axis is ten times as slow.
"""

import torch
from torch import Tensor, nn

from siger_pipeline.models.layers import Linear, xavier_map
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.gather import gather
from siger_pipeline.ops.support import Support

HEAD = 4  # dimensions of queries and keys
SCALE = HEAD**-0.5
OWN, OTHERS = 0.9, 0.1  # shares of a row itself, and of what it attends to


class SampledAttention(nn.Module):
    """O_n = .9 T_n + .1 softmax(Q Kᵀ/2) T_n with Q = W_q T_n and K = W_k T_n.

    The rows of T_n, [T, d], are a node's own and those of its C items. One head; the values are
    the rows themselves. W_k has no bias, which would cancel in the softmax.
    """

    def __init__(self, dimension: int, randomness: Randomness) -> None:
        super().__init__()
        self.query = Linear(dimension, HEAD, randomness, weights="xavier_uniform", zero_bias=True)
        self.key = xavier_map(dimension, HEAD, randomness)

    def first_rows(self, z_Nd: Tensor, z_Id: Tensor, items_NC: Tensor) -> Tensor:
        """The first row of O_n of every node, [N, d].

        Args:
            z_Nd: of all nodes.
            z_Id: of the items among them.
            items_NC: sampled for each node.
        """
        size, samples = items_NC.shape
        nodes = torch.arange(size, device=items_NC.device).repeat(samples)
        sampled = Support(nodes, items_NC.T.flatten(), (size, len(z_Id)))
        queries_N4 = self.query(z_Nd) * SCALE
        own_1N = torch.linalg.vecdot(queries_N4, z_Nd @ self.key).unsqueeze(0)
        others_CN = sampled.dots(queries_N4, z_Id @ self.key).view(samples, size)
        weights_TN = torch.cat([own_1N, others_CN]).softmax(dim=0) * OTHERS
        mixed_Nd = sampled.product(weights_TN[1:].flatten(), z_Id)
        return torch.addcmul(mixed_Nd, z_Nd, weights_TN[0].unsqueeze(1) + OWN)

    def dots(self, x_Bd: Tensor, z_Id: Tensor, items_TB: Tensor) -> Tensor:
        """x · O[t] for all rows of O, [T, B].

        Args:
            x_Bd: one vector a pair.
            z_Id: of all items.
            items_TB: an item and those sampled for it.
        """
        size, number = items_TB.shape
        pairs = torch.arange(number, device=items_TB.device).repeat(size)
        shown = Support(pairs, items_TB.flatten(), (number, len(z_Id)))
        of_rows_TB = shown.dots(x_Bd, z_Id).view(size, number)
        queries_T4B = gather(self.query(z_Id) * SCALE, items_TB).transpose(1, 2)
        keys_T4B = gather(z_Id @ self.key, items_TB).transpose(1, 2)
        weights_TTB = (queries_T4B.unsqueeze(1) * keys_T4B).sum(dim=2).softmax(dim=1)
        return OWN * of_rows_TB + OTHERS * (weights_TTB * of_rows_TB).sum(dim=1)
