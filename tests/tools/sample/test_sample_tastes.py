"""Tastes cause interactions, and nothing else than tastes, popularity and chance does."""

from dataclasses import replace

import numpy as np
import pytest

from tools.sample.recipe import Recipe
from tools.sample.tastes import (
    Integers,
    draw_activity,
    draw_interactions,
    draw_popularity,
    draw_styles,
    draw_tastes,
)

SMALL = Recipe(users=300, passers_by=10, items=60, slow_sellers=4, popularity=0.0)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(recipe: Recipe) -> Integers:
    return draw_interactions(recipe, draw_styles(recipe.sold, 6, 5, rng(1)), rng(2))


def distinct_rooms_a_user(pairs: Integers, rooms: Integers) -> float:
    users = np.unique(pairs[:, 0])
    return float(np.mean([len(set(rooms[pairs[pairs[:, 0] == user, 1]])) for user in users]))


def test_styles_are_even_and_independent() -> None:
    styles = draw_styles(1200, 12, 10, rng())
    assert np.bincount(styles.rooms).tolist() == [100] * 12
    assert np.bincount(styles.looks).tolist() == [120] * 10
    table = np.histogram2d(styles.rooms, styles.looks, bins=(12, 10))[0]
    chi_squared = ((table - 10) ** 2 / 10).sum()
    assert chi_squared < 99 + 4 * np.sqrt(2 * 99)  # mean + 4 standard deviations


def test_every_user_likes_as_many_styles_as_told() -> None:
    tastes = draw_tastes(50, 12, 3, rng())
    assert set(np.unique(tastes)) == {0.0, 1.0}
    assert (tastes.sum(axis=1) == 3).all()


def test_popularity_is_the_power_of_the_rank_and_slow_sellers_have_a_tenth() -> None:
    recipe = replace(SMALL, popularity=0.5)
    popularity = draw_popularity(recipe, rng())
    slow = np.arange(recipe.sold) >= recipe.items
    expected = np.arange(1, recipe.sold + 1) ** -0.5
    np.testing.assert_allclose(np.sort(popularity * np.where(slow, 10, 1))[::-1], expected)


def test_activity_of_regulars_and_passers_by() -> None:
    activity = draw_activity(Recipe(users=5000, passers_by=100), rng())
    regulars, passers_by = activity[:5000], activity[5000:]
    assert regulars.min() == 6
    assert regulars.max() <= 40
    # the mean of a floored exponential of mean m is 1 / (e^(1/m) − 1)
    assert regulars.mean() == pytest.approx(6 + 1 / np.expm1(1 / 4.0), abs=0.2)
    assert set(passers_by) == {1, 2, 3, 4}


def test_a_pair_is_drawn_once() -> None:
    pairs = drawn(SMALL)
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert (np.diff(pairs[:, 0]) >= 0).all()


def test_taste_narrows_what_a_user_meets() -> None:
    rooms = draw_styles(SMALL.sold, 6, 5, rng(1)).rooms
    narrow, wide = (drawn(replace(SMALL, taste=taste)) for taste in (6.0, 0.0))
    assert distinct_rooms_a_user(narrow, rooms) < 0.8 * distinct_rooms_a_user(wide, rooms)


def test_without_taste_the_popular_are_met_most() -> None:
    pairs = drawn(replace(SMALL, taste=0.0, popularity=1.0))
    meetings = np.bincount(pairs[:, 1], minlength=SMALL.sold)
    generator = rng(2)  # the stream that `drawn` uses: tastes of users come first
    draw_tastes(310, 6, SMALL.liked_rooms, generator)
    draw_tastes(310, 5, SMALL.liked_looks, generator)
    popularity = draw_popularity(replace(SMALL, popularity=1.0), generator)
    assert np.corrcoef(np.log(meetings + 1), np.log(popularity))[0, 1] > 0.9
