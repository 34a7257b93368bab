"""A small data set as a caller has it, and what the pipeline's nodes make of the same."""

from typing import Any

import numpy as np
import pandas as pd
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from scipy import sparse

from kedro_fresh.unfinished import UnfinishedDataset
from siger_pipeline.estimators.settings import Settings
from siger_pipeline.models.recommender import config_values
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.graphs import pipeline as graphs
from siger_pipeline.pipelines.train import pipeline as train
from siger_pipeline.shell.selection import Selection

USERS, ITEMS = 24, 20
DRAW = np.random.default_rng(0)
ALL = (DRAW.random((USERS, ITEMS)) < 0.4).astype(np.float32)
ALL[:, 0] = 1  # each user has something to learn from
HELD = ((DRAW.random(ALL.shape) < 0.3) & (ALL > 0)).astype(np.float32)
HELD[:, 0] = 0
R, V = sparse.csr_matrix(ALL - HELD), sparse.csr_matrix(HELD)
TEXT = DRAW.normal(size=(ITEMS, 6)).astype(np.float32)
IMAGE = DRAW.normal(size=(ITEMS, 5)).astype(np.float32)
TEXT[3] = 0  # has none
FEATURES = {"text": TEXT, "image": IMAGE}


def frame_of(matrix: sparse.csr_matrix, **columns: Any) -> pd.DataFrame:
    """The pairs of a matrix as a frame, with ids in whose order the numbers are kept."""
    users, items = matrix.nonzero()
    pairs = {"user": [f"u{user:02}" for user in users], "item": [f"i{item:02}" for item in items]}
    return pd.DataFrame({**pairs, **columns})


def of_pipeline(model: str, settings: Settings) -> dict[str, Any]:
    """The checkpoint that the stages graphs and train leave, run by Kedro as they are wired."""
    config = config_values(settings.config)
    requests = requests_of(model, config, sorted(FEATURES))
    selection = Selection("mmrec", dict.fromkeys(FEATURES, "matrix"), model, requests)
    wired = graphs.create_pipeline(selection) + train.create_pipeline(selection)
    given: dict[str, Any] = {"params:model": model, f"params:{model}": config}
    given |= {"params:train": settings.train, "params:graphs.block_mib": 128.0}
    given |= {f"params:train.{key}": value for key, value in settings.train}
    given |= {"train_matrix": R, "validation_matrix": V}
    given |= {f"features_{name}": matrix for name, matrix in FEATURES.items()}
    given |= {f"missing_{name}": ~matrix.any(axis=1) for name, matrix in FEATURES.items()}
    names = {*given, *wired.datasets()} & {*wired.datasets()}
    held = {name: MemoryDataset(given.get(name), copy_mode="assign") for name in names & {*given}}
    held |= {name: MemoryDataset(copy_mode="assign") for name in names - {*given}}
    catalog = DataCatalog({**held, "unfinished_training": UnfinishedDataset()})
    SequentialRunner().run(wired, catalog)
    checkpoint: dict[str, Any] = catalog.load("checkpoint")
    return checkpoint
