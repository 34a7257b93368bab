"""Ids of users or items, by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from siger_pipeline.errors import InputError

NAMED = 5  # ids in a message


class UnknownIdsError(InputError):
    """Ids that a recommender does not know.

    Attributes:
        what: `users` or `items`.
        ids: all of them.
        answered: number of the others, where these have been answered.
    """

    def __init__(self, what: str, ids: Sequence[str], answered: int = 0) -> None:
        """Take what they should be ids of, the ids, and the number of those with an answer."""
        super().__init__(what, ids, answered)
        self.what, self.ids, self.answered = what, list(ids), answered

    def __str__(self) -> str:
        shown = ", ".join(map(repr, self.ids[:NAMED]))
        more = f" and {len(self.ids) - NAMED:,} more" if len(self.ids) > NAMED else ""
        number = f"{len(self.ids):,} of {len(self.ids) + self.answered:,}"
        others = f"; the other {self.answered:,} are answered" if self.answered else ""
        return (
            f"{number} {self.what} are not known to the recommender: {shown}{more}{others}. Known "
            f"are the {self.what} of its {self.what}.parquet, by their ids as text"
        )


class Ids:
    """Texts by row, and rows by text."""

    def __init__(self, what: str, ids: np.ndarray) -> None:
        """Take `users` or `items`, for messages, and the ids, [N]."""
        self.what, self.names = what, ids
        self._index = pd.Index(ids, dtype=object)

    def known(self, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Those of some ids that there are, and those that there are not, in the given order."""
        asked = list(ids)
        found = self._found(asked)
        known = [one for one, row in zip(asked, found, strict=True) if row >= 0]
        return known, [one for one, row in zip(asked, found, strict=True) if row < 0]

    def rows(self, ids: Sequence[str]) -> np.ndarray:
        """Row numbers, int64 [n].

        Raises:
            UnknownIdsError: names those that there are not.
        """
        found = self._found(ids)
        if (found < 0).any():
            missing = dict.fromkeys(one for one, row in zip(ids, found, strict=True) if row < 0)
            raise UnknownIdsError(self.what, list(missing))
        return found

    def _found(self, ids: Sequence[str]) -> np.ndarray:
        return self._index.get_indexer(pd.Index(np.array(ids, dtype=object))).astype(np.int64)
