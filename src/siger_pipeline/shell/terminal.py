"""The console of a run: log lines, and below them what runs at the moment."""

from __future__ import annotations

import logging
import os
import threading
import time
import unicodedata
from typing import TextIO

from kedro_fresh.phrases import duration

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
            self._text = " ".join(text.split())
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
            text = _cut(self._timed(), _columns(self.stream) - 1)
            self._erase()
            self._write(text)
            self._drawn, self._drawn_at = _width(text), time.monotonic()

    def _erase(self) -> None:
        if self._drawn:
            self._write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

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


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return WIDTH
