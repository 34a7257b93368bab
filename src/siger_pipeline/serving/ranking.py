"""Who gets what and what is like what, by rows of users and items.

Shape suffixes: U users, I items, n users that are asked for, d dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.evaluate import RankedLists
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import DEFAULT_BLOCK_MIB, Scorer
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.ops.tables import constant
from siger_pipeline.serving.ids import Ids
from siger_pipeline.serving.index import LEAST_ITEMS, ItemIndex, index_of
from siger_pipeline.serving.parts import Parts
from siger_pipeline.serving.similarity import similarity
from siger_pipeline.training.checkpoint import restore

Exclude = Literal["seen", "none"]


class Ranking:
    """Ranks items for users, and for other items; by all scores, or by an index.

    Attributes:
        parts: all that it is made of.
        users: ids of the users, by row.
        items: ids of the items, by row.
        index: by which items are sought; None where all are scored.
    """

    def __init__(self, parts: Parts) -> None:
        """Take the parts; what each call needs is computed when it is first asked for."""
        self.parts = parts
        self.index: ItemIndex | None = None
        self._similarities: dict[str | None, Scorer] = {}
        self.users = Ids("users", parts.users)
        self.items = Ids("items", parts.items[Columns.ITEM].to_numpy(dtype=object))

    @cached_property
    def model(self) -> Recommender:
        """The model itself, restored from its weights and inputs, on the CPU, ready to score."""
        return restore(self.parts.checkpoint, self.parts.inputs)

    @cached_property
    def scorer(self) -> Scorer:
        """Row numbers of users, int64 [n] -> their scores of all items, float32 [n, I]."""
        if self.parts.embeddings is None:
            return self.model.scorer()
        users_Ud, items_Id = map(constant, self.parts.embeddings)
        items_dI = items_Id.T.contiguous()
        return lambda users: users_Ud[users] @ items_dI

    def lists(
        self,
        users: Sequence[str],
        k: int = 10,
        exclude: Exclude = "seen",
        *,
        block_mib: float = DEFAULT_BLOCK_MIB,
    ) -> RankedLists:
        """`FittedRecommender.recommend` by rows: for who asks often and wants no table."""
        if exclude not in get_args(Exclude):
            raise ParameterError(f"exclude is {exclude!r}, wanted is one of seen, none")
        rows_n, seen_UI = self.users.rows(users), self.parts.seen
        if exclude == "none":
            seen_UI = sparse.csr_matrix(seen_UI.shape, dtype=seen_UI.dtype)
        if self.index is not None:
            return self._found(self.index, rows_n, seen_UI, k)
        ranked = rank(self.scorer, rows_n, seen_UI, self._bounded(k), block_mib=block_mib)
        return RankedLists(rows_n, *ranked)

    def similar_lists(
        self, items: Sequence[str], k: int = 10, by: str | None = None
    ) -> RankedLists:
        """`FittedRecommender.similar` by rows: `users` are the items that are asked for."""
        rows_n = self.items.rows(items)
        itself_II = sparse.identity(len(self.items.names), dtype=np.float32, format="csr")
        index_nK, score_nK = rank(self._similarity(by), rows_n, itself_II, self._bounded(k))
        index_nK[score_nK <= 0] = -1
        return RankedLists(rows_n, index_nK, score_nK)

    def use_index(self, least_recall: float = 0.95, *, least_items: int = LEAST_ITEMS) -> str:
        """From now on recommend by an index in place of scoring every item, and say how good it is.

        Args:
            least_recall: share of the exact ten best items that it must find; see `serving.index`.
            least_items: in a smaller catalogue, all items go on being scored.

        Returns:
            A sentence on what is done now and, of an index, its measured recall.

        Raises:
            ParameterError: faiss is not installed, or the model ranks by no dot product.
        """
        self.index = index_of(self.parts, least_recall, least_items)
        if self.index is not None:
            return str(self.index)
        items = len(self.items.names)
        return f"exact: all {items:,} items are scored, as in any catalogue below {least_items:,}"

    def without_history(self, users: Sequence[str]) -> list[str]:
        """Those of the users who have no training interaction."""
        ends, rows = self.parts.inputs.interactions.indptr, self.users.rows(users)
        degrees = ends[rows + 1] - ends[rows]
        return [user for user, degree in zip(users, degrees, strict=True) if not degree]

    def _found(
        self, index: ItemIndex, rows_n: np.ndarray, seen_UI: sparse.csr_matrix, k: int
    ) -> RankedLists:
        """What the index finds; all items are scored for who would get too short a list."""
        wanted, seen_nI = self._bounded(k), seen_UI[rows_n]
        if wanted < 1:
            raise ParameterError(f"k is {k}, wanted is a whole number of at least 1")
        assert self.parts.embeddings is not None  # without them there is no index
        items, scores = index.best(self.parts.embeddings[0][rows_n], seen_nI, wanted)
        left_n = len(self.items.names) - np.diff(seen_nI.indptr)
        short = np.flatnonzero((items >= 0).sum(axis=1) < np.minimum(wanted, left_n))
        if len(short):
            items[short], scores[short] = rank(self.scorer, rows_n[short], seen_UI, wanted)
        return RankedLists(rows_n, items, scores)

    def _similarity(self, by: str | None) -> Scorer:
        """That of `serving.similarity`, which looks through the catalogue once for each name."""
        if by not in self._similarities:
            self._similarities[by] = similarity(self.parts, by)
        return self._similarities[by]

    def _bounded(self, k: int) -> int:
        """No list is longer than the catalogue."""
        return min(k, len(self.items.names))
