"""How far the trials of a study are, as lines of the log."""

from __future__ import annotations

import logging
from time import monotonic

from kedro.pipeline import Pipeline

from kedro_fresh.phrases import duration

LOG = logging.getLogger(__name__)
SECONDS_BETWEEN_LINES = 10.0
TRAIN, STUDIES = "train.", "studies."


class Progress:
    """The trainings of a study, which take nearly all of its time.

    Attributes:
        trials: names of the nodes that train.
        coming: those of them that this run trains.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Take the pipeline of a run; where it is of no study, nothing is said."""
        names = [node.name for node in pipeline.nodes]
        tables = [n for n in names if n.startswith(STUDIES) and n.count(".") == 1]
        self.study = ", ".join(table.removeprefix(STUDIES) for table in tables)
        self.trials = {name for name in names if name.startswith(TRAIN)} if self.study else set()
        self.coming: set[str] = set()
        self.running: set[str] = set()
        self.failed: set[str] = set()
        self.ended: set[str] = set()
        self.tabulated = False  # whether the study's table has been written
        self.start = self.said = 0.0

    def hear(self, record: logging.LogRecord) -> None:
        """Note what `FreshRunner` tells of a node, and say how far the study is."""
        node, ended = getattr(record, "node", ""), getattr(record, "ended", "")
        self.tabulated |= node == f"{STUDIES}{self.study}" and ended == "ran"
        if node not in self.trials:
            return
        if getattr(record, "coming", False):
            self.coming.add(node)
        elif record.msg:
            self.start = self.start or monotonic()
            self.running.add(node)
        elif ended and node in self.coming:
            self.running.discard(node)
            self.ended.add(node)
            self.failed |= set() if ended in ("ran", "fresh", "brought forward") else {node}
            self._say()

    def text(self, now: float) -> str:
        """`components: 3 of 6 trials trained, 1 running, 2 left, about 12 min 0 s to go`."""
        waiting = len(self.coming - self.ended)
        trained = len(self.trials) - waiting - len(self.failed)
        parts = [f"{self.study}: {trained} of {len(self.trials)} trials trained"]
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        parts += [f"{len(self.running)} running", f"{waiting - len(self.running)} left"]
        if self.ended and waiting:
            # Trainings side by side share the time that has passed.
            parts.append(f"about {duration((now - self.start) / len(self.ended) * waiting)} to go")
        return ", ".join(parts)

    def _say(self) -> None:
        now = monotonic()
        if now - self.said >= SECONDS_BETWEEN_LINES or self.ended == self.coming:
            self.said = now
            LOG.info("%s", self.text(now))
