"""What a person sees of a run: log lines, and below them what runs at the moment.

No node imports this module, so that another wording makes no node run again: the caching runner
and the trainer announce events through their loggers, and here they are put into words.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING, TextIO

from siger_pipeline.caching.duration import duration

if TYPE_CHECKING:
    from siger_pipeline.training.trainer import Standing

RUNNING = "siger_pipeline.caching.running"
TRAINING = "siger_pipeline.training.trainer"
LOG = logging.getLogger(__name__)
WIDTH = 80  # columns of a terminal that does not say
TICK = 1.0  # seconds between two looks at the clock
FRAME = 0.1  # seconds between two drawings of the last line
QUIET = (10.0, 60.0)  # seconds without a line in a log: in the first minute of a node, and later


class Console(logging.StreamHandler[TextIO]):
    """Log lines; on a terminal the last line says what runs, and is replaced as it changes.

    Elsewhere (a file, a pipe) what runs becomes a log line of its own where nothing else was
    written for a while.
    """

    def __init__(self, stream: TextIO, formatter: logging.Formatter | None) -> None:
        super().__init__(stream)
        self.on_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.setFormatter(Brief() if self.on_terminal else formatter)
        self._text, self._drawn = "", 0
        self._since = self._written = time.monotonic()
        self._drawn_at = 0.0
        self._stopped = threading.Event()
        threading.Thread(target=self._tick, name="narration", daemon=True).start()

    def show(self, text: str) -> None:
        """Say what runs at the moment; nothing does where the text is empty."""
        with self._locked():
            if text and not self._text:
                self._since = self._written = time.monotonic()
            self._text = text
            if not text or time.monotonic() - self._drawn_at > FRAME:
                self._draw()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; what runs is drawn again below it at the next tick."""
        self._erase()
        super().emit(record)
        self._written = time.monotonic()

    def stop(self) -> None:
        """Leave the terminal as it is without the last line."""
        self.show("")
        self._stopped.set()

    def _locked(self) -> threading.RLock:
        assert self.lock is not None  # Handler.createLock made it
        return self.lock

    def _tick(self) -> None:
        while not self._stopped.wait(TICK):
            text = self._due()
            if text:
                LOG.info("%s", text)  # without the lock: other handlers write it too

    def _due(self) -> str:
        """What is to be written as a line now; on a terminal nothing, as it is drawn there."""
        with self._locked():
            now = time.monotonic()
            if self.on_terminal:
                self._draw()
            elif self._text and now - self._written >= QUIET[now - self._since > QUIET[1]]:
                return self._timed()
            return ""

    def _timed(self) -> str:
        return f"{self._text} ({duration(time.monotonic() - self._since)})" if self._text else ""

    def _draw(self) -> None:
        if self.on_terminal:
            text = self._timed()[: _columns(self.stream) - 1]
            self._erase()
            self.stream.write(text)
            self.stream.flush()
            self._drawn, self._drawn_at = len(text), time.monotonic()

    def _erase(self) -> None:
        if self._drawn:
            self.stream.write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0


class Brief(logging.Formatter):
    """Lines of a terminal: the message, and the level where it is a warning or worse."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = super().format(record)
        if record.levelno < logging.WARNING:
            return text
        level = record.levelname
        if not os.environ.get("NO_COLOR"):
            level = f"\033[33m{level}\033[0m"
        return f"{level}: {text}"


class Narration:
    """Takes the place of the logging configuration's `console` handler while a run goes on."""

    def __init__(self) -> None:
        handlers = [found for found in logging.root.handlers if found.name == "console"]
        self.replaced = next(
            (found for found in handlers if isinstance(found, logging.StreamHandler)), None
        )
        self.console: Console | None = None
        self.levels: dict[str, int] = {}
        self.verbose: dict[str, bool] = {}

    def start(self) -> None:
        """Begin; where there is no such handler, the person has a configuration of their own."""
        if self.replaced is None:
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

    def stop(self) -> None:
        """End; once more is nothing."""
        if self.replaced is None or self.console is None:
            return
        self.console.stop()
        logging.root.removeHandler(self.console)
        logging.root.addHandler(self.replaced)
        for name, level in self.levels.items():
            logging.getLogger(name).removeFilter(self._heard)
            logging.getLogger(name).setLevel(level)
        self.console = None

    def _heard(self, record: logging.LogRecord) -> bool:
        """Show an event; whether its own record goes on to the handlers."""
        standing: Standing | None = getattr(record, "standing", None)
        if self.console:
            self.console.show(standing_text(standing) if standing else record.getMessage())
        if standing and standing.finished:
            LOG.info("%s", stopped_text(standing))
        return self.verbose[record.name] and bool(record.msg)


def leave_terminal() -> None:
    """Clear the last line of the terminal, where a run ends without Kedro's hooks: by Ctrl-C."""
    for handler in logging.root.handlers:
        if isinstance(handler, Console):
            handler.stop()


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
    last, best = standing.rows[-1], _best(standing)
    left = standing.config.patience - (last["epoch"] - best["epoch"])
    # The width of a terminal is 80 columns; what matters least comes last, where it is cut.
    return (
        f"{text}, {monitor} {last[monitor]:.4f}, best {best[monitor]:.4f} at {best['epoch']}, "
        f"patience left {left}, loss {last['loss']:.4f}"
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


def _best(standing: Standing) -> dict[str, float]:
    return next(row for row in reversed(standing.rows) if row["best"])


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return WIDTH
