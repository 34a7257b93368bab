"""The project that a command works on, opened by the options of a session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import click
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

Names = Callable[[], Iterable[str]]


@contextmanager
def opened(names: Names, **session: Any) -> Iterator[tuple[dict[str, Pipeline], DataCatalog]]:
    """The project's pipelines of these names and its catalog, for the options of a session.

    Pipelines are looked up first, as Kedro's run does: a project may make entries for them.
    """
    session["runtime_params"] = session.pop("params")
    with KedroSession.create(**session) as started:
        context = cast(KedroSession, started).load_context()
        pipelines = {name: project_pipelines[name] for name in names()}
        yield pipelines, cast(DataCatalog, context.catalog)


def named(pipeline: str | None, pipelines: list[str]) -> list[str]:
    """The pipelines that the options name; none where they name none."""
    return [pipeline] if pipeline else pipelines


def show(line: str, colour: str | None = None) -> None:
    """Print a line, without its colour where that is not wanted."""
    click.secho(line, fg=None if os.environ.get("NO_COLOR") else colour or None)
