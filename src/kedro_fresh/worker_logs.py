"""Log records of a worker, taken to the process of the run, whose handlers write them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from logging.handlers import QueueHandler
from typing import Any

Send = Callable[[logging.LogRecord], None]
STANDARD = set(vars(logging.makeLogRecord({})))


class Sending(QueueHandler):
    """Sends each record with its text, the node that ran, and those extras that are plain values.

    Objects stay behind: the process of the run would have to import their modules.
    """

    def __init__(self, send: Send, node: str) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self.send, self.node = send, node

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send it; the text is made and the exception is part of it."""
        extras = vars(record).keys() - STANDARD
        for name in extras:
            if not isinstance(getattr(record, name), str | int | float | None):
                delattr(record, name)
        record.node = self.node
        self.send(record)


def levels() -> dict[str, int]:
    """The level of each logger that has one of its own, by name; the root's is empty."""
    loggers = logging.root.manager.loggerDict.items()
    named = {name: log.level for name, log in loggers if isinstance(log, logging.Logger)}
    return {"": logging.root.level, **{name: level for name, level in named.items() if level}}


@contextmanager
def sent(node: str, levels: Mapping[str, int], send: Send) -> Iterator[None]:
    """Meanwhile all records of these levels are sent, and no handler of this process writes."""
    for name in levels:
        logging.getLogger(name)
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    before: list[tuple[logging.Logger, dict[str, Any]]] = [
        (log, {name: getattr(log, name) for name in ("handlers", "level", "propagate")})
        for log in loggers
        if isinstance(log, logging.Logger)
    ]
    for log, _ in before:
        log.handlers, log.propagate = [], True
        log.setLevel(levels.get("" if log is logging.root else log.name, logging.NOTSET))
    logging.root.handlers = [Sending(send, node)]
    try:
        yield
    finally:
        for log, attributes in before:
            log.setLevel(attributes["level"])
            log.handlers, log.propagate = attributes["handlers"], attributes["propagate"]


def received(record: logging.LogRecord) -> None:
    """Hand a worker's record to the handlers and filters of this process."""
    logging.getLogger(record.name).handle(record)
