"""Extractors of other packages: one module is enough, and what is wrong is said at once."""

import ibis
import numpy as np
import pytest

from parts import AddPart, add_part
from siger_pipeline.errors import ParameterError
from siger_pipeline.features.config import features_model
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.pipelines.features.nodes import extract_features
from siger_pipeline.pipelines.features.pipeline import create_pipeline
from siger_pipeline.plugins import EXTRACTORS
from siger_pipeline.shell.selection import Selection

__all__ = ["add_part"]

VECTORS = """
from typing import Annotated

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import MATRIX, RawFile
from siger_pipeline.features.extractor import Extractor


class Config(PartConfig):
    vectors: Annotated[str, RawFile(MATRIX)] = "{modality}.npy"
    scale: float = 1.0


def extract(item_index, config, vectors, items):
    return vectors, vectors.any(axis=1), []


EXTRACTOR = Extractor(Config, extract)
"""


def test_an_extractor_in_one_file_is_wired_by_the_names_of_its_arguments(add_part: AddPart) -> None:
    add_part(EXTRACTORS, "brought", VECTORS)
    [node] = create_pipeline(Selection("amazon", {"text": "brought"}, "siger", ())).nodes
    assert set(node.inputs) == {
        *(f"params:features.{key}" for key in ("modalities.text", "brought", "missing")),
        *("item_index", "items", "text_vectors"),
    }
    given = {"modalities": {"text": "brought"}}
    assert features_model(given).model_validate(given).model_dump()["brought"] == {
        "vectors": "{modality}.npy",
        "scale": 1.0,
    }


def test_an_argument_that_names_nothing_is_refused(add_part: AddPart) -> None:
    add_part(EXTRACTORS, "brought", VECTORS.replace("vectors, items)", "vectors, splits)"))
    with pytest.raises(ParameterError, match=r"extract of part_of_.* asks for 'splits'"):
        create_pipeline(Selection("amazon", {"text": "brought"}, "siger", ()))


def test_a_module_that_is_no_extractor_is_refused_by_name(add_part: AddPart) -> None:
    add_part(EXTRACTORS, "broken", "EXTRACTOR = dict()")
    with pytest.raises(ParameterError, match=r"^extractor 'broken': .*\.EXTRACTOR is \{\}"):
        load_extractor("broken")
    features_model({"modalities": {"text": "tfidf_svd"}})


def test_modalities_is_no_name_for_an_extractor(add_part: AddPart) -> None:
    add_part(EXTRACTORS, "modalities", VECTORS)
    with pytest.raises(ParameterError, match="'modalities' is the name of a parameter of features"):
        features_model({"modalities": {"text": "modalities"}})


def test_what_an_extractor_returns_is_checked(add_part: AddPart) -> None:
    add_part(EXTRACTORS, "brought", VECTORS)
    index = ibis.memtable({"item_id": [0, 1, 2]})
    vectors = np.ones((2, 4), np.float32)
    with pytest.raises(ParameterError, match=r"extractor 'brought' returned .* float32 \(3, d\)"):
        extract_features(
            "brought", {}, "zero", index, modality="text", vectors=vectors, items=index
        )
