"""`kedro fold-in`: a recommender with new users and new items, without training."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from siger_pipeline.errors import InputError
from siger_pipeline.shell.command import Command, options_of_run
from siger_pipeline.shell.loaded_recommender import OF_RECOMMENDER, loaded
from siger_pipeline.shell.metrics import seen_from_here
from siger_pipeline.shell.newcomer_files import (
    pictures_in,
    read_histories,
    read_items,
    read_vectors,
)

if TYPE_CHECKING:
    from siger_pipeline.serving.recommender import GrownRecommender

LOG = logging.getLogger(__name__)
NAMED = 5  # newcomers in a line


def _fold_in(
    env: str | None,
    trial: str | None,
    folder: Path | None,
    histories: Path | None,
    items: Path | None,
    pictures: Path | None,
    vectors: tuple[tuple[str, Path], ...],
    out: Path,
) -> None:
    """A recommender with new users and new items, in a folder of its own, without training.

    Known users and items keep their scores, to the bit. `kedro recommend --folder` and `kedro
    similar --folder` then answer for everybody.
    """
    from siger_pipeline.serving.newcomer_checks import Newcomers

    if histories is None and items is None:
        raise click.UsageError("name who is new: --histories, --items, or both")
    if items is None and (pictures or vectors):
        raise click.UsageError("--pictures and --vectors are of new items: name these by --items")
    if out.exists():
        raise InputError(f"--out {out} is there already: name a folder that is not")
    people = read_histories(histories) if histories else {}
    rows = read_items(items) if items else Newcomers().items
    names = rows["item"].tolist()
    grown = loaded(env, trial, folder).with_newcomers(
        people,
        rows,
        {modality: read_vectors(file, names) for modality, file in vectors},
        pictures_in(pictures, names) if pictures else {},
    )
    write(grown, out)
    tell(grown)


def write(grown: GrownRecommender, out: Path) -> None:
    """Write the folder whole or not at all.

    Raises:
        InputError: another process has written it meanwhile.
    """
    from kedro_fresh.temporary import temporary_folder_beside

    with temporary_folder_beside(out) as place:
        grown.save(place / "new")
        try:
            (place / "new").rename(out)
        except OSError as error:
            raise InputError(f"{out} cannot be put in place: {error.strerror}") from error
    new = grown.parts.card["folded_in"]
    message = "%s: a recommender with %d users and %d items that were folded in"
    LOG.info(message, seen_from_here(out.absolute()), new["users"], new["items"])


def tell(grown: GrownRecommender) -> None:
    """Name who could not be placed, and refuse to call that a success.

    Raises:
        InputError: somebody was left out; the others are served.
    """
    if grown.unknown:
        first, lost = next(iter(grown.unknown.items()))
        message = (
            "Items that the recommender does not know do not count, such as %s of %s: %d in all"
        )
        number = sum(map(len, grown.unknown.values()))
        LOG.warning(message, lost[0], first, number)
    if grown.left_out:
        shown = [f"{name} ({why})" for name, why in list(grown.left_out.items())[:NAMED]]
        more = len(grown.left_out) - len(shown)
        raise InputError(
            f"left out, while all others are served: {'; '.join(shown)}"
            f"{f'; and {more} more' if more else ''}"
        )


FILE = click.Path(path_type=Path, dir_okay=False)
FOLD_IN = Command(
    "fold-in",
    params=[
        *options_of_run({"env"}),
        *OF_RECOMMENDER,
        click.Option(["--histories"], type=FILE, help="New users: columns user and item."),
        click.Option(
            ["--items"],
            type=FILE,
            help="New items: column item; title, brand, categories and"
            " description where there are.",
        ),
        click.Option(
            ["--pictures"],
            type=click.Path(path_type=Path, file_okay=False),
            help="Folder of the new items' pictures, each named after its item.",
        ),
        click.Option(
            ["--vectors"],
            type=(str, FILE),
            multiple=True,
            metavar="MODALITY FILE",
            help="Ready-made features: Parquet with the columns item and vector.",
        ),
        click.Option(
            ["--out"], type=click.Path(path_type=Path), required=True, help="Folder to be made."
        ),
    ],
    callback=_fold_in,
    help=_fold_in.__doc__,
)
