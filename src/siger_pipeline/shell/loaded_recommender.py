"""The recommender that a command asks: a trial's newest, or that of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog

from kedro_fresh.locations import locations
from siger_pipeline.shell.recommender_folder import recommender_folder

if TYPE_CHECKING:
    from siger_pipeline.serving import FittedRecommender

OF_RECOMMENDER = (
    click.Option(
        ["--trial"], help="Trial whose recommender answers; left out: siger, or the only one."
    ),
    click.Option(
        ["--folder"],
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of a recommender, in place of a trial's.",
    ),
)


def loaded(env: str | None, trial: str | None, folder: Path | None) -> FittedRecommender:
    """The recommender of a folder, or the newest one of a trial."""
    if folder and (env or trial):
        raise click.UsageError("--folder names a recommender: leave out --env and --trial")
    from siger_pipeline.serving import load

    return load(folder or _of_trial(env, trial))


def _of_trial(env: str | None, trial: str | None) -> Path:
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        place = locations(cast(DataCatalog, context.catalog), ["recommender"])["recommender"]
        return recommender_folder(place, trial, env)
