"""An index of items: what it finds beside exact search, and that its loss is told."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from serving.conftest import fitted_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving import index as module
from siger_pipeline.serving.index import build_index

pytest.importorskip("faiss", reason="faiss is not installed: pip install -e .[ann]")


def exact(users: np.ndarray, items: np.ndarray, seen: sparse.csr_matrix, k: int) -> np.ndarray:
    scores = users @ items.T
    scores[seen.toarray() > 0] = -np.inf
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.fixture(scope="module")
def embeddings() -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    centres = draw.normal(size=(20, 16))
    items = centres[draw.integers(20, size=4000)] + 0.3 * draw.normal(size=(4000, 16))
    users = centres[draw.integers(20, size=300)] + 0.3 * draw.normal(size=(300, 16))
    return users.astype(np.float32), items.astype(np.float32)


@pytest.mark.parametrize("least", [0.5, 0.9, 1.0])
def test_the_recall_that_is_told_is_that_of_the_lists(
    embeddings: tuple[np.ndarray, np.ndarray], least: float
) -> None:
    users, items = embeddings
    index = build_index(users, items, least)
    nothing = sparse.csr_matrix((len(users), len(items)))
    found, _ = index.best(users, nothing, 10)
    wanted = exact(users, items, nothing, 10)
    recall = np.mean([np.isin(a, b).mean() for a, b in zip(wanted, found, strict=True)])
    assert index.recall == pytest.approx(recall)
    assert index.recall >= least
    assert f"{index.recall:.1%} of the exact 10 best items of 300 users" in str(index)


def test_looking_through_all_lists_is_exact_and_leaves_out_what_is_seen(
    embeddings: tuple[np.ndarray, np.ndarray],
) -> None:
    users, items = embeddings
    index = build_index(users, items, 1.0)
    index.faiss.nprobe = index.lists
    seen = sparse.random(300, 4000, 0.02, format="csr", random_state=5)
    found, scores = index.best(users, seen, 20)
    np.testing.assert_array_equal(found, exact(users, items, seen, 20))
    assert (np.diff(scores, axis=1) <= 0).all()


def test_a_small_catalogue_goes_on_being_scored(siger: FittedRecommender) -> None:
    told = siger.use_index()
    assert told == "exact: all 40 items are scored, as in any catalogue below 50,000"
    assert siger.index is None


@pytest.mark.parametrize("exclude", ["seen", "none"])
def test_lists_are_whole_whatever_the_index_finds(exclude: str) -> None:
    fitted = fitted_of("siger")
    users = list(fitted.users.names)
    before = fitted.recommend(users, 40, exclude)  # type: ignore[arg-type]
    assert "approximate: " in fitted.use_index(0.01, least_items=1)
    assert fitted.index is not None
    fitted.index.faiss.nprobe = 1  # too few items are found for such long lists
    after = fitted.recommend(users, 40, exclude)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(after, before)


def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="model ease ranks by no dot product"):
        fitted_of("ease").use_index()
    with pytest.raises(ParameterError, match="least_recall is 2"):
        fitted_of("siger").use_index(2, least_items=1)
    fitted = fitted_of("siger")
    fitted.use_index(least_items=1)
    with pytest.raises(ParameterError, match="k is 0"):
        fitted.recommend(["003"], 0)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install .siger-pipeline\[ann\]"):
        fitted_of("siger").use_index(least_items=1)
