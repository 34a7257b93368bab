"""`kedro fresh status`, `origin`, `check`, `verify`, `prune`: for every project with it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any, cast

import click
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.checks import Check
from kedro_fresh.options import (
    PIPELINES,
    PRUNE,
    SELECTION,
    SESSION,
    FreshCommand,
    Options,
    run_options,
)

Names = Callable[[], Iterable[str]]
VERDICT_COLOURS = {True: "green", False: "red", None: None}


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

    def status(**selection: Any) -> None:
        """Each node fresh or stale, and why: what a run with the same options would do."""
        _status(check, **selection)

    add("status", status, (*SESSION, *SELECTION))
    add("check", partial(_check, all_names), (*SESSION, *PIPELINES))
    datasets = click.Argument(["datasets"], nargs=-1, required=True)
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="For programs.")
    add("origin", _origin, (*SESSION, *PIPELINES), datasets, as_json)
    nodes = click.Argument(["nodes"], nargs=-1, required=True)
    add("verify", _verify, SESSION, nodes)
    add("prune", partial(_prune, all_names), (*SESSION, *PIPELINES), *PRUNE)
    return group


@contextmanager
def _project(names: Names, **session: Any) -> Iterator[tuple[dict[str, Pipeline], DataCatalog]]:
    """The project's pipelines of these names and its catalog, for the options of a session.

    Pipelines are looked up first, as Kedro's run does: a project may make entries for them.
    """
    session["runtime_params"] = session.pop("params")
    with KedroSession.create(**session) as opened:
        context = cast(KedroSession, opened).load_context()
        pipelines = {name: project_pipelines[name] for name in names()}
        yield pipelines, cast(DataCatalog, context.catalog)


def _named(pipeline: str | None, pipelines: list[str]) -> list[str]:
    return [pipeline] if pipeline else pipelines


def _status(
    check: Check | None,
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
    namespaces: list[str],
    **selection: Any,
) -> None:
    from kedro_fresh.status import status

    names = _named(pipeline, pipelines) or ["__default__"]
    session = {"env": env, "params": params, "conf_source": conf_source}
    with _project(lambda: names, **session) as (pipelines_by_name, catalog):
        chosen = sum(pipelines_by_name.values(), Pipeline([]))
        chosen = chosen.filter(node_namespaces=namespaces, **selection)
        for line, colour in status(chosen, catalog, check):
            _show(line, colour)


def _origin(
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
    datasets: tuple[str, ...],
    as_json: bool,
) -> None:
    """What made DATASETS, back to the raw files: nodes, parameters, hashes, versions, times.

    A dataset is named as in the catalog or by the path of its file. What is printed
    comes from the records of runs, for the bytes that the catalog holds now, and names inputs that
    have changed since. What a dataset was made from comes before it.
    """
    from kedro_fresh.origin import lines, origins
    from kedro_fresh.project import open_freshness

    names = _named(pipeline, pipelines) or ["__default__"]
    session = {"env": env, "params": params, "conf_source": conf_source}
    with _project(lambda: names, **session) as (chosen, catalog):
        freshness = open_freshness(sum(chosen.values(), Pipeline([])), catalog)
        found = origins(datasets, freshness)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        for line in lines(each):
            _show(line)


def _check(
    all_names: Names,
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
) -> None:
    """Which datasets go from one stage (top-level namespace) to another without being persisted.

    All pipelines of the project are looked at unless some are named. The exit code is 1 if there is
    such a dataset: a stage could not be run by itself, nor in a process or a machine of its own.
    """
    from kedro_fresh.crossings import crossings, stage_of

    named = _named(pipeline, pipelines)
    session = {"env": env, "params": params, "conf_source": conf_source}
    with _project(lambda: named or all_names(), **session) as (looked_at, catalog):
        found = {one for each in looked_at.values() for one in crossings(each, catalog)}
    lost = sorted(str(one) for one in found if not one.persisted)
    for line in lost:
        _show(f"{line}: not persisted by the catalog", "red")
    if lost:
        click.get_current_context().exit(1)
    stages = {stage_of(node) for each in looked_at.values() for node in each.nodes}
    if len(stages) < 2:
        _show(f"There is one stage ({', '.join(stages) or 'no node'}): nothing goes to another.")
        return
    number = len({one.dataset for one in found})
    _show(f"{number} datasets go from one stage to another; the catalog persists all of them.")


def _verify(
    env: str | None, params: dict[str, Any], conf_source: str | None, nodes: tuple[str, ...]
) -> None:
    """Run NODES twice, in processes of their own, and compare what they make byte for byte.

    It shows whether a node is deterministic, as `FreshRunner` takes it to be: the two processes
    order sets in different ways, start from other random states and at another time. What the
    catalog holds is read, and stays as it is. A node that trains takes as long as two trainings.
    The exit code is 1 if an output differs, unless its `metadata` in the catalog say
    `measured: true`.
    """
    from kedro_fresh.verify import verify

    session = {"env": env, "conf_source": conf_source, "runtime_params": params}
    differs = False
    with _project(tuple, env=env, params=params, conf_source=conf_source) as (_, catalog):
        for line in verify(nodes, catalog, session):
            differs |= line.same is False
            _show(line.text, VERDICT_COLOURS[line.same])
    if differs:
        click.get_current_context().exit(1)


def _prune(
    all_names: Names,
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
    keep: int,
    older_than: int | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Remove old versions of datasets, but none that a fresh result needs.

    The rule is printed first, then what it removes of each dataset that the pipelines make (all of
    the project's unless some are named), and then the question whether to go on. Datasets without
    versions and those that no pipeline makes stay as they are.
    """
    from kedro_fresh.old_versions import Rule, lines, summary
    from kedro_fresh.prune import Pruning

    rule = Rule(keep, older_than)
    named = _named(pipeline, pipelines)
    session = {"env": env, "params": params, "conf_source": conf_source}
    with _project(lambda: [*named, *all_names()], **session) as (project, catalog):
        chosen = [project[name] for name in named or project]
        pruning = Pruning(chosen, project.values(), catalog)
        _show(str(rule))
        old = pruning.old(rule)
        for line in lines(old):
            _show(line)
        if pruning.elsewhere:
            _show(f"Not on a local disk, and left: {', '.join(pruning.elsewhere)}.")
        total = summary(old)
        if dry_run or not old:
            _show(f"To be removed: {total}." if old else "There is nothing to remove.")
            return
        if not yes:
            click.confirm(f"Remove {total}?", abort=True)
        pruning.remove(old)
        _show(f"Removed: {total}.")


def _show(line: str, colour: str | None = None) -> None:
    click.secho(line, fg=None if os.environ.get("NO_COLOR") else colour or None)


cli = click.Group("kedro-fresh", commands=[fresh_group()])
