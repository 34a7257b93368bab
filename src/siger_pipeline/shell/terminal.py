"""The console of a run: log lines, and below them the nodes that run at the moment."""

from __future__ import annotations

import logging
import os
import threading
import time
import unicodedata
from typing import TextIO

from kedro_fresh.phrases import duration

LOG = logging.getLogger(__name__)
SIZE = (80, 24)  # columns and rows of a terminal that does not say
UP = "\033[A"  # moves to the line above
TICK = 1.0  # seconds between two looks at the clock
FRAME = 0.1  # seconds between two drawings of the last lines
QUIET = (10.0, 60.0)  # seconds without a line in a log: in the first minute of a node, and later


class Console(logging.StreamHandler[TextIO]):
    """Log lines; on a terminal the last lines say what runs, and are replaced as it changes.

    There is one for each node that runs. Elsewhere (a file, a pipe) these become log lines where
    nothing else was written for a while.
    """

    def __init__(self, stream: TextIO, formatter: logging.Formatter | None) -> None:
        super().__init__(stream)
        self.on_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.setFormatter(Brief() if self.on_terminal else formatter)
        self._running: dict[str, tuple[str, float]] = {}  # node -> text, and since when it runs
        self._drawn: list[int] = []  # columns of each line
        self._written = time.monotonic()
        self._drawn_at = 0.0
        self._stopped = threading.Event()
        threading.Thread(target=self._tick, name="narration", daemon=True).start()

    def show(self, text: str, node: str = "") -> None:
        """Say how far a node is; it has ended where the text is empty."""
        with self._locked():
            now = time.monotonic()
            if text:
                self._written = self._written if self._running else now
                _, since = self._running.get(node, ("", now))
                self._running[node] = " ".join(text.split()), since
            else:
                self._running.pop(node, None)
            if not text or now - self._drawn_at > FRAME:
                self._draw()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; what runs is drawn again below it at the next tick."""
        self._erase()
        super().emit(record)
        self._written = time.monotonic()

    def stop(self) -> None:
        """Leave the terminal as it is without the last lines."""
        with self._locked():
            self._running.clear()
            self._draw()
        self._stopped.set()

    def _locked(self) -> threading.RLock:
        assert self.lock is not None  # Handler.createLock made it
        return self.lock

    def _tick(self) -> None:
        while not self._stopped.wait(TICK):
            for text in self._due():
                LOG.info("%s", text)  # without the lock: other handlers write it too

    def _due(self) -> list[str]:
        """The lines to be written now; on a terminal none, as they are drawn there."""
        with self._locked():
            now = time.monotonic()
            if self.on_terminal:
                self._draw()
                return []
            longest = now - min((since for _, since in self._running.values()), default=now)
            is_due = now - self._written >= QUIET[longest > QUIET[1]]
            return self._timed() if is_due else []

    def _timed(self) -> list[str]:
        now = time.monotonic()
        return [f"{text} ({duration(now - since)})" for text, since in self._running.values()]

    def _draw(self) -> None:
        if self.on_terminal:
            columns, rows = _size(self.stream)
            texts = [_cut(text, columns - 1) for text in self._timed()]
            if len(texts) > (most := max(1, rows - 2)):
                texts[most - 1 :] = [f"and {len(texts) - most + 1} more"]
            self._erase()
            self._write("\n".join(texts))
            self._drawn, self._drawn_at = [_width(text) for text in texts], time.monotonic()

    def _erase(self) -> None:
        if self._drawn:
            self._write(UP.join(f"\r{' ' * width}\r" for width in reversed(self._drawn)))
            self._drawn = []

    def _write(self, text: str) -> None:
        encoding = self.stream.encoding or "utf-8"
        try:
            self.stream.write(text.encode(encoding, "replace").decode(encoding))
            self.stream.flush()
        except (OSError, ValueError):  # the terminal is gone, and the run goes on
            self.on_terminal = False


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


def _width(text: str) -> int:
    """Columns that a text takes: characters of Chinese, Japanese and Korean take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _cut(text: str, columns: int) -> str:
    while _width(text) > columns:
        text = text[: columns if len(text) > columns else -1]
    return text


def _size(stream: TextIO) -> tuple[int, int]:
    """Columns and rows of a terminal."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return SIZE
    return size.columns or SIZE[0], size.lines or SIZE[1]
