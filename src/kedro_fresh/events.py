"""What is going on, for whoever shows it: records of a logger with the attribute `node`."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from kedro.pipeline import Node

# What runs at the moment, nothing where the text is empty.
RUNNING = logging.getLogger("kedro_fresh.running")


def announce_coming(nodes: Iterable[Node]) -> None:
    """Which nodes a run executes, or may: attribute `coming`."""
    for node in nodes:
        RUNNING.debug("", extra={"node": node.name, "coming": True})


def announce_end(node: str, how: str) -> None:
    """A node is done with: attribute `ended`, such as `ran`, `fresh` or `failed`."""
    RUNNING.debug("", extra={"node": node, "ended": how})
