"""The project's own `kedro` commands: `run` with its cache, `status`, `verify` and `compare`."""

import copy
import gc
import os
from collections import Counter
from typing import Any, cast

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.errors import interrupted
from siger_pipeline.shell.choice import choice_error
from siger_pipeline.shell.comparison import comparison
from siger_pipeline.shell.console import prepare_console
from siger_pipeline.shell.narration import leave_terminal
from siger_pipeline.shell.preflight import check_before_run
from siger_pipeline.shell.runtime_params import parse_params
from siger_pipeline.shell.sentences import sentence_of
from siger_pipeline.shell.yaml_faults import section_fault

CACHING_RUNNER = "kedro_fresh.runner.CachingRunner"
RUNNERS = {None, CACHING_RUNNER, "SequentialRunner", "kedro.runner.SequentialRunner"}
# Kedro imports this module at the start of each of its commands, its own ones too.
prepare_console()
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


def _options(names: set[str] | None = None) -> list[click.Parameter]:
    """Options of Kedro's `run`, by name or all; of `--params`, values may be lists."""
    chosen = [copy.copy(one) for one in kedro_run.params if names is None or one.name in names]
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
    from kedro_fresh.status import status

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
        params=_options(STATUS_OPTIONS),
        callback=_status,
        help=_status.__doc__,
    )
)


def _verify(
    env: str | None, params: dict[str, Any], conf_source: str | None, nodes: tuple[str, ...]
) -> None:
    """Run NODES twice, in processes of their own, and compare what they make byte for byte.

    It shows whether a node is deterministic, as `kedro run` takes it to be: the two processes order
    sets in different ways, start from other random states and at another time. What the catalog
    holds is read, and left as it is. A node that trains takes as long as two trainings. The exit
    code is 1 if an output differs, unless its `metadata` in the catalog say `measured: true`.
    """
    from kedro_fresh.verify import verify

    options: dict[str, Any] = {"env": env, "conf_source": conf_source, "runtime_params": params}
    differs = False
    with KedroSession.create(**options) as session:
        context = cast(KedroSession, session).load_context()
        for found in verify(nodes, cast(DataCatalog, context.catalog), options):
            differs |= found.same is False
            click.secho(found.text, fg=VERIFIED[found.same])
    if differs:
        click.get_current_context().exit(1)


VERIFIED = {True: "green", False: "red", None: None}

cli.add_command(
    _Command(
        "verify",
        params=[
            *_options({"env", "params", "conf_source"}),
            click.Argument(["nodes"], nargs=-1, required=True),
        ],
        callback=_verify,
        help=_verify.__doc__,
    )
)


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
