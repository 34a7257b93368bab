"""The regression of items on items against float64, in place."""

import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.ops import item_weights
from siger_pipeline.ops.item_weights import add_cosines, add_counts, regress

DRAW = np.random.default_rng(0)
R = sparse.csr_matrix((DRAW.random((60, 37)) < 0.2).astype(np.float32))
X = DRAW.normal(size=(37, 11)).astype(np.float32)
X[5] = 0


@pytest.fixture(params=[4, 1024], ids=["blocks", "whole"])
def _block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(item_weights, "BLOCK", request.param)


def expected(alpha: float, ridge: float) -> np.ndarray:
    """Steck's closed form in float64."""
    dense = R.toarray().astype(np.float64)
    gram = dense.T @ dense
    lengths = np.linalg.norm(X.astype(np.float64), axis=1)
    for i in range(len(gram)):
        for j in range(len(gram)):
            if lengths[i] * lengths[j] > 0:
                gram[i, j] += alpha * (X[i] @ X[j]) / (lengths[i] * lengths[j])
    inverse = np.linalg.inv(gram + ridge * np.eye(len(gram)))
    weights = np.eye(len(gram)) - inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


@pytest.mark.usefixtures("_block")
@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_it_is_the_closed_form(alpha: float) -> None:
    gram = np.zeros((37, 37), dtype=np.float32)
    add_counts(gram, R)
    add_cosines(gram, X, alpha)
    regress(gram, 5.0, "ease.ridge")
    np.testing.assert_allclose(gram, expected(alpha, 5.0), rtol=1e-4, atol=1e-6)
    assert not gram.diagonal().any()


def test_each_column_is_the_ridge_regression_on_the_other_items() -> None:
    gram = np.zeros((37, 37), dtype=np.float32)
    add_counts(gram, R)
    regress(gram, 5.0, "ease.ridge")
    dense = R.toarray().astype(np.float64)
    for item in (0, 20, 36):
        others = np.arange(37) != item
        x, y = dense[:, others], dense[:, item]
        slopes = np.linalg.solve(x.T @ x + 5.0 * np.eye(36), x.T @ y)
        np.testing.assert_allclose(gram[others, item], slopes, rtol=1e-4, atol=1e-6)


def test_a_penalty_too_small_for_float32_is_one_sentence() -> None:
    gram = np.ones((37, 37), dtype=np.float32)
    with pytest.raises(ParameterError, match=r"^ease.ridge = 1e-12 is too small for a solve in fl"):
        regress(gram, 1e-12, "ease.ridge")
