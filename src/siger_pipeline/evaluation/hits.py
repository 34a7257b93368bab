"""Ranked lists beside held-out items: the one value that every metric is computed from.

Shape suffixes: n users, I items, K list length, P (user, relevant item) pairs.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError


@dataclass(frozen=True)
class Hits:
    """Which items of each user's top-K list are relevant; every user has a relevant item.

    L_u is the list of user u, T_u the set of u's relevant (held-out) items.

    Attributes:
        users: user indices, int64 [n].
        lists: L, item indices, best first, −1 for an empty rank, int64 [n, K].
        hits: whether the item at that rank is relevant, bool [n, K].
        rows: the row in `users` of each (user, relevant item) pair, ascending, int64 [P].
        items: the item of each of these pairs, int64 [P].
        n_items: I.
    """

    users: np.ndarray
    lists: np.ndarray
    hits: np.ndarray
    rows: np.ndarray
    items: np.ndarray
    n_items: int

    @classmethod
    def of(
        cls, lists: np.ndarray, relevant: sparse.csr_matrix, users: np.ndarray | None = None
    ) -> Self:
        """Compare lists with relevant items; users without a relevant item are left out.

        Args:
            lists: item indices, best first, −1 for an empty rank, [n, K].
            relevant: [n, I]; a stored zero is no relevant item.
            users: the user of each row, the row's number where None.

        Raises:
            InputError: lists with another number of rows, an unknown item, or an item twice.
        """
        n_rows, n_items = relevant.shape
        lists_nK = np.asarray(lists, dtype=np.int64)
        _check_lists(lists_nK, n_rows, n_items)
        pairs_P = _pair_keys(relevant)
        rows_P, items_P = np.divmod(pairs_P, max(1, n_items))
        rows, rows_P = np.unique(rows_P, return_inverse=True)
        hits_nK = _contains(pairs_P, rows[:, None] * n_items + lists_nK[rows])
        hits_nK &= lists_nK[rows] >= 0  # an empty rank has the key of the previous row's last item
        users_n = rows if users is None else np.asarray(users, dtype=np.int64)[rows]
        return cls(users_n, lists_nK[rows], hits_nK, rows_P, items_P, n_items)

    @cached_property
    def sizes(self) -> np.ndarray:
        """|T_u|, int64 [n]."""
        return np.bincount(self.rows, minlength=len(self.users))

    def of_users(self, inside_n: np.ndarray) -> Self:
        """The same for some of the users.

        Args:
            inside_n: which, bool [n].
        """
        number_n = np.cumsum(inside_n) - 1
        inside_P = inside_n[self.rows]
        return replace(
            self,
            users=self.users[inside_n],
            lists=self.lists[inside_n],
            hits=self.hits[inside_n],
            rows=number_n[self.rows[inside_P]],
            items=self.items[inside_P],
        )

    def of_items(self, inside_I: np.ndarray) -> Self:
        """The same with T_u reduced to some items; users with none of them are left out.

        Args:
            inside_I: which, bool [I].
        """
        inside_P = inside_I[self.items]
        hits_nK = self.hits & inside_I[self.lists]  # an empty rank is no hit in any case
        fewer = replace(self, hits=hits_nK, rows=self.rows[inside_P], items=self.items[inside_P])
        return fewer.of_users(fewer.sizes > 0)


def _pair_keys(relevant: sparse.csr_matrix) -> np.ndarray:
    """row · I + item of every relevant pair, ascending, each once."""
    row_P, item_P = relevant.nonzero()
    return np.unique(row_P.astype(np.int64) * relevant.shape[1] + item_P)


def _contains(sorted_P: np.ndarray, keys_nK: np.ndarray) -> np.ndarray:
    position_nK = np.searchsorted(sorted_P, keys_nK)
    inside_nK = position_nK < len(sorted_P)
    result_nK = np.zeros(keys_nK.shape, dtype=bool)
    result_nK[inside_nK] = sorted_P[position_nK[inside_nK]] == keys_nK[inside_nK]
    return result_nK


def _check_lists(lists_nK: np.ndarray, n_rows: int, n_items: int) -> None:
    if lists_nK.ndim != 2 or len(lists_nK) != n_rows:
        raise InputError(
            f"lists of shape {lists_nK.shape} do not fit {n_rows} users: one row per user is wanted"
        )
    if lists_nK.size and (lists_nK.min() < -1 or lists_nK.max() >= n_items):
        row = int(np.flatnonzero(((lists_nK < -1) | (lists_nK >= n_items)).any(axis=1))[0])
        raise InputError(
            f"the list of row {row} holds an item that does not exist: wanted is 0 … "
            f"{n_items - 1}, or −1 for an empty rank"
        )
    ordered = np.sort(lists_nK, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    if twice.any():
        raise InputError(f"the list of row {int(np.flatnonzero(twice)[0])} holds an item twice")
