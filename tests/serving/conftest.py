"""A small recommender with its own propagation, and one that is a sum over the history."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from contracts.test_every_model import ready
from contracts.world import behind_graphs, requested_by, small_world
from siger_pipeline.models.recommender import config_values
from siger_pipeline.serving import FittedRecommender, parts_of
from siger_pipeline.training.checkpoint import FORMAT

USERS = np.array([f"{n:03}" for n in range(30)], dtype=object)
ITEMS = pd.DataFrame(
    {
        "item": [f"i{n:02}" for n in range(40)],
        "title": [None, "Corkle &amp; Finch", *(f"Title {n}" for n in range(2, 40))],
        "row": range(40),
    }
)
Fitted = Callable[..., FittedRecommender]


def fitted_of(name: str, users: np.ndarray = USERS, items: pd.DataFrame = ITEMS) -> Fitted:
    inputs = requested_by(name, small_world())
    model = ready(name, inputs)
    checkpoint = {
        "format": FORMAT,
        "model": name,
        "config": config_values(model.config),
        "weights": dict(model.state_dict()),
    }
    behind = behind_graphs(name, small_world())
    return FittedRecommender(
        parts_of(checkpoint, inputs, users, items, inputs.interactions, behind=behind)
    )


@pytest.fixture(scope="module")
def lightgcn() -> FittedRecommender:
    return fitted_of("lightgcn")


@pytest.fixture(scope="module")
def siger() -> FittedRecommender:
    return fitted_of("siger")
