"""What would stop a run in the midst of it: looked for as soon as it can be known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from kedro.io import DataCatalog
from kedro.pipeline import Node

from kedro_fresh.freshness import Freshness
from kedro_fresh.pinned import PinnedCatalog
from kedro_fresh.plan import Plan

Later = Callable[[DataCatalog], None]
"""Raises what the data of a dataset show; they are loaded from the catalog."""
Check = Callable[[Iterable[Node], DataCatalog], Mapping[str, Later] | None]
"""The nodes that will run, catalog -> dataset -> what is to be looked for once it is there."""


def look(check: Check | None, planned: Plan, force: bool = False) -> dict[str, Later]:
    """Check what is known before the first node; what is left for datasets that nodes will make."""
    if check is None:
        return {}
    coming = planned.coming(force)
    later = dict(check(coming, planned.freshness.catalog) or {})
    made = {name for node in coming for name in node.outputs}
    look_again(later, sorted(later.keys() - made), planned.freshness)
    return later


def look_again(later: dict[str, Later], there: Iterable[str], freshness: Freshness) -> None:
    """Check what these datasets show, each once."""
    for name in there:
        if check := later.pop(name, None):
            view = PinnedCatalog(freshness.catalog, freshness.versions.to_load())
            check(cast(DataCatalog, view))
