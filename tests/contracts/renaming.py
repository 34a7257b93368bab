"""Other names for the same users and items, and draws that follow them."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.models.randomness import Axis, Fill, Ids, Randomness, Shape


@dataclass(frozen=True, eq=False)
class Renaming:
    """New indices of users and items.

    Attributes:
        users: former index of each new one, [U].
        items: former index of each new one, [I].
    """

    users: Tensor
    items: Tensor

    @classmethod
    def drawn(cls, n_users: int, n_items: int, seed: int = 7) -> "Renaming":
        draw = np.random.default_rng(seed)
        return cls(*(torch.from_numpy(draw.permutation(n)) for n in (n_users, n_items)))

    def former_ids(self, of: Ids, ids: Tensor | None) -> Tensor:
        """The former numbers of some users, items or nodes, or of all."""
        nodes = torch.cat([self.users, len(self.users) + self.items])
        former = {Ids.USER: self.users, Ids.ITEM: self.items, Ids.NODE: nodes}[of]
        return former if ids is None else former[ids]

    def former_positions(self, axis: Axis) -> Tensor:
        """Where each position of an axis was before: axes ascend by their ids."""
        ids = axis.ids or (None,) * len(axis.of)
        former = [self.former_ids(of, chosen) for of, chosen in zip(axis.of, ids, strict=True)]
        key = reduce(lambda rows, columns: rows * 2**31 + columns, former)
        return inverse(key.argsort())

    def rows_and_columns(self, matrix: sparse.csr_matrix) -> sparse.csr_matrix:
        """A matrix of users × items under the new names."""
        dense = matrix.toarray()[self.users.numpy()][:, self.items.numpy()]
        return sparse.csr_matrix(dense)


def inverse(permutation: Tensor) -> Tensor:
    return permutation.argsort()


class RenamedRandomness(Randomness):
    """The draws of `Randomness`, each at the new index of its user, item, node or edge."""

    def __init__(self, generator: torch.Generator, renaming: Renaming) -> None:
        super().__init__(generator)
        self.renaming = renaming

    def _draw(self, shape: Shape, fill: Fill, dtype: torch.dtype = torch.float32) -> Tensor:
        drawn = super()._draw(shape, fill, dtype)
        for dimension, axis in enumerate(shape):
            if isinstance(axis, Axis):
                drawn = drawn.index_select(dimension, self.renaming.former_positions(axis))
        return drawn

    def integers(self, below: Axis | int, *shape: Axis | int) -> Tensor:
        drawn = super().integers(below, *shape)
        return self._renamed(below)[drawn] if isinstance(below, Axis) else drawn

    def permutation(self, axis: Axis) -> Tensor:
        return self._renamed(axis)[super().permutation(axis)[self.renaming.former_positions(axis)]]

    def shuffled(self, axis: Axis) -> Tensor:
        return self._renamed(axis)[super().shuffled(axis)]

    def ids(self, axis: Axis) -> Tensor:
        return super().ids(axis)[self.renaming.former_positions(axis)]

    def _renamed(self, axis: Axis) -> Tensor:
        """The new position of each former one."""
        return inverse(self.renaming.former_positions(axis))
