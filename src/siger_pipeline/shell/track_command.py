"""`kedro track`: results as runs of MLflow."""

from typing import cast

import click
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog

from siger_pipeline.shell.command import Command, options_of_run


def _track(env: str | None, trials: tuple[str, ...], to: str | None) -> None:
    """Record the newest results of TRIALS (default: all) as runs of MLflow, each once."""
    from siger_pipeline.shell.tracking import track

    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        catalog = cast(DataCatalog, context.catalog)
        for line in track(catalog, trials, context.config_loader["globals"]["dataset"], to):
            click.echo(line)


TRACK = Command(
    "track",
    params=[
        *options_of_run({"env"}),
        click.Argument(["trials"], nargs=-1),
        click.Option(["--to"], help="Address of the store; left out: MLFLOW_TRACKING_URI."),
    ],
    callback=_track,
    help=_track.__doc__,
)
