"""The project's own `kedro` commands: `run` with its cache, `status` and `compare`."""

import gc
import os
from typing import Any, cast

import click
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from siger_pipeline.choice import choice_error
from siger_pipeline.comparison import comparison
from siger_pipeline.errors import interrupted, user_error
from siger_pipeline.narration import leave_terminal
from siger_pipeline.preflight import check_before_run

CACHING_RUNNER = "siger_pipeline.caching.runner.CachingRunner"
RUNNERS = {None, CACHING_RUNNER, "SequentialRunner", "kedro.runner.SequentialRunner"}
# Of the middle generation, between two that look through all objects (see `gc.set_threshold`).
COLLECTIONS = 200
STATUS_OPTIONS = {
    "env",
    "params",
    "conf_source",
    "pipeline",
    "pipelines",
    "tags",
    "node_names",
    "from_nodes",
    "to_nodes",
    "from_inputs",
    "to_outputs",
}


@click.group(name="siger-pipeline")
def cli() -> None:
    """Commands of this project."""


class _Command(click.Command):
    """What a person can mend is told in a sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MissingConfigException as error:
            raise click.ClickException(f"{error}. An environment is a folder of conf/.") from error
        except KeyboardInterrupt:
            leave_terminal()
            raise
        except Exception as error:
            if interrupted(error):
                leave_terminal()
                raise KeyboardInterrupt from error
            if told := user_error(error):
                raise click.ClickException(str(told)) from error
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
            " leave it out, since the caching runner looks at their contents itself"
        )
    if options["is_async"] or runner_params.get("is_async"):
        raise click.UsageError(
            "--async is not for this project: leave it out, since training saves its outputs"
            " together, epoch by epoch"
        )
    if runner not in RUNNERS:
        raise click.UsageError(
            f"--runner {runner}: the tables share one DuckDB connection, so nodes run one after"
            " another; leave out --runner, or take SequentialRunner"
        )


def _run(force: bool, runner: str | None, runner_params: dict[str, Any], **options: Any) -> Any:
    """Kedro's own `run`; the runner skips what is fresh, unless another one is asked for."""
    # A run imports a million objects that stay. By default Python looks through all of them for
    # garbage ten times before the first step of training, a second in all, and finds none.
    gc.set_threshold(*gc.get_threshold()[:2], COLLECTIONS)
    _check_way_of_running(runner, runner_params, options)
    # Kedro warns of its older spelling, by which everybody knows it.
    if (one := options["pipeline"]) and not options["pipelines"]:
        options |= {"pipeline": None, "pipelines": [one]}
    if force and runner:
        raise click.UsageError("--force is for the caching runner: leave out --runner")
    if not runner:
        own = {"force": force, "check": check_before_run}
        runner, runner_params = CACHING_RUNNER, {**runner_params, **own}
    assert kedro_run.callback is not None
    return kedro_run.callback(runner=runner, runner_params=runner_params, **options)


cli.add_command(
    _Command(
        "run",
        params=[
            *kedro_run.params,
            click.Option(["--force"], is_flag=True, help="Run every node, fresh or not."),
        ],
        callback=_run,
        help="Run the pipeline: the nodes that must, by their code, parameters and inputs.",
    )
)


def _status(
    env: str | None,
    params: dict[str, Any],
    conf_source: str | None,
    pipeline: str | None,
    pipelines: list[str],
    **selection: Any,
) -> None:
    """Each node fresh or stale, and why: what `kedro run` with the same options would do."""
    # Imported here: other commands have no use for it.
    from siger_pipeline.caching.status import status

    names = [pipeline] if pipeline else pipelines or ["__default__"]
    with KedroSession.create(env=env, conf_source=conf_source, runtime_params=params) as session:
        context = cast(KedroSession, session).load_context()
        chosen = sum((project_pipelines[name] for name in names), Pipeline([])).filter(**selection)
        catalog = cast(DataCatalog, context.catalog)
        for line, colour in status(chosen, catalog, check_before_run):
            click.secho(line, fg=None if os.environ.get("NO_COLOR") else colour or None)


cli.add_command(
    _Command(
        "status",
        params=[option for option in kedro_run.params if option.name in STATUS_OPTIONS],
        callback=_status,
        help=_status.__doc__,
    )
)


def _compare(env: str | None, models: tuple[str, ...]) -> None:
    """Test metrics of MODELS (default: all with results) beside the floors, for one data set."""
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        catalog = cast(DataCatalog, context.catalog)
        for line in comparison(catalog, models, context.config_loader["globals"]["dataset"]):
            click.echo(line)


cli.add_command(
    _Command(
        "compare",
        params=[
            *(option for option in kedro_run.params if option.name == "env"),
            click.Argument(["models"], nargs=-1),
        ],
        callback=_compare,
        help=_compare.__doc__,
    )
)
