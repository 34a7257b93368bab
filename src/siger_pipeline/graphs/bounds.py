"""Bounds of all cosines of unit rows, tile by tile, from products that are cheaper than exact.

Shape suffixes: I rows, R and C rows and columns of a tile, d feature dimensions.
"""

from typing import Protocol

import numpy as np
import torch

from siger_pipeline.graphs.units import UnitRows

# float32 arithmetic on unit rows errs by less than this.
FLOAT32_SLACK = 4e-6
# Each of the two rounding errors of a product of int8 rows stays under its bound but for one
# drawing of the dither in 1e18.
ROUNDING_CHANCE = 1e-18
LEVELS = 126
# Rotated in groups of so many dimensions, rows have no outstanding entries.
GROUP = 64
SAMPLE = 512
# Share of the sample's rows that are not cut at all: cutting more makes finer steps for all.
UNCUT = 0.99
STRIP = 64


class CosineBounds(Protocol):
    """Upper bounds of cosines and, by what they are looser at most, lower ones."""

    gaps: np.ndarray
    """cos_ij lies in [upper_ij − gap_i − gap_j, upper_ij], [I]."""

    def upper(self, rows: slice, cols: slice) -> np.ndarray:
        """Upper bounds, float32, [R, C]."""


class Float32Bounds:
    """Bounds by float32 products, for machines without int8 products."""

    def __init__(self, units: UnitRows) -> None:
        self.units = units
        self.gaps = np.full(len(units), FLOAT32_SLACK, dtype=np.float32)
        self._rows: tuple[slice, torch.Tensor] | None = None

    def upper(self, rows: slice, cols: slice) -> np.ndarray:
        """Upper bounds, float32, [R, C]."""
        if self._rows is None or self._rows[0] != rows:
            self._rows = rows, torch.from_numpy(self.units[rows])
        tile_RC = self._rows[1] @ torch.from_numpy(self.units[cols]).T
        return tile_RC.add_(FLOAT32_SLACK).numpy()


class Int8Bounds:
    """Bounds by int8 products with a shared dither, four times as fast as float32.

    Rows less their mean are turned by a random rotation R (so that no entry stands out), cut to
    ±126 h and rounded: q = round(z), z = y / h + w, with one step h for all and one dither w
    ~ U(−½, ½)^d, so that ŷ = h (q − w) errs by independent uniform amounts of width h, with mean
    zero. A product of the error with a fixed row v is then sub-Gaussian with variance
    h² |v|² / 12: P(|⟨e, v⟩| > c h |v|) ≤ ``ROUNDING_CHANCE`` with c² = ln(2 / chance) / 6. Hence
    with r = what was cut, and n the lengths of the centred rows,

        |⟨ŷ_i, ŷ_j⟩ − ⟨x_i − μ, x_j − μ⟩|
            ≤ c h (n_i + n_j) + (|e_i|² + |e_j|²) / 2 + (|r_i| + |r_j|) max n,

    a sum of a part of row i and one of row j, as are all the terms but ⟨q_i, q_j⟩ that lead from
    it to the cosine: an upper bound is h² ⟨q_i, q_j⟩ + a_i + a_j.
    """

    def __init__(self, units: UnitRows, seed: int = 0) -> None:
        draw = torch.Generator().manual_seed(seed)
        self._tile, self._products = torch.empty(0), torch.empty(0, dtype=torch.int32)
        self.units = units
        self.width = -(-units.width // GROUP) * GROUP
        self._rotation = torch.linalg.qr(torch.randn(GROUP, GROUP, generator=draw))[0]
        self._dither_d = torch.rand(self.width, generator=draw) - 0.5
        sample_Sd = torch.from_numpy(units[:SAMPLE])
        self._mean_d = sample_Sd.mean(dim=0)
        turned_Sd = self._turned(sample_Sd)
        self.step = max(float(turned_Sd.abs().amax(dim=1).quantile(UNCUT)) / LEVELS, 1e-9)
        self._quantise()

    @staticmethod
    def pays(width: int) -> bool:
        """Whether this machine multiplies int8 rows of this width fast and without overflow."""
        if not torch.cpu.get_capabilities().get("avx512_vnni", False):
            return False
        most = torch.full((256, 256), LEVELS + 1, dtype=torch.int8)
        exact = bool((torch._int_mm(most, most) == 256 * (LEVELS + 1) ** 2).all())
        return exact and (width + GROUP) * (LEVELS + 1) ** 2 < torch.iinfo(torch.int32).max

    def upper(self, rows: slice, cols: slice) -> np.ndarray:
        """Upper bounds, float32, [R, C]."""
        n_entries = (rows.stop - rows.start) * (cols.stop - cols.start)
        if len(self._tile) < n_entries:
            self._products = torch.empty(n_entries, dtype=torch.int32)
            self._tile = torch.empty(n_entries)
        products_RC = self._products[:n_entries].view(rows.stop - rows.start, -1)
        tile_RC = self._tile[:n_entries].view_as(products_RC)
        torch._int_mm(self._rounded_Id[rows], self._rounded_Id[cols].T, out=products_RC)
        parts_2C = self._parts_I2[cols].flip(1).T
        tile_RC.copy_(products_RC).addmm_(self._parts_I2[rows], parts_2C, beta=self.step**2)
        return tile_RC.numpy()

    def _turned(self, unit_Rd: torch.Tensor) -> torch.Tensor:
        centred_Rd = torch.nn.functional.pad(
            unit_Rd - self._mean_d, (0, self.width - self.units.width)
        )
        return (centred_Rd.view(-1, GROUP) @ self._rotation).view(len(unit_Rd), self.width)

    def _quantise(self) -> None:
        n_rows, step = len(self.units), self.step
        self._rounded_Id = torch.empty((n_rows, self.width), dtype=torch.int8)
        part_I, length_I, error_I, cut_I = torch.empty((4, n_rows))
        for start in range(0, n_rows, STRIP):
            rows = slice(start, start + STRIP)
            unit_Rd = torch.from_numpy(self.units[rows])
            part_I[rows] = unit_Rd @ self._mean_d
            turned_Rd = self._turned(unit_Rd).div_(step)
            length_I[rows] = turned_Rd.norm(dim=1)
            shifted_Rd = turned_Rd.clamp(-LEVELS, LEVELS)
            cut_I[rows] = turned_Rd.sub_(shifted_Rd).norm(dim=1)
            rounded_Rd = torch.add(shifted_Rd, self._dither_d, out=turned_Rd).round_()
            self._rounded_Id[rows] = rounded_Rd
            part_I[rows] -= step**2 * (rounded_Rd @ self._dither_d)
            error_I[rows] = rounded_Rd.sub_(shifted_Rd).sub_(self._dither_d).norm(dim=1)
        spread = float(np.sqrt(np.log(2 / ROUNDING_CHANCE) / 6))
        slack_I = step * (spread * step * length_I + cut_I * step * length_I.max())
        slack_I += step**2 * error_I.square() / 2 + FLOAT32_SLACK / 2
        constant = step**2 * self._dither_d.square().sum() - self._mean_d.square().sum()
        part_I += constant / 2 + slack_I
        self._parts_I2 = torch.stack([part_I, torch.ones(n_rows)], dim=1)
        self.gaps = (2 * slack_I).numpy()
