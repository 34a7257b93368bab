"""The project's own commands: `run` with its cache, `status`, `fresh`, `compare` and `site`."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog

from kedro_fresh.commands import fresh_group, run_options
from kedro_fresh.errors import interrupted
from siger_pipeline.shell.caching import OPTIONS
from siger_pipeline.shell.choice import KINDS, choice_error
from siger_pipeline.shell.comparison import comparison
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.console import prepare_console
from siger_pipeline.shell.current import all_pipelines
from siger_pipeline.shell.garbage import collect_rarely
from siger_pipeline.shell.narration import leave_terminal
from siger_pipeline.shell.preflight import check_before_run
from siger_pipeline.shell.runtime_params import parse_params
from siger_pipeline.shell.search import Searched, search, sweeps_among
from siger_pipeline.shell.sentences import sentence_of
from siger_pipeline.shell.site import environments, write_site
from siger_pipeline.shell.study_file import RESERVED as STAGES
from siger_pipeline.shell.yaml_faults import section_fault

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


class _Command(click.Command):
    """What a person can mend is told in a sentence, without a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an option that is given twice, and a file of `--config` that says nothing."""
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(order).items():
            if times > 1 and isinstance(option, click.Option) and not option.is_flag:
                raise click.UsageError(
                    f"{option.opts[0]} is given {times} times, and only one would count: give it "
                    "once, its values with commas between them",
                    ctx,
                )
        if (path := values.get("config")) and (problem := section_fault(path, str(ctx.info_name))):
            raise click.UsageError(f"--config: {path}, {problem}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            leave_terminal()
            raise
        except Exception as error:
            if interrupted(error):
                leave_terminal()
                raise KeyboardInterrupt from error
            if told := sentence_of(error):
                raise click.ClickException(told) from error
            if choice := choice_error(error, ctx.params):
                raise click.UsageError(choice, ctx) from error
            raise


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


def _read_params(ctx: click.Context, _: click.Parameter, value: Any) -> dict[str, Any]:
    """The value of `--params`, or what `--config` gives in its place."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise click.UsageError(f"--config: params is {value!r}, wanted are keys with values", ctx)
    try:
        return parse_params(value)
    except ValueError as error:
        raise click.UsageError(f"--params: {error}", ctx) from error


def _options(names: Iterable[str] | None = None) -> list[click.Parameter]:
    """Options of Kedro's `run`, by name or all; of `--params`, values may be lists."""
    chosen = run_options(names or [str(option.name) for option in kedro_run.params])
    for option in chosen:
        if option.name == "params":
            option.callback = _read_params
    return chosen


cli.add_command(
    _Command(
        "run",
        params=[
            *_options(),
            click.Option(["--force"], is_flag=True, help="Run every node, fresh or not."),
        ],
        callback=_run,
        help="Run the pipeline: the nodes that must, by their code, parameters and inputs.",
    )
)


fresh = fresh_group(_Command, _options, check_before_run, all_pipelines)
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
    _Command(
        "compare",
        params=[
            *_options({"env"}),
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
    _Command(
        "site",
        params=[
            *_options({"env"}),
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


def _track(env: str | None, trials: tuple[str, ...], to: str | None) -> None:
    """Record the newest results of TRIALS (default: all) as runs of MLflow, each once."""
    from siger_pipeline.shell.tracking import track

    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        catalog = cast(DataCatalog, context.catalog)
        for line in track(catalog, trials, context.config_loader["globals"]["dataset"], to):
            click.echo(line)


cli.add_command(
    _Command(
        "track",
        params=[
            *_options({"env"}),
            click.Argument(["trials"], nargs=-1),
            click.Option(["--to"], help="Address of the store; left out: MLFLOW_TRACKING_URI."),
        ],
        callback=_track,
        help=_track.__doc__,
    )
)
