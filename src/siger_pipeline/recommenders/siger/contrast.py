"""Contrasts of a batch's rows, with denominators over these rows or over all rows.

Shape suffixes: N all rows (users or items), n distinct rows of the batch, d dimensions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from siger_pipeline.losses.alignment import anchor_info_nce
from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.ops.tables import rows_of


@dataclass(frozen=True)
class Contrast:
    """The means are over the batch's rows; the denominators over the same, or over all.

    Attributes:
        over_all_rows: denominators over all N rows, not the batch's alone.
        block_mib: bound on the logits in memory at once, MiB; never n × N.
        precision: of the denominators' matrix products; that of the weights if None.
    """

    over_all_rows: bool
    block_mib: float
    precision: torch.dtype | None

    def info_nce(
        self, x_Nd: Tensor, y_Nd: Tensor, rows_n: Tensor | None, temperature: float
    ) -> Tensor:
        """InfoNCE of some rows, or all, SIGER Eqs. (13), (16)."""
        return info_nce(
            rows_of(x_Nd, rows_n),
            rows_of(y_Nd, rows_n),
            temperature,
            pool=y_Nd if self.over_all_rows else None,
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
            pool=second_Nd if self.over_all_rows else None,
            own=rows_n if self.over_all_rows else None,
            block_mib=self.block_mib,
            precision=self.precision,
        )
