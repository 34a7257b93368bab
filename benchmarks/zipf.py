"""Made-up interactions of any number, where few users and items have most of them."""

import numpy as np
from scipy import sparse

from siger_pipeline.data.schema import Split

USER_EXPONENT, ITEM_EXPONENT = 0.5, 0.8  # of Zipf's law: the n-th has a share ∝ n^−exponent
SHARES = (0.8, 0.9)  # training up to the first, validation up to the second


def sizes(interactions: int) -> tuple[int, int]:
    """Users and items of so many interactions: a tenth and a hundredth."""
    return interactions // 10, interactions // 100


def interactions(number: int, seed: int) -> dict[Split, sparse.csr_matrix]:
    """Different pairs of users and items, in splits of 8 : 1 : 1; the same seed, the same pairs.

    Every user and every item has a training interaction. Indices are shuffled, so that they do not
    depend on the number of interactions.
    """
    draw = np.random.default_rng(seed)
    n_users, n_items = sizes(number)
    of_each_user = np.arange(n_users) * n_items + draw.integers(0, n_items, n_users)
    of_each_item = draw.integers(0, n_users, n_items) * n_items + np.arange(n_items)
    trained = np.unique(np.concatenate([of_each_user, of_each_item]))
    keys = trained
    while len(keys) < number:
        missing = number - len(keys)
        size = int(1.3 * missing) + 100
        users = _zipf(draw, n_users, USER_EXPONENT, size)
        items = _zipf(draw, n_items, ITEM_EXPONENT, size)
        fresh = np.setdiff1d(users * n_items + items, keys)
        keys = np.sort(np.concatenate([keys, draw.permutation(fresh)[:missing]]))
    split = np.digitize(draw.random(len(keys)), SHARES)
    split[np.isin(keys, trained, assume_unique=True)] = 0
    users = draw.permutation(n_users)[keys // n_items]
    items = draw.permutation(n_items)[keys % n_items]
    return {
        name: matrix_of(users[split == n], items[split == n], (n_users, n_items))
        for n, name in enumerate(Split)
    }


def _zipf(draw: np.random.Generator, n: int, exponent: float, size: int) -> np.ndarray:
    cumulated = np.cumsum(np.arange(1, n + 1, dtype=np.float64) ** -exponent)
    return np.searchsorted(cumulated, draw.random(size) * cumulated[-1])


def matrix_of(users: np.ndarray, items: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """A one for each pair, float32, indices sorted."""
    ones = np.ones(len(users), np.float32)
    matrix = sparse.csr_matrix((ones, (users, items)), shape=shape)
    matrix.sort_indices()
    return matrix
