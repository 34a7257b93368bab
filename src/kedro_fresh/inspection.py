"""Commands that look: what must run, what made a dataset, what crosses stages, what differs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click
from kedro.pipeline import Pipeline

from kedro_fresh.checks import Check
from kedro_fresh.opened import Names, named, opened, show

VERDICT_COLOURS = {True: "green", False: "red", None: None}


def status(
    check: Check | None,
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
    namespaces: list[str],
    **selection: Any,
) -> None:
    """Each node fresh or stale, and why: what a run with the same options would do."""
    from kedro_fresh.status import status as states

    names = named(pipeline, pipelines) or ["__default__"]
    session = {"env": env, "params": params, "conf_source": conf_source}
    with opened(lambda: names, **session) as (pipelines_by_name, catalog):
        chosen = sum(pipelines_by_name.values(), Pipeline([]))
        chosen = chosen.filter(node_namespaces=namespaces, **selection)
        for line, colour in states(chosen, catalog, check):
            show(line, colour)


def origin(
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

    names = named(pipeline, pipelines) or ["__default__"]
    session = {"env": env, "params": params, "conf_source": conf_source}
    with opened(lambda: names, **session) as (chosen, catalog):
        freshness = open_freshness(sum(chosen.values(), Pipeline([])), catalog)
        found = origins(datasets, freshness)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        for line in lines(each):
            show(line)


def check(
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

    chosen = named(pipeline, pipelines)
    session = {"env": env, "params": params, "conf_source": conf_source}
    with opened(lambda: chosen or all_names(), **session) as (looked_at, catalog):
        found = {one for each in looked_at.values() for one in crossings(each, catalog)}
    lost = sorted(str(one) for one in found if not one.persisted)
    for line in lost:
        show(f"{line}: not persisted by the catalog", "red")
    if lost:
        click.get_current_context().exit(1)
    stages = {stage_of(node) for each in looked_at.values() for node in each.nodes}
    if len(stages) < 2:
        show(f"There is one stage ({', '.join(stages) or 'no node'}): nothing goes to another.")
        return
    number = len({one.dataset for one in found})
    show(f"{number} datasets go from one stage to another; the catalog persists all of them.")


def verify(
    env: str | None, params: dict[str, Any], conf_source: str | None, nodes: tuple[str, ...]
) -> None:
    """Run NODES twice, in processes of their own, and compare what they make byte for byte.

    It shows whether a node is deterministic, as `FreshRunner` takes it to be: the two processes
    order sets in different ways, start from other random states and at another time. What the
    catalog holds is read, and stays as it is. A node that trains takes as long as two trainings.
    The exit code is 1 if an output differs, unless its `metadata` in the catalog say
    `measured: true`.
    """
    from kedro_fresh.verify import verify as verdicts

    session = {"env": env, "conf_source": conf_source, "runtime_params": params}
    differs = False
    with opened(tuple, env=env, params=params, conf_source=conf_source) as (_, catalog):
        for line in verdicts(nodes, catalog, session):
            differs |= line.same is False
            show(line.text, VERDICT_COLOURS[line.same])
    if differs:
        click.get_current_context().exit(1)
