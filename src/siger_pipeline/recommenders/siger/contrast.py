"""Whom a contrast over a batch's rows runs over: those rows, or everybody.

Shape suffixes: N all rows (users or items), n distinct rows of the batch, d dimensions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from siger_pipeline.losses.alignment import anchor_info_nce
from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.ops.layers import rows_of


@dataclass(frozen=True)
class Contrast:
    """The means are over the batch's rows; the denominators over the same, or over all.

    Attributes:
        everyone: denominators over all N rows.
        block_mib: bound on the logits held at once, MiB; never n × N.
        precision: of the denominators' matrix products.
    """

    everyone: bool
    block_mib: float
    precision: torch.dtype

    def info_nce(
        self, x_Nd: Tensor, y_Nd: Tensor, rows_n: Tensor | None, temperature: float
    ) -> Tensor:
        """InfoNCE of some rows, or all, SIGER Eqs. (13), (16)."""
        return info_nce(
            rows_of(x_Nd, rows_n),
            rows_of(y_Nd, rows_n),
            temperature,
            pool=y_Nd if self.everyone else None,
            block_mib=self.block_mib,
            precision=self.precision,
        )

    def anchored(
        self,
        first_Nd: Tensor,
        second_Nd: Tensor,
        anchor_Nd: Tensor,
        rows_n: Tensor | None,
        temperature: float,
    ) -> Tensor:
        """Anchor-based InfoNCE of some rows, or all, SIGER Eq. (14)."""
        return anchor_info_nce(
            rows_of(first_Nd, rows_n),
            rows_of(second_Nd, rows_n),
            rows_of(anchor_Nd, rows_n),
            temperature,
            pool=second_Nd if self.everyone else None,
            own=rows_n if self.everyone else None,
            block_mib=self.block_mib,
            precision=self.precision,
        )
