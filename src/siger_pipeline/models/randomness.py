"""All random draws of a training, by one object: reproducible, resumable, and aware of axes.

A draw names what its axes stand for, since ids carry nothing: if users and items are renamed, the
draws follow their users and items, and the training is the same one under other names. Tests
rename them for every model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self

import torch
from scipy import sparse
from torch import Tensor


class Ids(Enum):
    """What a number stands for."""

    USER = "user"
    ITEM = "item"
    NODE = "node"  # users first, then items


@dataclass(frozen=True, eq=False)
class Axis:
    """An axis of a draw whose positions stand for users, items, nodes, or edges between these.

    Attributes:
        size: number of positions.
        of: what a position stands for: one kind, or two for an edge.
        ids: which ones, a tensor [size] for each kind, in ascending (for edges: row-major) order;
            all of them, 0 … size − 1, if None.
    """

    size: int
    of: tuple[Ids, ...]
    ids: tuple[Tensor, ...] | None = None


def all_users(number: int) -> Axis:
    """The axis of all users."""
    return Axis(number, (Ids.USER,))


def all_items(number: int) -> Axis:
    """The axis of all items."""
    return Axis(number, (Ids.ITEM,))


def all_nodes(n_users: int, n_items: int) -> Axis:
    """The axis of all users, then all items."""
    return Axis(n_users + n_items, (Ids.NODE,))


def some(of: Ids, ids: Tensor) -> Axis:
    """The axis of some distinct users, items or nodes, ascending, [n]."""
    return Axis(len(ids), (of,), (ids,))


def edges(of: tuple[Ids, Ids], rows: Tensor, columns: Tensor) -> Axis:
    """The axis of a sparse matrix's entries, in row-major order, [nnz] each."""
    return Axis(len(rows), of, (rows, columns))


def edges_of(matrix: sparse.csr_matrix, of: tuple[Ids, Ids]) -> Axis:
    """The axis of the entries of a matrix without duplicates, its indices sorted."""
    places = matrix.tocoo()
    rows, columns = (torch.from_numpy(x.astype("int64")) for x in (places.row, places.col))
    return edges(of, rows, columns)


Shape = tuple[Axis | int, ...]
Fill = Callable[[Tensor], Tensor]


class Randomness:
    """A stream of draws on one device; the only source of randomness that a model may use.

    In a shape, an `Axis` stands for users, items, nodes or edges; a number is an axis whose
    positions stand for none of them, such as embedding dimensions or pairs of a batch.
    """

    def __init__(
        self, generator: torch.Generator, device: str | torch.device | None = None
    ) -> None:
        """Draw from a generator, for its own device or another one, to which draws are copied."""
        self._generator = generator
        self._device = generator.device if device is None else torch.device(device)

    @classmethod
    def seeded(cls, seed: int, device: str | torch.device = "cpu") -> Self:
        """The stream of a seed."""
        return cls(torch.Generator(device=device).manual_seed(seed))

    def reseeded(self, seed: int, device: str | torch.device) -> Self:
        """Another stream of the same kind, from its start.

        For noise at scoring: a model keeps this object and a seed, and scores are then a function
        of weights and seed. The draws are made on the CPU and copied, since generators of other
        devices give other numbers: a checkpoint scores alike on every device.
        """
        other = copy.copy(self)
        other._generator = torch.Generator().manual_seed(seed)
        other._device = torch.device(device)
        return other

    @property
    def device(self) -> torch.device:
        """The device of all draws."""
        return self._device

    def state(self) -> Tensor:
        """The position in the stream, for a checkpoint."""
        return self._generator.get_state()

    def restore(self, state: Tensor) -> None:
        """Go on from an earlier `state`."""
        self._generator.set_state(state)

    def uniform(self, *shape: Axis | int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform in [low, high), float32."""
        return self._draw(shape, lambda x: x.uniform_(low, high, generator=self._generator))

    def normal(self, *shape: Axis | int, deviation: float = 1.0) -> Tensor:
        """Normal with mean 0, float32."""
        return self._draw(shape, lambda x: x.normal_(0.0, deviation, generator=self._generator))

    def gumbel(self, *shape: Axis | int) -> Tensor:
        """Gumbel(0, 1), float32: −log of an exponential draw."""
        drawn = self._draw(shape, lambda x: x.exponential_(generator=self._generator))
        return drawn.log_().neg_()

    def bernoulli(self, probability: float, *shape: Axis | int) -> Tensor:
        """True with a probability, bool."""
        return self.uniform(*shape) < probability

    def dropout_mask(self, rate: float, *shape: Axis | int) -> Tensor:
        """Factors of inverted dropout, float32: 0 with probability ``rate``, else 1/(1 − rate)."""
        kept = 1.0 - rate
        return self.uniform(*shape).lt_(kept).div_(kept)

    def integers(self, below: Axis | int, *shape: Axis | int) -> Tensor:
        """Uniform integers in [0, below), int64: positions of an axis, or plain numbers."""
        limit = below.size if isinstance(below, Axis) else below
        return self._draw(
            shape, lambda x: x.random_(0, limit, generator=self._generator), torch.int64
        )

    def permutation(self, axis: Axis) -> Tensor:
        """A random map of an axis onto itself, int64 [size]: position n goes with result n."""
        return self._drawn_permutation(axis)

    def shuffled(self, axis: Axis) -> Tensor:
        """The positions of an axis in random order, int64 [size]."""
        return self._drawn_permutation(axis)

    def choice(self, axis: Axis, number: int, weights: Tensor) -> Tensor:
        """Distinct positions of an axis, ascending, int64 [number].

        Drawn one after another without replacement, each with probability ∝ its weight: the law
        of the largest log-weights plus Gumbel noise, which unlike `torch.multinomial` works for
        more than 2^24 positions.

        Args:
            axis: what is drawn from.
            number: how many, at most as many as have a positive weight.
            weights: ≥ 0, [size].
        """
        keys = weights.log() + self.gumbel(axis)
        return torch.topk(keys, number).indices.sort().values

    def ids(self, axis: Axis) -> Tensor:
        """A number for each position of an axis, int64 [size], to hash in place of a draw each.

        A model whose noise is too large to store, such as one number per user and item, computes
        it from a seed and these numbers, never from indices: they follow their users and items.
        """
        return torch.arange(axis.size, device=self.device)

    def _draw(self, shape: Shape, fill: Fill, dtype: torch.dtype = torch.float32) -> Tensor:
        """A new tensor of a shape, filled from the generator."""
        sizes = tuple(axis.size if isinstance(axis, Axis) else axis for axis in shape)
        drawn = fill(torch.empty(sizes, dtype=dtype, device=self._generator.device))
        return drawn.to(self.device)

    def _drawn_permutation(self, axis: Axis) -> Tensor:
        on = self._generator.device
        return torch.randperm(axis.size, generator=self._generator, device=on).to(self.device)
