"""`kedro recommend` and `kedro similar`: what the folder of a trial's recommender answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from kedro.framework.session import KedroSession
from kedro.io import DataCatalog

from kedro_fresh.locations import locations
from siger_pipeline.shell.answer import check_ending, give
from siger_pipeline.shell.asked_ids import asked_ids
from siger_pipeline.shell.command import Command, options_of_run
from siger_pipeline.shell.recommender_folder import recommender_folder

if TYPE_CHECKING:
    from siger_pipeline.serving import FittedRecommender

LOG = logging.getLogger(__name__)
OUT = "File of the answer: .csv, .parquet or .json; left out: a table to read."
TRIAL = "Trial whose recommender answers; left out: siger, or the only one."


def _recommend(
    env: str | None,
    trial: str | None,
    users: str | None,
    users_file: Path | None,
    k: int,
    exclude: str,
    explain: bool,
    out: Path | None,
) -> None:
    """The best items of each of some users, and with --explain why."""
    check_ending(out)
    asked = asked_ids("users", users, users_file)
    fitted = _loaded(env, trial)
    known, unknown = fitted.users.known(asked)
    tables = fitted.recommend_in_blocks(known, k, exclude)  # type: ignore[arg-type]
    if explain:
        tables = map(fitted.explained, tables)
    if strangers := fitted.without_history(known):
        message = "%d of the users have no training interaction, so that what they get says "
        LOG.warning(message + "nothing of them, such as %s", len(strangers), strangers[0])
    give(tables, "user", known, unknown, out)


def _similar(
    env: str | None,
    trial: str | None,
    items: str | None,
    items_file: Path | None,
    k: int,
    by: str | None,
    out: Path | None,
) -> None:
    """The items that are most similar to each of some items."""
    check_ending(out)
    asked = asked_ids("items", items, items_file)
    fitted = _loaded(env, trial)
    known, unknown = fitted.items.known(asked)
    give(fitted.similar_in_blocks(known, k, by), "item", known, unknown, out)


def newest_recommender(env: str | None, trial: str | None) -> Path:
    """The folder of the newest recommender of a trial: `…/recommender/<version>/recommender`."""
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        place = locations(cast(DataCatalog, context.catalog), ["recommender"])["recommender"]
        return recommender_folder(place, trial, env)


def _loaded(env: str | None, trial: str | None) -> FittedRecommender:
    """The newest recommender of a trial."""
    from siger_pipeline.serving import load

    return load(newest_recommender(env, trial))


def _command(name: str, callback: Callable[..., Any], what: str, more: Iterable[Any]) -> Command:
    """A command that asks a recommender about some users or items."""
    path = click.Path(path_type=Path, dir_okay=False)
    return Command(
        name,
        params=[
            *options_of_run({"env"}),
            click.Option(["--trial"], help=TRIAL),
            click.Option([f"--{what}"], help=f"Ids of {what}, with commas between them."),
            click.Option([f"--{what}-file"], type=path, help="File with an id on each line."),
            click.Option(
                ["--k"],
                type=click.IntRange(min=1),
                default=10,
                show_default=True,
                help="Length of a list.",
            ),
            *more,
            click.Option(["--out"], type=path, help=OUT),
        ],
        callback=callback,
        help=callback.__doc__,
    )


RECOMMEND = _command(
    "recommend",
    _recommend,
    "users",
    [
        click.Option(
            ["--exclude"],
            type=click.Choice(["seen", "none"]),
            default="seen",
            show_default=True,
            help="What is not recommended: what the user has already, or nothing.",
        ),
        click.Option(["--explain"], is_flag=True, help="Say what of the history carries a score."),
    ],
)
SIMILAR = _command(
    "similar",
    _similar,
    "items",
    [
        click.Option(
            ["--by"],
            help="embedding, content:<modality>, graph:<name> or cooccurrence; left out: embedding,"
            " of a model without embeddings cooccurrence.",
        )
    ],
)
