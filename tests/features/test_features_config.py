"""Parameters of the features stage."""

from typing import Any

import pytest
from pydantic import ValidationError

from siger_pipeline.features.config import features_model
from siger_pipeline.features.extractors.picture import Config as PictureConfig
from siger_pipeline.plugins import EXTRACTORS, names


def config(modalities: Any, **blocks: Any) -> Any:
    values = {"modalities": modalities, **blocks}
    return features_model(values).model_validate(values)


def test_the_chosen_extractors_have_a_block_and_no_other_has() -> None:
    checked = config({"text": "tfidf_svd", "image": None})
    assert set(checked.model_dump()) == {
        "modalities",
        "missing",
        "knockout",
        "knockout_seed",
        "tfidf_svd",
    }
    assert checked.tfidf_svd.dimension == 128


def test_null_drops_a_modality() -> None:
    checked = config({"text": "tfidf_svd", "image": None})
    assert checked.modalities == {"text": "tfidf_svd", "image": None}


def test_a_block_overrides_key_by_key() -> None:
    checked = config({"text": "tfidf_svd"}, tfidf_svd={"dimension": 64}).tfidf_svd
    assert (checked.dimension, checked.min_df) == (64, 2)


def test_unknown_extractor_is_named_with_what_is_known() -> None:
    known = ", ".join(names(EXTRACTORS))
    words = rf"'tfidf'; did you mean 'tfidf_svd'\? known extractors: {known} \(null drops"
    with pytest.raises(ValidationError, match=words):
        config({"text": "tfidf"})


@pytest.mark.parametrize("modalities", [None, "text", ["text"], {"text": ["tfidf_svd"]}])
def test_modalities_of_another_shape_are_refused(modalities: Any) -> None:
    with pytest.raises(ValidationError, match="modalities"):
        config(modalities)


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
        ("matrix", {"block_mib": float("inf")}),
    ],
)
def test_impossible_values_and_misspelt_keys_are_refused(
    block: str, change: dict[str, Any]
) -> None:
    key = next(iter(change))
    with pytest.raises(ValidationError, match=rf"{block}\.{key}"):
        config({"text": "matrix"}, **{block: change})


def test_a_picture_holds_two_cells_a_side() -> None:
    with pytest.raises(ValidationError, match="at least two cells"):
        PictureConfig(size=15, cell=8)


def test_a_way_to_fill_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="'zero', 'mean' or 'neighbours'"):
        config({"text": "tfidf_svd"}, missing="median")


def test_a_knockout_of_a_modality_without_features() -> None:
    given = {"modalities": {"text": "tfidf_svd", "image": None}, "knockout": {"txt": "noise"}}
    with pytest.raises(ValidationError, match=r"knockout.txt is 'noise', .* did you mean 'text'"):
        features_model(given).model_validate(given)
    given["knockout"] = {"image": "zeros"}
    with pytest.raises(ValidationError, match=r"knockout.image is 'zeros', .* there are text"):
        features_model(given).model_validate(given)
    given["knockout"] = {"image": None, "text": "shuffled"}
    assert features_model(given).model_validate(given).knockout == {"text": "shuffled"}
