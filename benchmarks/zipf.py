"""Made-up interactions of any size, where few users and items have most of them."""

import numpy as np
from scipy import sparse

from siger_pipeline.data.schema import Split

USER_EXPONENT, ITEM_EXPONENT = 0.5, 0.8  # of Zipf's law: the n-th has a share ∝ n^−exponent
SHARES = (0.8, 0.9)  # training up to the first, validation up to the second


def sizes(interactions: int) -> tuple[int, int]:
    """Users and items of so many interactions: a tenth and a hundredth."""
    return interactions // 10, interactions // 100


def interactions(number: int, seed: int) -> dict[Split, sparse.csr_matrix]:
    """So many different pairs of users and items, in splits of 8 : 1 : 1.

    Every user and every item has a training interaction. Numbers are shuffled, so that they say
    nothing of who has many.

    Args:
        number: of interactions.
        seed: the same seed, the same pairs.
    """
    draw = np.random.default_rng(seed)
    n_users, n_items = sizes(number)
    base = np.unique(
        np.concatenate(
            [
                _keys(np.arange(n_users), draw.integers(0, n_items, n_users), n_items),
                _keys(draw.integers(0, n_users, n_items), np.arange(n_items), n_items),
            ]
        )
    )
    keys = base
    while len(keys) < number:
        missing = int(1.3 * (number - len(keys))) + 100
        users = _zipf(draw, n_users, USER_EXPONENT, missing)
        items = _zipf(draw, n_items, ITEM_EXPONENT, missing)
        fresh = np.setdiff1d(_keys(users, items, n_items), keys)
        taken = draw.permutation(fresh)[: number - len(keys)]
        keys = np.sort(np.concatenate([keys, taken]))
    split = np.digitize(draw.random(len(keys)), SHARES)
    split[np.isin(keys, base, assume_unique=True)] = 0
    users, items = (
        draw.permutation(n_users)[keys // n_items],
        draw.permutation(n_items)[keys % n_items],
    )
    return {
        name: matrix_of(users[split == n], items[split == n], (n_users, n_items))
        for n, name in enumerate(Split)
    }


def _keys(users: np.ndarray, items: np.ndarray, n_items: int) -> np.ndarray:
    return users.astype(np.int64) * n_items + items


def _zipf(draw: np.random.Generator, n: int, exponent: float, size: int) -> np.ndarray:
    cumulated = np.cumsum(np.arange(1, n + 1, dtype=np.float64) ** -exponent)
    return np.searchsorted(cumulated, draw.random(size) * cumulated[-1])


def matrix_of(users: np.ndarray, items: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """A one for each pair, float32, indices sorted."""
    ones = np.ones(len(users), np.float32)
    matrix = sparse.csr_matrix((ones, (users, items)), shape=shape)
    matrix.sort_indices()
    return matrix
