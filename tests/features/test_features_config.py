"""Parameters of the features stage."""

from typing import Any

import pytest
from omegaconf import OmegaConf
from pydantic import ValidationError

from contracts.world import CONF
from siger_pipeline.features.config import FeaturesConfig, PictureConfig
from siger_pipeline.features.extractors import EXTRACTORS

SHIPPED: Any = OmegaConf.to_container(OmegaConf.load(CONF / "parameters_features.yml"))
BLOCKS: dict[str, Any] = {name: SHIPPED["features"][name] for name in EXTRACTORS}


def config(modalities: dict[str, Any], **changes: Any) -> FeaturesConfig:
    return FeaturesConfig.model_validate({"modalities": modalities, **BLOCKS, **changes})


def test_every_extractor_has_a_block_and_every_block_an_extractor() -> None:
    assert set(FeaturesConfig.model_fields) == {"modalities", *EXTRACTORS}


def test_null_drops_a_modality() -> None:
    checked = config({"text": "tfidf_svd", "image": None})
    assert checked.modalities == {"text": "tfidf_svd", "image": None}


def test_unknown_extractor_is_named_with_what_is_known() -> None:
    known = ", ".join(sorted(EXTRACTORS))
    with pytest.raises(ValidationError, match=rf"'tfidf'; known extractors: {known} \(null drops"):
        config({"text": "tfidf"})


@pytest.mark.parametrize("name", ["Text", "a/b", "", "1st", "te xt"])
def test_modality_names_fit_files(name: str) -> None:
    with pytest.raises(ValidationError, match="small letters, digits and _"):
        config({name: "matrix"})


@pytest.mark.parametrize(
    ("block", "change"),
    [
        ("tfidf_svd", {"dimension": 0}),
        ("tfidf_svd", {"dimensions": 8}),
        ("tfidf_svd", {"max_df": 1.5}),
        ("picture", {"colours": -1}),
        ("matrix", {"block_mib": 0}),
    ],
)
def test_impossible_values_and_misspelt_keys_are_refused(
    block: str, change: dict[str, Any]
) -> None:
    key = next(iter(change))
    with pytest.raises(ValidationError, match=rf"{block}\.{key}"):
        config({"text": "matrix"}, **{block: BLOCKS[block] | change})


def test_a_picture_holds_two_cells_a_side() -> None:
    with pytest.raises(ValidationError, match="at least two cells"):
        PictureConfig(size=15, cell=8, orientations=6, colours=2, max_bad_share=0)
