"""A fitted recommender: who gets what, what is like what, and why, as tables.

Shape suffixes: I items, n new items, d_m features.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.evaluate import recommendation_table
from siger_pipeline.evaluation.scores import DEFAULT_BLOCK_MIB
from siger_pipeline.features.extractor import Pictures
from siger_pipeline.serving.folder import read, save
from siger_pipeline.serving.newcomer_checks import Newcomers
from siger_pipeline.serving.newcomers import Grown, with_newcomers
from siger_pipeline.serving.parts import titles_of
from siger_pipeline.serving.ranking import Exclude, Ranking
from siger_pipeline.serving.reasons import reasons, with_reasons

SIMILAR = "similar"  # the column of what is like an item


class FittedRecommender(Ranking):
    """Recommends, finds similar items and explains; in memory, or of a folder (`load`)."""

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
        newcomers = Newcomers.of(histories, items, features, pictures)
        return GrownRecommender(with_newcomers(self.parts, newcomers))

    def save(self, folder: str | Path) -> None:
        """Write the folder that `load` reads; see `serving.folder.save`."""
        save(self.parts, folder)


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
