"""Where the recommender of a trial lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from kedro_fresh.locations import Location
from siger_pipeline.errors import InputError
from siger_pipeline.models.registry import model_names
from siger_pipeline.shell.metrics import seen_from_here

USUAL = "siger"


def recommender_folder(place: Location, trial: str | None, env: str | None) -> Path:
    """The newest folder of a trial's recommender.

    Args:
        place: of any trial's, in the data set.
        trial: its name; None for that of SIGER as it is configured, else for the only one.
        env: environment, for the message.

    Raises:
        InputError: there is none, or there are several to choose from; the message says how one is
            made.
    """
    found = _folders(place)
    name = trial or (USUAL if USUAL in found or len(found) != 1 else next(iter(found)))
    if name in found:
        return found[name]
    assert place.path is not None
    where = seen_from_here(place.path.parents[1])
    there = f"; trials that have one: {', '.join(found)}" if found else ""
    near = get_close_matches(name, found, n=1)
    wish = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(
        f"{where} has no recommender of trial {name!r}{wish}{there}; {_how(name, env)}"
    )


def _folders(place: Location) -> Mapping[str, Path]:
    """Trial -> folder of its newest recommender."""
    assert place.path is not None
    paths = sorted(place.path.parents[1].glob(f"*/{place.path.name}"))
    newest = {path.parent.name: replace(place, path=path).current() for path in paths}
    return {name: folder for name, folder in newest.items() if folder}


def _how(name: str, env: str | None) -> str:
    """The command that makes a trial's recommender, as far as its name says it."""
    model, _, overrides = name.partition("+")
    run = "kedro run" + (f" --env {env}" if env else "")
    if model not in model_names():
        return f"`{run}` makes that of {USUAL}, with `--params model=…` that of another model"
    params = "" if model == USUAL else f" --params model={model}"
    more = ", with the trial's overrides as --params," if overrides else ""
    return f"`{run}{params}`{more} makes one"
