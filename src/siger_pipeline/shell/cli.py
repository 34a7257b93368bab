"""The project's own commands: `run` with its cache, `status`, `compare`, `site` and others."""

from pathlib import Path
from typing import Any, cast

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog

from kedro_fresh.commands import fresh_group
from siger_pipeline.shell.caching import OPTIONS
from siger_pipeline.shell.choice import KINDS
from siger_pipeline.shell.command import Command, options_of_run
from siger_pipeline.shell.comparison import comparison
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.console import prepare_console
from siger_pipeline.shell.current import all_pipelines
from siger_pipeline.shell.fold_in import FOLD_IN
from siger_pipeline.shell.garbage import collect_rarely
from siger_pipeline.shell.preflight import check_before_run
from siger_pipeline.shell.recommend import RECOMMEND, SIMILAR
from siger_pipeline.shell.search import Searched, search, sweeps_among
from siger_pipeline.shell.shop_command import SHOP
from siger_pipeline.shell.site import environments, write_site
from siger_pipeline.shell.study_file import RESERVED as STAGES
from siger_pipeline.shell.track_command import TRACK

FRESH_RUNNER = "kedro_fresh.FreshRunner"
RUNNER_PARAMS = {"workers", "executor"}
CHOOSING = {
    *KINDS,
    "namespaces",
    "load_versions",
}  # a part of what a sweep has found: none is sought
RUNNERS = {None, FRESH_RUNNER, "SequentialRunner", "kedro.runner.SequentialRunner"}
# Kedro imports this module at the start of each of its commands, its own ones too.
prepare_console()


@click.group(name="siger-pipeline")
def cli() -> None:
    """Commands of this project."""


def _check_way_of_running(
    runner: str | None, runner_params: dict[str, Any], options: dict[str, Any]
) -> None:
    """Refuse what Kedro offers and this project cannot do."""
    if options["only_missing_outputs"]:
        raise click.UsageError(
            "--only-missing-outputs asks whether files exist, not whether they are up to date:"
            " leave it out, since `FreshRunner` looks at their contents itself"
        )
    if options["is_async"] or runner_params.get("is_async"):
        raise click.UsageError(
            "--async is not for this project: leave it out, since training saves its outputs"
            " together, epoch by epoch"
        )
    if runner not in RUNNERS:
        raise click.UsageError(
            f"--runner {runner}: this project runs by `FreshRunner`, which runs nodes side by"
            " side with `--runner-params workers=2`: leave out --runner, or take SequentialRunner"
        )
    known = RUNNER_PARAMS if runner in (None, FRESH_RUNNER) else set()
    if unknown := sorted(runner_params.keys() - known - {"is_async"}):
        raise click.UsageError(
            f"--runner-params {', '.join(unknown)}: known are {', '.join(sorted(RUNNER_PARAMS))},"
            " for `FreshRunner`"
        )


def _run(force: bool, runner: str | None, runner_params: dict[str, Any], **options: Any) -> Any:
    """Kedro's own `run`; the runner skips what is fresh, unless another one is asked for."""
    collect_rarely()
    _check_way_of_running(runner, runner_params, options)
    # Kedro warns of its older spelling, by which everybody knows it.
    if (one := options["pipeline"]) and not options["pipelines"]:
        options |= {"pipeline": None, "pipelines": [one]}
    if force and runner:
        raise click.UsageError("--force is for `FreshRunner`: leave out --runner")
    if runner in (None, FRESH_RUNNER):
        runner, runner_params = FRESH_RUNNER, {**runner_params, **OPTIONS, "force": force}
    assert kedro_run.callback is not None
    swept = _sweeps(runner, runner_params, options)
    under_way = {name for name, done in swept.items() if done.under_way}
    options["pipelines"] = [name for name in options["pipelines"] if name not in under_way]
    done = None
    if options["pipelines"] or not under_way:
        done = kedro_run.callback(runner=runner, runner_params=runner_params, **options)
    for searched in swept.values():
        searched.check()
    return done


def _sweeps(
    runner: str, runner_params: dict[str, Any], options: dict[str, Any]
) -> dict[str, Searched]:
    """Search the sweeps among the pipelines that are run, before what they found is tabulated."""
    if not set(options["pipelines"]) - STAGES or any(options[key] for key in CHOOSING):
        return {}
    keys = {"env": "env", "conf_source": "conf_source", "runtime_params": "params"}
    session = {key: options[option] for key, option in keys.items()}
    found = sweeps_among(options["pipelines"], session)
    if found and (runner != FRESH_RUNNER or runner_params.keys() & RUNNER_PARAMS):
        raise click.UsageError(
            f"{', '.join(found)}: a sweep trains one point at a time by `FreshRunner`; for several "
            "side by side, start the same command several times, and leave out --runner and "
            "--runner-params"
        )
    return {name: search(sweep, session) for name, sweep in found.items()}


cli.add_command(
    Command(
        "run",
        params=[
            *options_of_run(),
            click.Option(["--force"], is_flag=True, help="Run every node, fresh or not."),
        ],
        callback=_run,
        help="Run the pipeline: the nodes that must, by their code, parameters and inputs.",
    )
)


fresh = fresh_group(Command, options_of_run, check_before_run, all_pipelines)
cli.add_command(fresh)
cli.add_command(fresh.commands["status"])  # the short name of `kedro fresh status`


def _compare(env: str | None, trials: tuple[str, ...]) -> None:
    """Test metrics of TRIALS (default: all with results) beside the floors, for one data set."""
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        catalog = cast(DataCatalog, context.catalog)
        for line in comparison(catalog, trials, context.config_loader["globals"]["dataset"]):
            click.echo(line)


cli.add_command(
    Command(
        "compare",
        params=[
            *options_of_run({"env"}),
            click.Argument(["trials"], nargs=-1),
        ],
        callback=_compare,
        help=_compare.__doc__,
    )
)


def _site(env: str | None, out: Path | None) -> None:
    """Write all results of all data sets as pages to look at, without a network."""
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        found = environments(cast(ProjectConfigLoader, context.config_loader))
        for line in write_site(cast(DataCatalog, context.catalog), found, out):
            click.echo(line)


cli.add_command(
    Command(
        "site",
        params=[
            *options_of_run({"env"}),
            click.Option(
                ["--out"],
                type=click.Path(path_type=Path),
                help="Folder of the site; left out: site beside those of the data sets.",
            ),
        ],
        callback=_site,
        help=_site.__doc__,
    )
)


for added in (RECOMMEND, SIMILAR, FOLD_IN, SHOP, TRACK):
    cli.add_command(added)
