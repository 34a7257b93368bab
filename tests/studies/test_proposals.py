"""Which point comes next."""

from collections.abc import Callable
from statistics import mean

import pytest
from optuna.trial import FrozenTrial, TrialState, create_trial

from siger_pipeline.studies.proposals import (
    as_params,
    as_point,
    distributions,
    next_point,
)
from siger_pipeline.studies.search import Range, SearchConfig
from siger_pipeline.studies.space import Axis, Overrides, Space, as_key

MIXED = Space(
    (
        Axis("m.values", [0.1, None, [1, 2], "a"]),
        Axis("m.rate", Range(low=1e-4, high=1.0, log=True)),
        Axis("m.layers", Range(low=1, high=4)),
    )
)
FINITE = Space((Axis("m.a", [1, 2, 3]), Axis("m.b", [True, False])))


def searched(
    space: Space, search: SearchConfig, number: int, value: Callable[[Overrides], float]
) -> list[Overrides]:
    """So many points, each with its value known before the next one is chosen."""
    ended: list[FrozenTrial] = []
    points: list[Overrides] = []
    for place in range(number):
        point = next_point(space, search, place, ended, set(map(as_key, points)))
        if point is None:
            break
        points.append(point)
        told = as_params(space, point), distributions(space)
        ended.append(create_trial(params=told[0], distributions=told[1], value=value(point)))
    return points


def test_points_survive_optuna() -> None:
    point = {"m.values": [1, 2], "m.rate": 0.25, "m.layers": 3}
    assert as_point(MIXED, as_params(MIXED, point)) == point


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_point_follows_from_seed_place_and_results_alone(sampler: str) -> None:
    search = SearchConfig.model_validate({"budget": 20, "sampler": sampler, "seed": 3})

    def value(point: Overrides) -> float:
        return -abs(float(point["m.rate"]) - 0.1)

    whole = searched(MIXED, search, 16, value)
    assert searched(MIXED, search, 16, value) == whole
    ended = [
        create_trial(
            params=as_params(MIXED, point), distributions=distributions(MIXED), value=value(point)
        )
        for point in whole[:12]
    ]
    assert next_point(MIXED, search, 12, ended, set(map(as_key, whole[:12]))) == whole[12]
    other = searched(MIXED, search.model_copy(update={"seed": 4}), 16, value)
    assert other[0] != whole[0]


def test_each_point_of_a_finite_space_comes_once() -> None:
    for sampler in ("tpe", "random", "grid"):
        search = SearchConfig.model_validate({"budget": 9, "sampler": sampler})
        points = searched(FINITE, search, 9, lambda point: float(point["m.a"]))
        assert len(points) == len(set(map(as_key, points))) == 6
    assert points == [FINITE.point(number) for number in range(6)]  # those of the grid, in order


def test_tpe_learns_from_what_came_out() -> None:
    space = Space((Axis("m.x", Range(low=0.0, high=1.0)),))

    def value(point: Overrides) -> float:
        return -((point["m.x"] - 0.7) ** 2)

    found = {}
    for sampler in ("tpe", "random"):
        search = SearchConfig.model_validate({"budget": 40, "sampler": sampler})
        points = searched(space, search, 40, value)
        found[sampler] = mean(abs(point["m.x"] - 0.7) for point in points[20:])
    assert found["tpe"] < 0.6 * found["random"]


def test_pruned_points_count_by_what_they_had_reached() -> None:
    search = SearchConfig(budget=99)
    told = distributions(FINITE)
    pruned = [
        create_trial(
            state=TrialState.PRUNED,
            params=as_params(FINITE, FINITE.point(n % 6)),
            distributions=told,
            intermediate_values={1: float(n)},
        )
        for n in range(12)
    ]
    assert next_point(FINITE, search, 12, pruned, set()) is not None
