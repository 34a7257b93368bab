"""What this machine gives, and how long a SIGER step and the graphs must take by it.

The ceilings are measured in the same run: float32 products, streaming, gathering of rows,
random numbers. The floor counts what the work cannot do without and takes each part at its ceiling,
one after another; what it leaves out (exponentials, elementwise chains, the sampler, the choice of
the nearest) is above it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.data import SEED, World, enhanced_of, features_of, parameters
from benchmarks.worker import Sample, Work
from siger_pipeline.requests import graph

DIMENSION = 64
FLOAT = 4  # bytes
SIDE = 2048  # of the matrices that are multiplied
STREAMED = 2**24  # numbers of each of the three arrays that are streamed
BAG = 16  # rows that are gathered and summed to one
ADAM_BYTES = 28  # a parameter: parameter, gradient, two moments read; all but the gradient written


def ceiling(scratch: Path, kind: str, rows: int = 0) -> Work:
    """One repetition of a kernel; `rate` is GFLOP/s, GB/s or 10⁹ numbers a second.

    Args:
        scratch: not used.
        kind: `matmul`, `stream`, `gather` or `random`.
        rows: of the table that is gathered from.
    """
    kernel, amount = KERNELS[kind](rows)
    kernel()
    yield None
    while True:
        start = time.perf_counter()
        kernel()
        seconds = time.perf_counter() - start
        yield Sample(seconds, notes={"rate": amount / seconds / 1e9, "amount": amount})


def _matmul(_: int) -> tuple[Callable[[], Any], float]:
    x, y, out = (torch.rand(SIDE, SIDE) for _ in range(3))
    return lambda: torch.mm(x, y, out=out), 2.0 * SIDE**3


def _stream(_: int) -> tuple[Callable[[], Any], float]:
    x, y, out = (torch.rand(STREAMED) for _ in range(3))
    return lambda: torch.add(x, y, out=out), 3.0 * FLOAT * STREAMED


def _gather(rows: int) -> tuple[Callable[[], Any], float]:
    table = torch.rand(rows, DIMENSION)
    generator = torch.Generator().manual_seed(SEED)
    index = torch.randint(rows, (2**18 // BAG, BAG), generator=generator)
    return lambda: functional.embedding_bag(index, table, mode="sum"), _gathered(index.numel())


def _random(_: int) -> tuple[Callable[[], Any], float]:
    generator, out = torch.Generator().manual_seed(SEED), torch.empty(2**22)
    return lambda: torch.rand(out.shape, generator=generator, out=out), float(out.numel())


KERNELS: Mapping[str, Callable[[int], tuple[Callable[[], Any], float]]] = {
    "matmul": _matmul,
    "stream": _stream,
    "gather": _gather,
    "random": _random,
}


def _gathered(edges: float, width: int = DIMENSION) -> float:
    return edges * width * FLOAT


@dataclass(frozen=True)
class Step:
    """What a SIGER step must do: floating-point operations, bytes, numbers."""

    projection_flop: float
    contrast_flop: float
    gathered_bytes: float
    random_numbers: float
    adam_bytes: float

    def floor(self, rates: Mapping[str, float]) -> dict[str, float]:
        """Seconds of each part at its ceiling.

        Args:
            rates: `matmul`, `gather`, `random`, `stream`, a second.
        """
        return {
            "projections": self.projection_flop / rates["matmul"],
            "contrasts": self.contrast_flop / rates["matmul"],
            "graph products": self.gathered_bytes / rates["gather"],
            "random numbers": self.random_numbers / rates["random"],
            "Adam": self.adam_bytes / rates["stream"],
        }


def step_of(world: World) -> Step:
    """The work of one step on a world, with the parameters as shipped and frozen features.

    A product W'x of a frozen x costs one product forward and one for the gradient of W. A contrast
    of n rows costs its logits and two products for the gradients. A graph product gathers a row an
    edge, and another one in the backward pass.
    """
    config, inputs = parameters("siger"), world.inputs
    widths = [x.shape[1] for x in features_of(inputs).values()]
    users, items = batch_rows(world, parameters("train")["batch_size"])
    views, deep = len(widths), config["item_layers"] - 1
    contrasts = views * items**2 + (users**2 + items**2) * (1 + views * (views - 1) / 2)
    behaviour = (2 * config["behaviour_layers"] + views) * inputs[graph("bipartite")].nnz
    similar = sum(matrix.nnz for matrix in enhanced_of(inputs).values()) * (1 + 3 * deep)
    rows = inputs.n_users + inputs.n_items
    weights = rows * DIMENSION + sum((width + DIMENSION) * DIMENSION for width in widths)
    return Step(
        projection_flop=2 * 2 * inputs.n_items * DIMENSION * sum(widths),
        contrast_flop=3 * 2 * DIMENSION * contrasts,
        gathered_bytes=2 * _gathered(behaviour + similar),
        random_numbers=views * 2 * config["item_layers"] * inputs.n_items * DIMENSION,
        adam_bytes=weights * ADAM_BYTES,
    )


def batch_rows(world: World, size: int) -> tuple[float, float]:
    """Distinct users and items of a batch, the mean of a few drawn ones."""
    pairs, draw = world.inputs.interactions.tocoo(), np.random.default_rng(SEED)
    chosen = [draw.choice(pairs.nnz, min(size, pairs.nnz), replace=False) for _ in range(5)]
    found = [(len(np.unique(pairs.row[c])), len(np.unique(pairs.col[c]))) for c in chosen]
    users, items = np.mean(found, axis=0)
    return float(users), float(items)


@dataclass(frozen=True)
class Neighbours:
    """What an exact search for the nearest neighbours of all items must do."""

    products: float
    read_bytes: float
    exact_bytes: float

    def floor(self, rates: Mapping[str, float]) -> dict[str, float]:
        """Seconds of each part at its ceiling.

        Args:
            rates: `matmul`, `stream`, a second.
        """
        return {
            "products of all pairs, once": self.products / rates["matmul"],
            "features, read twice": self.read_bytes / rates["stream"],
            "exact cosines of the neighbours": self.exact_bytes / rates["stream"],
        }


def graphs_of(world: World) -> Neighbours:
    """The work of both modalities' graphs: each pair multiplied once, k − 1 pairs an item exact.

    Two items can be each other's neighbours, so that a pair may serve both.
    """
    neighbours = parameters("siger")["knn_k"] - 1
    sizes = [x.shape for x in features_of(world.inputs).values()]
    entries = sum(items * width for items, width in sizes)
    return Neighbours(
        products=sum(items * items * width for items, width in sizes),
        read_bytes=2.0 * FLOAT * entries,
        exact_bytes=float(FLOAT * entries * neighbours),
    )
