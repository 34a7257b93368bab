"""Latent styles of items, tastes of users, and the interactions that follow from them.

Shapes: U users, I items, A rooms (textual styles), B looks (visual styles).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.sample.recipe import Recipe

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Styles:
    """The two latent styles of every item: its texts show one, its picture the other."""

    rooms: Integers
    looks: Integers

    def first(self, items: int) -> "Styles":
        """The styles of the first `items` items."""
        return Styles(self.rooms[:items], self.looks[:items])


def draw_styles(items: int, rooms: int, looks: int, rng: Generator) -> Styles:
    """Give each item one of `rooms` and, independently of it, one of `looks`, evenly."""
    return Styles(
        rooms=rng.permutation(np.arange(items) % rooms),
        looks=rng.permutation(np.arange(items) % looks),
    )


def draw_tastes(users: int, styles: int, liked: int, rng: Generator) -> Floats:
    """[users, styles] of 1 for the `liked` styles that a user likes, else 0."""
    rank = rng.random((users, styles)).argsort(axis=1).argsort(axis=1)
    return (rank < liked).astype(np.float64)


def draw_popularity(recipe: Recipe, rng: Generator) -> Floats:
    """The long-tailed p [I] of `Recipe`, the ranks shuffled over the items, slow sellers last."""
    ranks = rng.permutation(np.arange(1, recipe.sold + 1))
    slow = np.arange(recipe.sold) >= recipe.items
    return ranks**-recipe.popularity / np.where(slow, 10.0, 1.0)


def draw_activity(recipe: Recipe, rng: Generator) -> Integers:
    """How many items each user reviews [U]: the regulars, then the passers-by (1 to 4)."""
    extra = np.floor(-np.log1p(-rng.random(recipe.users)) * recipe.extra)
    regulars = np.minimum(recipe.fewest + extra, recipe.most).astype(np.int64)
    return np.concatenate([regulars, rng.integers(1, 5, size=recipe.passers_by)])


def draw_interactions(recipe: Recipe, styles: Styles, rng: Generator) -> Integers:
    """The pairs (user, item) [N, 2], sorted by user, each pair once.

    A user's n items are drawn without replacement, in proportion to the weights of `Recipe`:
    the n largest of log weight + Gumbel noise.
    """
    rooms, looks = int(styles.rooms.max()) + 1, int(styles.looks.max()) + 1
    users = recipe.users + recipe.passers_by
    taste_UA = draw_tastes(users, rooms, recipe.liked_rooms, rng)
    taste_UB = draw_tastes(users, looks, recipe.liked_looks, rng)
    popularity_I = draw_popularity(recipe, rng)
    activity_U = draw_activity(recipe, rng)
    liking_UI = taste_UA[:, styles.rooms] + taste_UB[:, styles.looks]
    gumbel_UI = -np.log(-np.log(1.0 - rng.random(liking_UI.shape)))
    order_UI = np.argsort(
        -(recipe.taste * liking_UI + np.log(popularity_I) + gumbel_UI), axis=1, kind="stable"
    )
    user, rank = np.nonzero(np.arange(order_UI.shape[1]) < activity_U[:, None])
    return np.column_stack([user, order_UI[user, rank]])
