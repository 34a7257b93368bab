"""The command that removes old versions."""

from __future__ import annotations

from typing import Any

import click

from kedro_fresh.opened import Names, named, opened, show


def prune(
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
    given = named(pipeline, pipelines)
    session = {"env": env, "params": params, "conf_source": conf_source}
    with opened(lambda: [*given, *all_names()], **session) as (project, catalog):
        chosen = [project[name] for name in given or project]
        pruning = Pruning(chosen, project.values(), catalog)
        show(str(rule))
        old = pruning.old(rule)
        for line in lines(old):
            show(line)
        if pruning.elsewhere:
            show(f"Not on a local disk, and left: {', '.join(pruning.elsewhere)}.")
        total = summary(old)
        if dry_run or not old:
            show(f"To be removed: {total}." if old else "There is nothing to remove.")
            return
        if not yes:
            click.confirm(f"Remove {total}?", abort=True)
        pruning.remove(old)
        show(f"Removed: {total}.")
