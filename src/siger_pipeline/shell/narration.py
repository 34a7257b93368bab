"""What is said of a run while it goes on.

No node imports this module, so that another wording makes no node run again: `FreshRunner`
and the trainer announce events through their loggers, and here they are put into words.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from siger_pipeline.shell.progress import Progress
from siger_pipeline.shell.terminal import Console

if TYPE_CHECKING:
    from siger_pipeline.training.progress import Standing

RUNNING = "kedro_fresh.running"
TRAINING = "siger_pipeline.training.trainer"
LOG = logging.getLogger(__name__)


class Narration:
    """Takes the place of the logging configuration's `console` handler while a run goes on."""

    def __init__(self) -> None:
        handlers = [found for found in logging.root.handlers if found.name == "console"]
        self.replaced = next(
            (found for found in handlers if isinstance(found, logging.StreamHandler)), None
        )
        self.console: Console | None = None
        self.progress: Progress | None = None
        self.node = ""  # that began last: a training in this process is of it
        self.levels: dict[str, int] = {}
        self.verbose: dict[str, bool] = {}

    def start(self, progress: Progress | None = None) -> None:
        """Begin; where there is no such handler, the person has a configuration of their own.

        Args:
            progress: of the study that is run, if it is one.
        """
        self.stop()  # a run before may have been broken off in this process
        self.progress = progress
        if self.replaced is None or getattr(self.replaced.stream, "closed", True):
            return
        self.console = Console(self.replaced.stream, self.replaced.formatter)
        logging.root.removeHandler(self.replaced)
        logging.root.addHandler(self.console)
        for name in (RUNNING, TRAINING):
            logger = logging.getLogger(name)
            self.levels[name] = logger.level
            self.verbose[name] = logger.isEnabledFor(logging.DEBUG)
            logger.setLevel(logging.DEBUG)
            logger.addFilter(self._heard)
        if self.console.on_terminal:
            _at_sigterm(_leave_and_end)

    def stop(self) -> None:
        """End; once more is nothing."""
        if self.replaced is None or self.console is None:
            return
        self.console.stop()
        if signal.getsignal(signal.SIGTERM) is _leave_and_end:
            _at_sigterm(signal.SIG_DFL)
        logging.root.removeHandler(self.console)
        logging.root.addHandler(self.replaced)
        for name, level in self.levels.items():
            logging.getLogger(name).removeFilter(self._heard)
            logging.getLogger(name).setLevel(level)
        self.console = None

    def _heard(self, record: logging.LogRecord) -> bool:
        """Show an event; whether its own record goes on to the handlers."""
        put_into_words(record)
        if record.name == RUNNING and self.progress:
            self.progress.hear(record)
        if hasattr(record, "ended") or hasattr(record, "coming"):
            return False  # of a node that was not shown, or is no longer
        if record.name == RUNNING:
            self.node = getattr(record, "node", "")
        if self.console:
            text = _of_node(record, "shown") or record.getMessage()
            self.console.show(text, getattr(record, "node", self.node))
        if stopped := _of_node(record, "stopped"):
            LOG.info("%s", stopped)
        return self.verbose[record.name] and bool(record.msg)


def put_into_words(record: logging.LogRecord) -> bool:
    """Give an event of a training its texts: these can be sent from a worker, its objects cannot.

    Returns:
        True: as a filter, it lets each record pass.
    """
    standing: Standing | None = record.__dict__.pop("standing", None)
    if standing:
        record.shown = standing_text(standing)
        record.stopped = stopped_text(standing) if standing.finished else ""
    return True


def _of_node(record: logging.LogRecord, attribute: str) -> str:
    """A text of an event; from a worker it begins with the node, as models train side by side."""
    text, node = getattr(record, attribute, ""), getattr(record, "node", "")
    return f"{node}{text[text.index(':') :]}" if text and node else text


def leave_terminal() -> None:
    """Clear the last lines of the terminal, where a run ends without Kedro's hooks: by a signal."""
    for handler in logging.root.handlers:
        if isinstance(handler, Console):
            handler.stop()


def _leave_and_end(number: int, _: FrameType | None) -> None:
    try:
        leave_terminal()
    finally:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def _at_sigterm(what: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    """Set what SIGTERM does, unless another part of the program has set it."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, _leave_and_end):
        signal.signal(signal.SIGTERM, what)


def standing_text(standing: Standing) -> str:
    """Where a training stands: epoch, the monitored metric, its best, the patience left, loss."""
    monitor, done = standing.config.monitor, len(standing.rows) == standing.epoch
    if done:
        within = ""
    elif standing.step == standing.steps:
        within = ", validating"
    else:
        within = f" ({standing.step / standing.steps:.0%})"
    text = f"{standing.name}: epoch {standing.epoch}{within}"
    if not standing.rows:
        return text
    last, validated = standing.rows[-1], _validated(standing)
    if not validated:
        return f"{text}, loss {last['loss']:.4f}"
    best = _best(standing)
    left = standing.config.patience - (last["epoch"] - best["epoch"])
    # The width of a terminal is 80 columns; what matters least comes last, where it is cut.
    return (
        f"{text}, {monitor} {validated[-1][monitor]:.4f}, best {best[monitor]:.4f} at "
        f"{best['epoch']}, patience left {left}, loss {last['loss']:.4f}"
    )


def stopped_text(standing: Standing) -> str:
    """How a training ended."""
    best, monitor = _best(standing), standing.config.monitor
    waited = standing.epoch - best["epoch"]
    why = "patience" if waited >= standing.config.patience else "max_epochs"
    return (
        f"{standing.name}: stopped at epoch {standing.epoch} ({why}), "
        f"best validation {monitor} {best[monitor]:.4f} at {best['epoch']}"
    )


def _validated(standing: Standing) -> list[dict[str, float]]:
    """The rows of the epochs that ended with a validation."""
    return [row for row in standing.rows if not math.isnan(row[standing.config.monitor])]


def _best(standing: Standing) -> dict[str, float]:
    return next(row for row in reversed(standing.rows) if row["best"])
