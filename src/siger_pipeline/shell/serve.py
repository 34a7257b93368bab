"""`kedro serve`: the recommender of a trial over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from siger_pipeline.shell.command import Command, options_of_run
from siger_pipeline.shell.loaded_recommender import OF_RECOMMENDER, newest_recommender


def _serve(
    env: str | None,
    trial: str | None,
    folder: Path | None,
    host: str,
    port: int,
    workers: int,
    index: bool,
) -> None:
    """Answer requests for recommendations and similar items, also of new users and items."""
    if folder and (env or trial):
        raise click.UsageError("--folder names a recommender itself: leave out --env and --trial")
    from siger_pipeline.service.start import serve

    # The folder of versions, so that a newer one is found.
    serve(folder or newest_recommender(env, trial).parents[1], host, port, workers, index)


SERVE = Command(
    "serve",
    params=[
        *options_of_run({"env"}),
        *OF_RECOMMENDER,
        click.Option(["--host"], default="127.0.0.1", show_default=True, help="Where to listen."),
        click.Option(
            ["--port"], type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port."
        ),
        click.Option(
            ["--workers"],
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Processes that answer.",
        ),
        click.Option(
            ["--index"],
            is_flag=True,
            help="Seek items by an index where the catalogue is large; /health tells its recall.",
        ),
    ],
    callback=_serve,
    help=_serve.__doc__,
)
