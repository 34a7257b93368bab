"""The contrasts between an item's ID and its modalities, from fine to coarse.

Shape suffixes: B pairs of a batch, d dimensions.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from siger_pipeline.losses.contrastive import dot_info_nce
from siger_pipeline.models.layers import Linear
from siger_pipeline.models.randomness import Randomness


class Chain(nn.Module):
    """Task FAC: the ID is mapped on from one modality's space to the next one's.

    In the last space, of d/2 dimensions, all of them meet. Linear maps with nothing between: `on`
    leads from the former space to that of a modality, `into` from the modality's own embedding.
    With two modalities a map of d × d, which led to a third one's space, stays without a contrast.
    """

    def __init__(self, n_modalities: int, dimension: int, randomness: Randomness) -> None:
        super().__init__()
        widths = [dimension] * n_modalities
        if n_modalities > 1:
            widths[-1] = dimension // 2

        def maps() -> nn.ModuleList:
            linears = [
                Linear(dimension, width, randomness, weights="xavier_uniform") for width in widths
            ]
            return nn.ModuleList(linears)

        self.on, self.into = maps(), maps()
        if n_modalities == 2:
            self.between = Linear(dimension, dimension, randomness, weights="xavier_uniform")

    def forward(
        self, ids_Bd: Tensor, modalities_Bd: Sequence[Tensor], temperature: float
    ) -> Tensor:
        """L_FAC: the sum over modalities of the contrasts in their spaces."""
        reached, losses = ids_Bd, []
        for number, (on, into, of_modality) in enumerate(
            zip(self.on, self.into, modalities_Bd, strict=True)
        ):
            if number == 1 and len(self.on) == 2:
                reached = self.between(reached)
            reached = on(reached)
            losses.append(dot_info_nce(reached, into(of_modality), temperature))
        return torch.stack(losses).sum()
