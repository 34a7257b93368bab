"""A folder of a small recommender, and an application that answers from it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from serving.conftest import fitted_of
from siger_pipeline.service.app import application
from siger_pipeline.service.current import Current
from siger_pipeline.serving import FittedRecommender

SELDOM = 3600.0  # seconds: no look at the folder during a test
Served = Callable[[FastAPI], TestClient]


@pytest.fixture(scope="session")
def siger() -> FittedRecommender:
    return fitted_of("siger")


@pytest.fixture(scope="session")
def folder(siger: FittedRecommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("served") / "recommender"
    siger.save(place)
    return place


@pytest.fixture(scope="session")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(application(Current(folder), SELDOM)) as asked:
        yield asked
