"""What the worker processes of a run share out, and how their trainings are told of."""

import logging
from collections.abc import Callable
from functools import partial

from siger_pipeline.datasets.duckdb import divide_memory
from siger_pipeline.datasets.engine import chosen_engine, use_engine
from siger_pipeline.memory import chosen_limit, use_memory
from siger_pipeline.shell.garbage import collect_rarely
from siger_pipeline.shell.narration import TRAINING, put_into_words
from siger_pipeline.threads import number_of_threads, use_threads

LOG = logging.getLogger(__name__)


def prepare_workers(workers: int) -> Callable[[], None]:
    """What each of so many workers calls first: it takes its share of threads and memory.

    The number of threads is part of what a training's bytes follow from, so it depends on the
    parameter `threads` and the number of workers alone, not on how many nodes there are to run.
    """
    threads = number_of_threads()
    share = max(1, threads // workers)
    differ = f": a model trained so differs in its last digits from one trained with {threads}"
    end = "" if share == threads else differ
    LOG.info("%d workers, each with %d of %d threads%s", workers, share, threads, end)
    return partial(_prepare, workers, share, chosen_limit(), chosen_engine())


def _prepare(workers: int, threads: int, memory_limit: str, engine: str) -> None:
    collect_rarely()
    use_threads(threads)
    use_memory(memory_limit)
    divide_memory(workers)
    use_engine(engine)
    logging.getLogger(TRAINING).addFilter(put_into_words)
