"""How MGCN fuses the views of the modalities.

Shape suffixes: n rows (users or items), M modalities, d dimensions.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.models.layers import Linear
from siger_pipeline.models.randomness import Randomness


class BehaviourAwareFuser(nn.Module):
    """What the views share, by attention, and what behaviour prefers of what sets each apart."""

    def __init__(self, modalities: Sequence[str], dimension: int, randomness: Randomness) -> None:
        super().__init__()
        self.query = Linear(dimension, dimension, randomness)  # Q and b of q
        bound = dimension**-0.5
        self.direction = nn.Parameter(randomness.uniform(dimension, low=-bound, high=bound))  # v
        self.preferences = nn.ModuleDict(
            {m: Linear(dimension, dimension, randomness) for m in modalities}  # P_m
        )

    def forward(self, behaviour_nd: Tensor, views: Sequence[Tensor]) -> Tensor:
        """(F_c + Σ_m σ(P_m(C)) ⊙ (F_m − F_c)) / (|M| + 1), [n, d].

        Args:
            behaviour_nd: C, the rows of the user-item view.
            views: F_m of each modality in the order of `preferences`, [n, d].
        """
        shared_nd = self.shared(views)
        total_nd = shared_nd
        for preference, view_nd in zip(self.preferences.values(), views, strict=True):
            preferred_nd = torch.sigmoid(preference(behaviour_nd))
            total_nd = torch.addcmul(total_nd, preferred_nd, view_nd - shared_nd)
        return total_nd / (len(views) + 1)

    def shared(self, views: Sequence[Tensor]) -> Tensor:
        """F_c = Σ_m a_m F_m, a = softmax over m of q(F_m), q(x) = vᵀ tanh(Q x + b); [n, d]."""
        attention_nM = torch.stack([self._attention(view_nd) for view_nd in views], dim=1)
        shares_nM = functional.softmax(attention_nM, dim=1)
        return torch.einsum("nm,nmd->nd", shares_nM, torch.stack(list(views), dim=1))

    def _attention(self, view_nd: Tensor) -> Tensor:
        return torch.tanh(self.query(view_nd)) @ self.direction
