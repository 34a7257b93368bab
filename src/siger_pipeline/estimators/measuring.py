"""The metrics of a fitted recommender on held-out interactions."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.estimators.answers import Mask
from siger_pipeline.estimators.dataset import known_pairs
from siger_pipeline.evaluation.evaluate import users_to_rank
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import accuracy
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.serving.recommender import FittedRecommender


def measured(
    recommender: FittedRecommender, test: Any, ks: tuple[int, ...], mask: str
) -> dict[str, float]:
    """See `Estimator.evaluate`.

    Args:
        recommender: that is measured.
        test: held-out interactions, as the caller gives them.
        ks: list lengths.
        mask: what is ranked for nobody who has it.

    Raises:
        UserError: as of `Estimator.evaluate`.
    """
    if mask not in get_args(Mask):
        raise ParameterError(f"mask is {mask!r}, wanted is one of {', '.join(get_args(Mask))}")
    if not ks or any(isinstance(k, bool) or not isinstance(k, int | np.integer) for k in ks):
        raise ParameterError(f"ks is {list(ks)}, wanted are whole numbers such as (10, 20)")
    parts = recommender.parts
    held = known_pairs(test, recommender.users.names, recommender.items.names, "test")
    train = parts.inputs.interactions
    seen = train if mask == "train" else parts.seen
    users = users_to_rank(train)
    lists, _ = rank(recommender.scorer, users, seen, max(ks))
    hits = Hits.of(lists, held[users], users)
    if not len(hits.users):
        raise InputError("test holds no interaction of a user with one to learn from")
    return accuracy(hits, ks).means()
