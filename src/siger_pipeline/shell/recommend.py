"""`kedro recommend` and `kedro similar`: what the folder of a trial's recommender answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from siger_pipeline.shell.answer import check_ending, give
from siger_pipeline.shell.asked_ids import asked_ids
from siger_pipeline.shell.command import Command, options_of_run
from siger_pipeline.shell.fold_in import tell
from siger_pipeline.shell.loaded_recommender import OF_RECOMMENDER, loaded
from siger_pipeline.shell.newcomer_files import read_histories

if TYPE_CHECKING:
    from siger_pipeline.serving import FittedRecommender

LOG = logging.getLogger(__name__)
OUT = "File of the answer: .csv, .parquet or .json; left out: a table to read."
SOMEBODY = "new"  # the user of --history


def _recommend(
    env: str | None,
    trial: str | None,
    folder: Path | None,
    users: str | None,
    users_file: Path | None,
    k: int,
    exclude: str,
    explain: bool,
    history: str | None,
    histories: Path | None,
    index: bool,
    out: Path | None,
) -> None:
    """The best items of each of some users, and with --explain why.

    People whom the recommender does not know are asked for by what they have: --history a,b,c of
    one of them, --histories FILE of several.
    """
    check_ending(out)
    if history or histories:
        if users or users_file or (history and histories):
            raise click.UsageError("name --users, --users-file, --history or --histories: one")
        people = read_histories(histories) if histories else {SOMEBODY: _listed(str(history))}
        grown = loaded(env, trial, folder).with_newcomers(people)
        new = [user for user in people if user not in grown.left_out]
        _give(grown, new, [], k, exclude, explain, index, out)
        tell(grown)
        return
    asked = asked_ids("users", users, users_file)
    fitted = loaded(env, trial, folder)
    known, unknown = fitted.users.known(asked)
    if strangers := fitted.without_history(known):
        message = "%d of the users have no training interaction, so that what they get says "
        LOG.warning(message + "nothing of them, such as %s", len(strangers), strangers[0])
    _give(fitted, known, unknown, k, exclude, explain, index, out)


def _listed(ids: str) -> list[str]:
    return [one.strip() for one in ids.split(",") if one.strip()]


def _give(
    fitted: FittedRecommender,
    known: list[str],
    unknown: list[str],
    k: int,
    exclude: str,
    explain: bool,
    index: bool,
    out: Path | None,
) -> None:
    if index:
        LOG.info("%s", fitted.use_index())
    tables = fitted.recommend_in_blocks(known, k, exclude)  # type: ignore[arg-type]
    if explain:
        tables = map(fitted.explained, tables)
    give(tables, "user", known, unknown, out)


def _similar(
    env: str | None,
    trial: str | None,
    folder: Path | None,
    items: str | None,
    items_file: Path | None,
    k: int,
    by: str | None,
    out: Path | None,
) -> None:
    """The items that are most similar to each of some items."""
    check_ending(out)
    asked = asked_ids("items", items, items_file)
    fitted = loaded(env, trial, folder)
    known, unknown = fitted.items.known(asked)
    give(fitted.similar_in_blocks(known, k, by), "item", known, unknown, out)


def _command(name: str, callback: Callable[..., Any], what: str, more: Iterable[Any]) -> Command:
    """A command that asks a recommender about some users or items."""
    path = click.Path(path_type=Path, dir_okay=False)
    return Command(
        name,
        params=[
            *options_of_run({"env"}),
            *OF_RECOMMENDER,
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
        click.Option(
            ["--index"],
            is_flag=True,
            help="Seek items by an index where the catalogue is large; its recall is told.",
        ),
        click.Option(["--history"], help="Items of one person who is new, with commas."),
        click.Option(
            ["--histories"],
            type=click.Path(path_type=Path, dir_okay=False),
            help="File of people who are new: columns user and item.",
        ),
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
