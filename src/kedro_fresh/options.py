"""Options of the commands, most of them those of `kedro run`, and errors in them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from traceback import walk_tb
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import pipelines as project_pipelines

# Options of Kedro's `run` by their names in Python.
SESSION = ("env", "params", "conf_source")
PIPELINES = ("pipeline", "pipelines")
SELECTION = (
    *PIPELINES,
    "tags",
    "node_names",
    "from_nodes",
    "to_nodes",
    "from_inputs",
    "to_outputs",
    "namespaces",
)
PRUNE = (
    click.Option(
        ["--keep"],
        type=click.IntRange(min=1),
        default=3,
        show_default=True,
        metavar="N",
        help="Leave the N newest versions of each dataset.",
    ),
    click.Option(
        ["--older-than"],
        type=click.IntRange(min=0),
        metavar="DAYS",
        help="Leave versions made in the last DAYS days, too.",
    ),
    click.Option(["--dry-run"], is_flag=True, help="Only show what would be removed."),
    click.Option(["--yes"], is_flag=True, help="Remove without asking."),
)

Options = Callable[[Iterable[str]], list[click.Parameter]]


class FreshCommand(click.Command):
    """A command that says in a sentence that Kedro knows no pipeline, node or tag of a name."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyError as error:
            if not _is_raised_by_kedro(error):
                raise
            known = ", ".join(project_pipelines)
            raise click.UsageError(f"no pipeline {error}; there are: {known}", ctx) from error
        except ValueError as error:
            if not _is_raised_by_kedro(error):
                raise
            raise click.UsageError(str(error), ctx) from error


def _is_raised_by_kedro(error: Exception) -> bool:
    """Whether an error comes from Kedro itself and not from a project's own module."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return modules[-1].partition(".")[0] == "kedro"


def run_options(names: Iterable[str]) -> list[click.Parameter]:
    """Kedro's options of `kedro run` with these names."""
    wanted = set(names)
    return [copy.copy(option) for option in kedro_run.params if option.name in wanted]
