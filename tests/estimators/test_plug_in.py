"""Models of other packages, from Python."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from contracts.awkward import AWKWARD
from contracts.plugged_in import awkward_models
from end_to_end.project import ROOT
from estimators.test_every_estimator import small
from estimators.worlds import FEATURES, R, V
from plugin.package import install
from siger_pipeline.estimators import names
from siger_pipeline.estimators.names import estimator_named, estimator_names, estimator_of
from siger_pipeline.models.registry import model_config
from test_light_start import imported_by


@pytest.fixture
def plug_ins() -> Iterator[None]:
    """Those of the tests are installed."""
    names._models.cache_clear()
    with awkward_models():
        yield
    names._models.cache_clear()


@pytest.mark.parametrize("model", AWKWARD)
def test_it_is_fitted_saved_and_loaded(model: str, plug_ins: None, tmp_path: Path) -> None:
    estimator = estimator_named(model_config(model).recommender)
    assert estimator is estimator_of(model)
    assert estimator.__name__ in estimator_names()
    few = {"k": 5} if model == "learned_graph" else {}  # of twenty items
    fitted = estimator(**small(model), **few).fit(R, FEATURES, V)
    fitted.save(tmp_path / "folder")
    loaded = estimator.load(tmp_path / "folder")
    pd.testing.assert_frame_equal(loaded.recommend([0, 1]), fitted.recommend([0, 1]))


def test_an_installed_package_offers_it_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT / 'src'}")
    code = "from siger_pipeline import Neighbours; assert Neighbours(knn_k=2).model == 'neighbours'"
    assert "tiny_parts" in imported_by(code, tmp_path)
