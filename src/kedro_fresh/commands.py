"""`kedro fresh status`, `origin`, `check`, `verify`, `prune`: for every project with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import click
from kedro.framework.project import pipelines as project_pipelines

from kedro_fresh import inspection, removal
from kedro_fresh.checks import Check
from kedro_fresh.opened import Names
from kedro_fresh.options import (
    PIPELINES,
    PRUNE,
    SELECTION,
    SESSION,
    FreshCommand,
    Options,
    run_options,
)


def fresh_group(
    command: type[click.Command] = FreshCommand,
    options: Options = run_options,
    check: Check | None = None,
    all_names: Names = lambda: list(project_pipelines),
) -> click.Group:
    """The commands; a project may give them its own way of reading options and showing errors.

    Args:
        command: class of each command.
        options: the project's own options of `kedro run`, by name.
        check: as of `FreshRunner`, called with the nodes that would run.
        all_names: the names of all pipelines, asked for in a session: a project may build some of
            them only when they are looked up.
    """
    group = click.Group("fresh", help="What must run, and why; old versions.")

    def add(
        name: str, callback: Callable[..., None], names: Iterable[str], *more: click.Parameter
    ) -> None:
        params = [*options(names), *more]
        about = (callback.func if isinstance(callback, partial) else callback).__doc__
        made = command(name, params=params, callback=callback, help=about)
        group.add_command(made)

    add("status", partial(inspection.status, check), (*SESSION, *SELECTION))
    add("check", partial(inspection.check, all_names), (*SESSION, *PIPELINES))
    datasets = click.Argument(["datasets"], nargs=-1, required=True)
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="For programs.")
    add("origin", inspection.origin, (*SESSION, *PIPELINES), datasets, as_json)
    nodes = click.Argument(["nodes"], nargs=-1, required=True)
    add("verify", inspection.verify, SESSION, nodes)
    add("prune", partial(removal.prune, all_names), (*SESSION, *PIPELINES), *PRUNE)
    return group


cli = click.Group("kedro-fresh", commands=[fresh_group()])
