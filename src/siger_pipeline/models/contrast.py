"""Whom a contrast over a batch's rows runs over: those rows, or everybody.

Shape suffixes: N all rows (users or items), n distinct rows of the batch, d dimensions.
"""

from dataclasses import dataclass

from torch import Tensor

from siger_pipeline.losses.alignment import anchor_info_nce
from siger_pipeline.losses.contrastive import info_nce


@dataclass(frozen=True)
class Contrast:
    """The means are over the batch's rows; the denominators over the same, or over all.

    Attributes:
        everyone: denominators over all N rows.
        block_rows: then so many rows of logits are held at once, never n × N.
    """

    everyone: bool
    block_rows: int

    def info_nce(self, x_Nd: Tensor, y_Nd: Tensor, rows_n: Tensor, temperature: float) -> Tensor:
        """InfoNCE of the rows, SIGER Eqs. (13), (16)."""
        if not self.everyone:
            return info_nce(x_Nd[rows_n], y_Nd[rows_n], temperature)
        return info_nce(
            x_Nd[rows_n], y_Nd[rows_n], temperature, pool=y_Nd, block_rows=self.block_rows
        )

    def anchored(
        self,
        first_Nd: Tensor,
        second_Nd: Tensor,
        anchor_Nd: Tensor,
        rows_n: Tensor,
        temperature: float,
    ) -> Tensor:
        """Anchor-based InfoNCE of the rows, SIGER Eq. (14)."""
        paired = first_Nd[rows_n], second_Nd[rows_n], anchor_Nd[rows_n]
        if not self.everyone:
            return anchor_info_nce(*paired, temperature)
        return anchor_info_nce(
            *paired, temperature, pool=second_Nd, own=rows_n, block_rows=self.block_rows
        )
