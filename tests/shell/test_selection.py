"""Which nodes a trial has."""

import pytest

from shell.configured import current
from siger_pipeline.errors import ParameterError


@pytest.mark.parametrize("key", ["freedom.weights", "content_knn.weights", "miggt.modality_layers"])
def test_a_misspelt_modality_is_one_sentence(key: str) -> None:
    model, _, _ = key.partition(".")
    wanted = f"{key} names 'txet', and features.modalities has image, text: name one of these"
    with pytest.raises(ParameterError, match=wanted):
        current(f"model={model},{key}.txet=1")


def test_a_modality_that_is_switched_off_may_be_named() -> None:
    current("model=content_knn,content_knn.weights.image=0,features.modalities.image=null")


def test_the_key_of_a_corrector_is_checked_too() -> None:
    wanted = "calibration.corrector: content_knn.weights names 'txet'"
    with pytest.raises(ParameterError, match=wanted):
        current("calibration.corrector=content_knn,content_knn.weights.txet=1")


def test_the_model_of_an_encoder_is_named_with_its_commit() -> None:
    chosen = current("model=siger,features.modalities.text=sentence").trial
    assert chosen.selection.named(chosen.selection.requests) == {
        "image": "picture",
        "text": "sentence sentence-transformers/all-MiniLM-L6-v2@c9745ed",
    }
