"""What a fitted estimator answers: lists, similar items, reasons, metrics, a folder.

Nothing that is heavy is imported before it is used: `import siger_pipeline` takes a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from siger_pipeline.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from siger_pipeline.serving.recommender import FittedRecommender

Mask = Literal["train", "train+validation"]


class NotFittedError(UserError):
    """An estimator is asked for what only a fitted one knows."""


class Answers:
    """The questions to a fitted recommender."""

    _recommender: FittedRecommender | None = None

    @property
    def recommender(self) -> FittedRecommender:
        """The fitted recommender, which has more to offer, such as lists in blocks of users.

        Raises:
            NotFittedError: there is none yet.
        """
        if self._recommender is None:
            name = type(self).__name__
            raise NotFittedError(f"{name} is not fitted: call fit(…), or {name}.load(folder)")
        return self._recommender

    def recommend(
        self, users: Any, k: int = 10, exclude: Literal["seen", "none"] = "seen"
    ) -> pd.DataFrame:
        """The k best items of each user, best first.

        Args:
            users: ids, or one id.
            k: length of a list; shorter where fewer items are left.
            exclude: `seen`: what the user has, validation included; `none`: nothing.

        Returns:
            user, item (text), title (None where there is none), rank (int32, from 1), score
            (float32); users in the given order.

        Raises:
            UserError: a user that is not known, all named; k below 1; or no fit before.
        """
        return self.recommender.recommend(_texts(users), k, exclude)

    def similar(self, items: Any, k: int = 10, by: str | None = None) -> pd.DataFrame:
        """The k most similar other items of each item, best first.

        Args:
            items: ids, or one id.
            k: length of a list.
            by: `embedding`, `content:<modality>`, `graph:<name>` or `cooccurrence`: see
                `FittedRecommender.similar`. Left out: embedding, of a model without cooccurrence.

        Returns:
            item, similar, title, rank, score.

        Raises:
            UserError: an item that is not known; a `by` that there is not; or no fit before.
        """
        return self.recommender.similar(_texts(items), k, by)

    def explain(self, user: Any, items: Any, most: int = 3) -> pd.DataFrame:
        """What of a user's history carries the scores of some items, the largest share first.

        Args:
            user: id.
            items: ids, or one id.
            most: history items for each.

        Returns:
            user, item, because (item of the history), title, share, edges.

        Raises:
            UserError: a user or an item that is not known; or no fit before.
        """
        (one,) = _texts([user])
        return self.recommender.explain(one, _texts(items), most)

    def evaluate(
        self, test: Any, ks: Iterable[int] = (10, 20), mask: Mask = "train"
    ) -> dict[str, float]:
        """Recall, NDCG, precision and MAP on held-out interactions, by the project's protocol.

        All items are ranked but those that the user has. A metric is the mean over the users with
        a held-out interaction and one to learn from. Held-out items that are not known are misses.

        Args:
            test: interactions, as of `fit`.
            ks: list lengths K.
            mask: what the user has: `train`, as published figures do, or `train+validation`.

        Returns:
            `recall@10`, `ndcg@10`, … -> mean in [0, 1].

        Raises:
            UserError: interactions that cannot be such, an impossible K; or no fit before.
        """
        from siger_pipeline.estimators.measuring import measured

        return measured(self.recommender, test, tuple(ks), mask)

    def save(self, folder: str | Path) -> None:
        """Write a folder that `load`, and a service, read; it must be new or empty.

        Raises:
            UserError: the folder holds something; or no fit before.
        """
        self.recommender.save(folder)


def _texts(ids: Any) -> list[str]:
    from siger_pipeline.estimators.frames import texts_of

    return texts_of(ids)
