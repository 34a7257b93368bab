"""The next point of a sweep, by what came out at the points before it.

A point follows from the seed, its place in the sweep and these results alone, so that a sweep that
was killed goes on as if nothing had happened.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from siger_pipeline.studies.search import Range, SearchConfig
from siger_pipeline.studies.space import Axis, Overrides, Space, as_key

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import FrozenTrial

ATTEMPTS = 10  # of the sampler to find a point that has not been tried


def next_point(
    space: Space,
    search: SearchConfig,
    place: int,
    ended: Sequence[FrozenTrial],
    tried: Collection[str],
) -> Overrides | None:
    """The point to try at a place, one that has not been tried; None where there is none left.

    Args:
        space: of the model.
        search: the sampler and its seed.
        place: of the point, from 0.
        ended: points with their results, in the order of their places.
        tried: keys (`as_key`) of all points that have a place.
    """
    if space.size is not None and len(tried) >= space.size:
        return None
    if search.sampler == "grid":
        return space.point(place)
    draws = Random(f"{search.seed} {place}")
    for _ in range(ATTEMPTS):
        point = _asked(space, _sampler(search.sampler, draws.getrandbits(32)), ended)
        if as_key(point) not in tried:
            return point
    while space.size is not None:  # a finite one with a point left
        point = space.point(draws.randrange(space.size))
        if as_key(point) not in tried:
            return point
    return None


def distributions(space: Space) -> dict[str, BaseDistribution]:
    """The space as Optuna knows it."""
    return {axis.key: _distribution(axis) for axis in space.axes}


def as_params(space: Space, point: Mapping[str, Any]) -> dict[str, Any]:
    """A point as Optuna knows it: what is chosen from a list as its text in JSON."""
    lists = {axis.key for axis in space.axes if not isinstance(axis.values, Range)}
    return {key: json.dumps(value) if key in lists else value for key, value in point.items()}


def as_point(space: Space, params: Mapping[str, Any]) -> Overrides:
    """Optuna's parameters as a point, in the order of the axes."""
    return {
        axis.key: params[axis.key]
        if isinstance(axis.values, Range)
        else json.loads(params[axis.key])
        for axis in space.axes
    }


def _asked(space: Space, sampler: BaseSampler, ended: Sequence[FrozenTrial]) -> Overrides:
    import optuna

    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials(ended)
    params = study.ask(distributions(space)).params
    point = as_point(space, params)
    return {axis.key: axis.rounded(point[axis.key]) for axis in space.axes}


def _sampler(name: str, seed: int) -> BaseSampler:
    from optuna.samplers import RandomSampler, TPESampler

    return {"tpe": TPESampler, "random": RandomSampler}[name](seed=seed)


def _distribution(axis: Axis) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    values = axis.values
    if not isinstance(values, Range):
        return CategoricalDistribution([json.dumps(value) for value in values])
    if values.is_whole:
        return IntDistribution(
            int(values.low), int(values.high), log=values.log, step=int(values.step or 1)
        )
    return FloatDistribution(values.low, values.high, log=values.log, step=values.step)
