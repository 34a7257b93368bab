"""A fitted recommender: who gets what, what is like what, and why.

Shape suffixes: U users, I items, n users that are asked for, d dimensions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.evaluate import RankedLists, recommendation_table
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.evaluation.scores import DEFAULT_BLOCK_MIB, Scorer
from siger_pipeline.features.extractor import Pictures
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.ops.tables import constant
from siger_pipeline.serving.folder import read, save
from siger_pipeline.serving.ids import Ids
from siger_pipeline.serving.index import LEAST_ITEMS, ItemIndex, build_index
from siger_pipeline.serving.newcomer_checks import Newcomers
from siger_pipeline.serving.newcomers import Grown, with_newcomers
from siger_pipeline.serving.parts import Parts, titles_of
from siger_pipeline.serving.reasons import reasons, with_reasons
from siger_pipeline.serving.similarity import similarity
from siger_pipeline.training.checkpoint import restore

Exclude = Literal["seen", "none"]
SIMILAR = "similar"  # the column of what is like an item


class FittedRecommender:
    """Recommends, finds similar items and explains; in memory, or of a folder (`load`).

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

    @cached_property
    def titles(self) -> np.ndarray:
        """Titles of the items, text or None, [I]."""
        return titles_of(self.parts)

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
        lists = self.lists(users, k, exclude, block_mib=block_mib)
        table = recommendation_table(lists, self.users.names, self.items.names)
        table.insert(2, Columns.TITLE, self.titles[lists.items[lists.items >= 0]])
        return table

    def lists(
        self,
        users: Sequence[str],
        k: int = 10,
        exclude: Exclude = "seen",
        *,
        block_mib: float = DEFAULT_BLOCK_MIB,
    ) -> RankedLists:
        """`recommend` by rows of users and items: for who asks often and wants no table."""
        if exclude not in get_args(Exclude):
            raise ParameterError(f"exclude is {exclude!r}, wanted is one of seen, none")
        rows_n, seen_UI = self.users.rows(users), self.parts.seen
        if exclude == "none":
            seen_UI = sparse.csr_matrix(seen_UI.shape, dtype=seen_UI.dtype)
        if self.index is not None and self.parts.embeddings is not None:
            return self._found(self.index, rows_n, seen_UI, k)
        ranked = rank(self.scorer, rows_n, seen_UI, self._bounded(k), block_mib=block_mib)
        return RankedLists(rows_n, *ranked)

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
        items = len(self.items.names)
        if self.parts.embeddings is None:
            model = self.parts.checkpoint["model"]
            raise ParameterError(f"model {model} ranks by no dot product: it has no index")
        if items < least_items:
            return (
                f"exact: all {items:,} items are scored, as in any catalogue below {least_items:,}"
            )
        self.index = build_index(*self.parts.embeddings, least_recall)
        return str(self.index)

    def _found(
        self, index: ItemIndex, rows_n: np.ndarray, seen_UI: sparse.csr_matrix, k: int
    ) -> RankedLists:
        """What the index finds; all items are scored for who would get too short a list."""
        assert self.parts.embeddings is not None
        wanted, seen_nI = self._bounded(k), seen_UI[rows_n]
        if wanted < 1:
            raise ParameterError(f"k is {k}, wanted is a whole number of at least 1")
        items, scores = index.best(self.parts.embeddings[0][rows_n], seen_nI, wanted)
        left_n = len(self.items.names) - np.diff(seen_nI.indptr)
        short = np.flatnonzero((items >= 0).sum(axis=1) < np.minimum(wanted, left_n))
        if len(short):
            items[short], scores[short] = rank(self.scorer, rows_n[short], seen_UI, wanted)
        return RankedLists(rows_n, items, scores)

    def recommend_in_blocks(
        self, users: Iterable[str], k: int = 10, exclude: Exclude = "seen", *, block: int = 10_000
    ) -> Iterator[pd.DataFrame]:
        """`recommend`, so many users at a time: for more lists than memory has room for."""
        waiting = iter(users)
        while some := list(islice(waiting, block)):
            yield self.recommend(some, k, exclude)

    def similar(self, items: Sequence[str], k: int = 10, by: str | None = None) -> pd.DataFrame:
        """The k most similar other items of each item, best first.

        Args:
            items: ids.
            k: length of a list; items without any similarity are left out.
            by: `embedding`: cosine of final embeddings; `content:<modality>`: cosine of the
                features that the model reads; `graph:<name>`: weight in a graph of items that it
                reads; `cooccurrence`: number of users who have both. Left out: embedding, of a
                model without embeddings cooccurrence.

        Returns:
            item, similar (text), title (of the similar one), rank (int32), score (float32).

        Raises:
            UnknownIdsError: an item that it does not know.
            ParameterError: k below 1, or a `by` that this recommender has not; the message says
                which it has.
        """
        lists, names = self.similar_lists(items, k, by), self.items.names
        table = recommendation_table(lists, names, names)
        table = table.rename(columns={Columns.USER: Columns.ITEM, Columns.ITEM: SIMILAR})
        table.insert(2, Columns.TITLE, self.titles[lists.items[lists.items >= 0]])
        return table

    def similar_lists(
        self, items: Sequence[str], k: int = 10, by: str | None = None
    ) -> RankedLists:
        """`similar` by rows: `users` are the items that are asked for."""
        rows_n = self.items.rows(items)
        itself_II = sparse.identity(len(self.items.names), dtype=np.float32, format="csr")
        index_nK, score_nK = rank(self._similarity(by), rows_n, itself_II, self._bounded(k))
        index_nK[score_nK <= 0] = -1
        return RankedLists(rows_n, index_nK, score_nK)

    def _similarity(self, by: str | None) -> Scorer:
        """That of `serving.similarity`, which looks through the catalogue once for each name."""
        if by not in self._similarities:
            self._similarities[by] = similarity(self.parts, by)
        return self._similarities[by]

    def similar_in_blocks(
        self, items: Iterable[str], k: int = 10, by: str | None = None, *, block: int = 10_000
    ) -> Iterator[pd.DataFrame]:
        """`similar`, so many items at a time."""
        waiting = iter(items)
        while some := list(islice(waiting, block)):
            yield self.similar(some, k, by)

    def explain(self, user: str, items: Sequence[str], most: int = 3) -> pd.DataFrame:
        """What of a user's history carries the scores of some items, the largest share first.

        The share of a history item is how much the score falls when that interaction weighs
        nothing in what the model is built from, all weights and graphs between items being as they
        are: see `serving.explanation.shares`.

        Args:
            user: id.
            items: ids, such as those that were recommended.
            most: history items for each; those that do not raise the score are left out.

        Returns:
            user, item, because (item of the history), title (of that), share (float32), edges
            (text: the model's graphs of items that join the two, with weights).

        Raises:
            UnknownIdsError: a user or an item that it does not know.
        """
        (row,), columns = self.users.rows([user]), self.items.rows(items)
        return reasons(self.parts, self.model, int(row), columns, most)

    def explained(self, table: pd.DataFrame, most: int = 3) -> pd.DataFrame:
        """Recommendations with what carries them: a row a reason, one without where there is none.

        Args:
            table: of `recommend`.
            most: reasons for each.

        Returns:
            The columns of `recommend`, then because, because_title, share, edges of `explain`.
        """
        return with_reasons(table, lambda user, items: self.explain(user, items, most))

    def without_history(self, users: Sequence[str]) -> list[str]:
        """Those of some users whom the model has learned nothing of: no training interaction."""
        ends, rows = self.parts.inputs.interactions.indptr, self.users.rows(users)
        degrees = ends[rows + 1] - ends[rows]
        return [user for user, degree in zip(users, degrees, strict=True) if not degree]

    def with_newcomers(
        self,
        histories: Mapping[str, Sequence[str]] | None = None,
        items: pd.DataFrame | None = None,
        features: Mapping[str, np.ndarray] | None = None,
        pictures: Pictures | None = None,
    ) -> GrownRecommender:
        """This recommender with new users and new items, folded in without training.

        Newcomers have no embedding of their own; the model's propagation places them among their
        neighbours. Scores of known users for known items stay as they are, to the bit. All
        newcomers of a call join the model's graphs together.

        Args:
            histories: id of a new user -> ids of their items, known or new.
            items: a row a new item: `item` (id as text), perhaps `title` and other texts.
            features: modality -> [n, d_m], row n for row n of `items`, made as those that the
                model was trained with; rows of zeros or NaN where an item has none. Left out of a
                modality: they are made of the items' texts or pictures, where the extractor can.
            pictures: id of a new item -> a function that opens its picture (PIL, RGB).

        Raises:
            InputError: see `serving.newcomers.with_newcomers`.
        """
        nobody = Newcomers()
        newcomers = Newcomers(
            histories or {},
            nobody.items if items is None else items,
            features or {},
            pictures or {},
        )
        return GrownRecommender(with_newcomers(self.parts, newcomers))

    def save(self, folder: str | Path) -> None:
        """Write the folder that `load` reads; see `serving.folder.save`."""
        save(self.parts, folder)

    def _bounded(self, k: int) -> int:
        """No list is longer than the catalogue."""
        return min(k, len(self.items.names))


class GrownRecommender(FittedRecommender):
    """A recommender with newcomers.

    Attributes:
        left_out: id of a newcomer who could not be placed -> why.
        unknown: id of a new user -> the items of their history that nobody knows; the others count.
    """

    def __init__(self, grown: Grown) -> None:
        """Take what `with_newcomers` made."""
        super().__init__(grown.parts)
        self.left_out, self.unknown = grown.left_out, grown.unknown


def load(folder: str | Path, *, verify: bool = False) -> FittedRecommender:
    """The recommender of a folder: no Kedro, no configuration, no data set is needed.

    Args:
        folder: that a trial or `FittedRecommender.save` left.
        verify: compare the SHA-256 of every file; without it sizes only.

    Raises:
        InputError: see `serving.folder.read`.
    """
    return FittedRecommender(read(folder, verify=verify))
