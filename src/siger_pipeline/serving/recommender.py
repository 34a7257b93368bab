"""A fitted recommender: who gets what, what is like what, and why.

Shape suffixes: U users, I items, n users that are asked for, d dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.evaluation.scores import DEFAULT_BLOCK_MIB, Scorer
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.serving.folder import read, save
from siger_pipeline.serving.parts import Parts

Exclude = Literal["seen", "none"]


class FittedRecommender:
    """Recommends, finds similar items and explains; in memory, or of a folder (`load`).

    Attributes:
        parts: all that it is made of.
    """

    def __init__(self, parts: Parts) -> None:
        """Take the parts; nothing is computed yet."""
        self.parts = parts

    @cached_property
    def model(self) -> Recommender:
        """The model itself, restored from its weights and inputs, on the CPU, ready to score."""
        raise NotImplementedError

    @cached_property
    def scorer(self) -> Scorer:
        """Row numbers of users, int64 [n] -> their scores of all items, float32 [n, I]."""
        raise NotImplementedError

    def known_users(self, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Those of some ids that it knows, and those that it does not, each in the given order."""
        raise NotImplementedError

    def known_items(self, ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """As `known_users`, of items."""
        raise NotImplementedError

    def user_rows(self, ids: Sequence[str]) -> np.ndarray:
        """Row numbers of users, int64 [n].

        Raises:
            UnknownIdsError: names those that are not known: the first ones, and how many.
        """
        raise NotImplementedError

    def item_rows(self, ids: Sequence[str]) -> np.ndarray:
        """Row numbers of items; as `user_rows`."""
        raise NotImplementedError

    def recommend(
        self,
        users: Sequence[str],
        k: int = 10,
        exclude: Exclude = "seen",
        *,
        block_mib: float = DEFAULT_BLOCK_MIB,
    ) -> pd.DataFrame:
        """The k best items of each user, best first, ties to the smaller row of an item.

        Args:
            users: ids.
            k: length of a list; shorter where fewer items are left.
            exclude: `seen`: what the user has already; `none`: nothing.
            block_mib: bound on the memory of scores, MiB.

        Returns:
            user, item (text), title (text, missing where there is none), rank (int32, from 1),
            score (float32); users in the given order.

        Raises:
            UnknownIdsError: a user that it does not know.
            ParameterError: k below 1, or another word for `exclude`.
        """
        raise NotImplementedError

    def recommend_in_blocks(
        self, users: Iterable[str], k: int = 10, exclude: Exclude = "seen", *, block: int = 10_000
    ) -> Iterator[pd.DataFrame]:
        """`recommend`, so many users at a time: for more lists than memory has room for."""
        raise NotImplementedError

    def similar(self, items: Sequence[str], k: int = 10, by: str | None = None) -> pd.DataFrame:
        """The k most similar other items of each item, best first.

        Args:
            items: ids.
            k: length of a list; items without any similarity are left out.
            by: `embedding`: cosine of final embeddings; `content:<modality>`: cosine of the
                features that the model read; `cooccurrence`: number of users who have both. Left
                out: embedding, of a model without embeddings cooccurrence.

        Returns:
            item, similar (text), title (of the similar one), rank, score.

        Raises:
            UnknownIdsError: an item that it does not know.
            ParameterError: a `by` that this recommender has not; the message says which it has.
        """
        raise NotImplementedError

    def explain(self, user: str, items: Sequence[str], most: int = 3) -> pd.DataFrame:
        """What of a user's history carries the scores of some items, the largest share first.

        The share of a history item is how much the score falls when that interaction weighs
        nothing in what the model is built from, all weights and graphs between items being as they
        are.

        Args:
            user: id.
            items: ids, such as those that were recommended.
            most: history items for each.

        Returns:
            user, item, score, because (item of the history), title (of that), share (float32),
            edges (text: the model's graphs that join the two, with weights).
        """
        raise NotImplementedError

    def save(self, folder: str | Path) -> None:
        """Write the folder that `load` reads; see `serving.folder.save`."""
        save(self.parts, folder)


def load(folder: str | Path, *, verify: bool = False) -> FittedRecommender:
    """The recommender of a folder: no Kedro, no configuration, no data set is needed.

    Args:
        folder: that a trial or `FittedRecommender.save` left.
        verify: compare the SHA-256 of every file; without it sizes only.

    Raises:
        InputError: see `serving.folder.read`.
    """
    return FittedRecommender(read(folder, verify=verify))


def history_of(parts: Parts) -> sparse.csr_matrix:
    """The training interactions, CSR [U, I]: what the model knows of each user."""
    return parts.inputs.interactions
