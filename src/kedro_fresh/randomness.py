"""Random numbers that a node draws from the global generators without having seeded them.

What draws from the system's own randomness (`default_rng()` without a seed, `uuid4`), from the
clock, or from the order of a set leaves no trace in this process: such a node is taken for
deterministic, and `kedro fresh verify` shows by experiment whether it is.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from types import ModuleType
from typing import Any

DASK_WORKER = "distributed.worker"  # loaded where a node runs on a worker of Dask


@dataclass
class Generator:
    """The global generator of a library.

    Attributes:
        name: the module whose functions draw from it.
        state: of it, now, to be compared.
        seeding: full names of the functions that seed it.
        counts: whether a changed state shows that the node drew.
        before: the state when the node began.
        seeded: whether the node has seeded it.
        drawn: whether the node drew from it before that.
    """

    name: str
    state: Callable[[], Any]
    seeding: tuple[str, ...] = ()
    counts: Callable[[], bool] = lambda: True
    before: Any = field(init=False)
    seeded: bool = False
    drawn: bool = False

    def __post_init__(self) -> None:
        """Remember the state as it is."""
        self.before = self.state()

    def watched(self, seed: Callable[..., Any]) -> Callable[..., Any]:
        """A function that seeds, and notes that it did."""

        @wraps(seed)
        def noting(*arguments: Any, **named: Any) -> Any:
            given = any(value is not None for value in (*arguments, *named.values()))
            if given and not self.seeded:
                self.drawn, self.seeded = self.has_changed(), True
            return seed(*arguments, **named)

        return noting

    def has_changed(self) -> bool:
        """Whether the node has drawn from it so far."""
        return self.counts() and bool(self.state() != self.before)

    def is_unseeded(self) -> bool:
        """Whether what the node drew follows from no seed."""
        return self.drawn or (not self.seeded and self.has_changed())


@contextmanager
def watched_generators(imports: Iterable[str]) -> Iterator[list[str]]:
    """Fills the list, at the end, with the generators that were drawn from without a seed.

    Args:
        imports: what a node may import: a generator is there before the node imports it.
    """
    found = list(_generators({name.partition(".")[0] for name in imports}))
    unseeded: list[str] = []
    with ExitStack() as watching:
        for generator in found:
            for name in generator.seeding:
                module, _, function = name.rpartition(".")
                _watch(watching, generator, import_module(module), function)
        yield unseeded
    unseeded += [generator.name for generator in found if generator.is_unseeded()]


def _generators(tops: set[str]) -> Iterator[Generator]:
    loaded = len(sys.modules)

    def counts() -> bool:
        # Libraries draw from it when they are imported, and Dask's workers in their other threads,
        # which says nothing of the node.
        alone = len(sys.modules) == loaded and DASK_WORKER not in sys.modules
        return "random" in tops or alone

    yield Generator("random", random.getstate, ("random.seed",), counts)
    if "numpy" in tops or "numpy.random" in sys.modules:
        import_module("numpy.random")
        yield Generator("numpy.random", _numpy, ("numpy.random.seed",))
    if "torch" in tops or "torch" in sys.modules:
        torch = import_module("torch")
        seeding = ("torch.manual_seed", "torch.random.manual_seed")
        yield Generator("torch", lambda: torch.get_rng_state().numpy().tobytes(), seeding)
        if torch.cuda.is_initialized():
            more = ("torch.cuda.manual_seed", "torch.cuda.manual_seed_all", *seeding)
            yield Generator("torch.cuda", lambda: _cuda(torch), more)


def _numpy() -> Any:
    name, keys, *rest = import_module("numpy.random").get_state()
    return (name, keys.tobytes(), *rest)


def _cuda(torch: Any) -> Any:
    return [state.numpy().tobytes() for state in torch.cuda.get_rng_state_all()]


def _watch(watching: ExitStack, generator: Generator, module: ModuleType, name: str) -> None:
    """Replace a function that seeds by one that also notes the call, until the node has ended."""
    seed = getattr(module, name)
    setattr(module, name, generator.watched(seed))
    watching.callback(setattr, module, name, seed)
