"""A node's function executed and watched, in this process or in a worker."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter

from kedro.runner import Task

from kedro_fresh.errors import FreshError
from kedro_fresh.randomness import watched_generators
from kedro_fresh.unfinished import UnfinishedDataset

LOG = logging.getLogger("kedro_fresh")


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


def execute(task: Task, imports: Iterable[str], left: Mapping[str, str | None]) -> Execution:
    """Load the inputs, call the function and save the outputs.

    Args:
        task: the node, with the catalog that it loads from and saves to.
        imports: what the modules of its function import.
        left: output -> version that a broken-off run has left, to go on from.
    """
    _offer(task, left)
    start = perf_counter()
    with watched_generators(imports) as unseeded:
        try:
            task.execute()
        except SystemExit as error:  # else the run would end without a word, maybe with code 0
            raise FreshError(
                f"{task.node.name}: its code left Python (sys.exit, code {error.code!r}) before "
                "the node was done: let it raise an error instead"
            ) from error
    return Execution(perf_counter() - start, tuple(unseeded))


def _offer(task: Task, left: Mapping[str, str | None]) -> None:
    """Give the node what a broken-off run has left, as objects, where it asks for that."""
    datasets = [task.catalog.get(name) for name in task.node.inputs]
    unfinished = [dataset for dataset in datasets if isinstance(dataset, UnfinishedDataset)]
    if not (left and unfinished):
        return
    try:
        outputs = {name: task.catalog.load(name, version) for name, version in left.items()}
    except Exception as error:
        why = f"since what was broken off cannot be read ({error})"
        LOG.info("%s: starts anew, %s", task.node.name, why)
        return
    for dataset in unfinished:
        dataset.offer(outputs)
