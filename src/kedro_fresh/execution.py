"""A node's function executed and watched, in this process or in a worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter

from kedro.runner import Task

from kedro_fresh.randomness import watched_generators


@dataclass(frozen=True)
class Execution:
    """What is known of a node that has run to its end.

    Attributes:
        seconds: it took.
        unseeded: the generators that it drew from without a seed.
        other_code: modules that the worker ran from other source than that which is hashed.
    """

    seconds: float
    unseeded: tuple[str, ...] = ()
    other_code: tuple[str, ...] = ()


def execute(task: Task, imports: Iterable[str]) -> Execution:
    """Load the inputs, call the function and save the outputs.

    Args:
        task: the node, with the catalog that it loads from and saves to.
        imports: what the modules of its function import.
    """
    start = perf_counter()
    with watched_generators(imports) as unseeded:
        task.execute()
    return Execution(perf_counter() - start, tuple(unseeded))
