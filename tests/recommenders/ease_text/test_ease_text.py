"""EASE with text against its closed form in float64, and which features it reads."""

import numpy as np
import pytest
import torch

from contracts.world import small_world
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.models.registry import build, requests_of
from siger_pipeline.requests import features

USERS = torch.arange(30)


def scores(inputs: ModelInputs, name: str = "ease_text", **config: object) -> torch.Tensor:
    read = requests_of(name, config, inputs.modalities)
    modalities = tuple(request.modality or "" for request in read)
    of_model = ModelInputs(inputs.interactions, modalities, {r: inputs[r] for r in read})
    model = build(name, config, of_model, Randomness.seeded(0))
    assert isinstance(model, ClosedForm)
    model.fit(of_model, Randomness.seeded(0))
    return model.score(USERS)


@pytest.mark.parametrize("modalities", [("text",), ("image", "text")])
def test_features_are_further_users(modalities: tuple[str, ...]) -> None:
    inputs = small_world()
    inputs[features("text")][7] = 0
    dense = inputs.interactions.toarray().astype(np.float64)
    rows = [dense]
    for modality in modalities:
        x = inputs[features(modality)].astype(np.float64)
        length = np.linalg.norm(x, axis=1, keepdims=True)
        rows.append(np.sqrt(3.0) * (x / np.where(length, length, 1)).T)
    stacked = np.concatenate(rows)
    inverse = np.linalg.inv(stacked.T @ stacked + 2.0 * np.eye(inputs.n_items))
    weights = np.eye(inputs.n_items) - inverse @ np.diag(1 / np.diag(inverse))
    found = scores(inputs, ridge=2.0, alpha=3.0, modalities=modalities).numpy()
    np.testing.assert_allclose(found, dense @ weights, rtol=1e-3, atol=1e-5)


def test_without_weight_it_is_ease_and_reads_no_features() -> None:
    inputs = small_world()
    for modalities in (None, ("text",)):
        assert not requests_of("ease_text", {"alpha": 0, "modalities": modalities}, ["text"])
    found = scores(inputs, ridge=3.0, alpha=0.0)
    assert torch.equal(found, scores(inputs, "ease", ridge=3.0))


@pytest.mark.parametrize(
    ("there", "read"),
    [(["image", "text"], ["text"]), (["audio", "image"], ["audio", "image"]), (["text"], ["text"])],
)
def test_by_default_it_reads_text_or_what_there_is(there: list[str], read: list[str]) -> None:
    assert requests_of("ease_text", {}, there) == tuple(map(features, read))


def test_a_modality_that_is_absent_is_one_sentence() -> None:
    words = "^ease_text.modalities names 'text', and the data set has features of audio, image: "
    with pytest.raises(ParameterError, match=words):
        requests_of("ease_text", {"modalities": ["text"]}, ["audio", "image"])


def test_no_modality_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        requests_of("ease_text", {"modalities": []}, ["text"])
