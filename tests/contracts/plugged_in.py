"""The recommenders of `awkward` as plug-ins of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint

from contracts.awkward import AWKWARD
from siger_pipeline import plugins


@contextmanager
def awkward_models() -> Iterator[None]:
    """They are found as if their package were installed."""
    installed = plugins.entry_points

    def entry_points(*, group: str) -> list[EntryPoint]:
        ours = group == plugins.RECOMMENDERS.folder
        points = [EntryPoint(name, f"contracts.awkward.{name}", group) for name in AWKWARD]
        return [*installed(group=group), *(points if ours else [])]

    plugins.entry_points = entry_points  # type: ignore[assignment]
    plugins._modules.cache_clear()
    try:
        yield
    finally:
        plugins.entry_points = installed
        plugins._modules.cache_clear()
