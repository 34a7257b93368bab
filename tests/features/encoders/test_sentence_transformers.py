"""Encoders of folders: the tiny models of `tiny_models`, against the plain libraries."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from ibis.expr.types import Table
from PIL import Image
from transformers import AutoModel, AutoTokenizer

from features.encoders import tiny_models
from reporting.made_up import in_duckdb
from siger_pipeline.datasets.vector_store import VectorStore
from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders.device import chosen_device, chosen_precision
from siger_pipeline.features.encoders.weights import folder_hash
from siger_pipeline.features.extractors import sentence, vision
from siger_pipeline.features.template import FIELDS

TEXTS = ["red socks", "a warm blue hat", "blue " * 30, "hat"]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.of_texts(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.of_pictures(tmp_path_factory.mktemp("pictures"))


def items_of(titles: list[str | None]) -> Table:
    items = {"item": list("abcd")[: len(titles)], "row": range(len(titles))}
    others = {name: [None] * len(titles) for name in FIELDS}
    kinds = dict.fromkeys(FIELDS, "string")
    return in_duckdb(pd.DataFrame({**items, **others, "title": titles}).astype(kinds))


def sentence_config(folder: Path, **others: object) -> sentence.Config:
    given = {"folder": str(folder), "sha256": folder_hash(folder), "device": "cpu", **others}
    return sentence.Config.model_validate(given)


def test_vectors_are_the_means_of_the_models_tokens(texts: Path) -> None:
    encoder = sentence.encoder(sentence_config(texts), texts)
    vectors, cut = encoder.encode(TEXTS)
    model, tokenizer = AutoModel.from_pretrained(texts), AutoTokenizer.from_pretrained(texts)
    for text, vector in zip(TEXTS, vectors, strict=True):
        tokens = tokenizer(text, truncation=True, max_length=12, return_tensors="pt")
        with torch.inference_mode():
            mean = model(**tokens).last_hidden_state[0].mean(dim=0)
        np.testing.assert_allclose(vector, mean.numpy(), atol=1e-5)
    assert vectors.dtype == np.float32 and encoder.dimension == 16
    assert cut.tolist() == [False, False, True, False]
    assert encoder.identity["sha256"] == folder_hash(texts)
    assert encoder.identity["precision"] == "float32"


def test_a_text_has_its_vector_whatever_the_others_are(texts: Path) -> None:
    encoder = sentence.encoder(sentence_config(texts), texts)
    alone, _ = encoder.encode(TEXTS[:1])
    among, _ = encoder.encode(TEXTS)
    np.testing.assert_allclose(alone[0], among[0], atol=1e-6)


def test_lower_precision_is_near_and_another_encoder(texts: Path) -> None:
    full = sentence.encoder(sentence_config(texts), texts)
    half = sentence.encoder(sentence_config(texts, precision="bfloat16"), texts)
    assert half.identity != full.identity
    [exact], [near] = full.encode(["red socks"])[0], half.encode(["red socks"])[0]
    assert near.dtype == np.float32
    assert exact @ near / np.linalg.norm(exact) / np.linalg.norm(near) > 0.99


def test_items_get_their_rows_and_the_log_says_what_was_cut_off(
    texts: Path, tmp_path: Path
) -> None:
    items = items_of([TEXTS[0], None, TEXTS[2], TEXTS[3]])
    index = in_duckdb({"item_id": range(4), "item": list("dcba"), "row": range(4)})
    config = sentence_config(texts)
    features, missing, remarks = sentence.extract(
        index, config, items, VectorStore(tmp_path), list, texts
    )
    expected, _ = sentence.encoder(config, texts).encode([TEXTS[3], TEXTS[2], TEXTS[0]])
    np.testing.assert_allclose(features[[0, 1, 3]], expected, atol=1e-6)
    assert missing.tolist() == [False, False, True, False]
    said = [remark.text for remark in remarks]
    assert said[1].startswith("1 of 3 texts (33.33%) are longer than the 12 tokens")
    assert remarks[1].level == logging.WARNING
    assert "1 have no text" in said[2]
    assert folder_hash(texts) in said[0]


def test_no_text_at_all_is_refused(texts: Path, tmp_path: Path) -> None:
    items, index = items_of([None]), in_duckdb({"item_id": [0], "item": ["a"], "row": [0]})
    with pytest.raises(InputError, match=r"^None of the 1 items has a text of \{title\}"):
        sentence.extract(index, sentence_config(texts), items, VectorStore(tmp_path), list, texts)


def test_a_folder_is_pinned_by_its_hash(texts: Path) -> None:
    for sha256, message in ((None, f"set it to {folder_hash(texts)}"), ("0" * 64, "other weights")):
        config = sentence_config(texts, sha256=sha256)
        with pytest.raises(InputError, match=message):
            sentence.encoder(config, texts)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"^extractor 'sentence': the model .* cannot be loaded"):
        sentence.encoder(sentence_config(tmp_path), tmp_path)


def test_a_hub_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import sentence_transformers

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", unreachable)
    with pytest.raises(InputError, match=r"no route to host\): at revision c9745.* minilm"):
        sentence.encoder(sentence.Config())


def test_pictures_of_a_vision_model(pictures: Path, tmp_path: Path) -> None:
    red, blue = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    config = vision.Config(folder=str(pictures), sha256=folder_hash(pictures), device="cpu")
    index = in_duckdb({"item_id": range(3), "item": list("abc"), "row": range(3)})
    given = {"b": lambda: blue, "a": lambda: red, "z": lambda: red}
    features, missing, _ = vision.extract(
        index, config, given, VectorStore(tmp_path), list, pictures
    )
    expected, _ = vision.encoder(config, pictures).encode([lambda: red, lambda: blue])
    np.testing.assert_allclose(features[:2], expected, atol=1e-6)
    assert missing.tolist() == [False, False, True]
    assert not np.allclose(expected[0], expected[1])


def test_numbers_of_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    for there in (True, False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        assert chosen_device("auto").type == ("cuda" if there else "cpu")
        assert chosen_device("cpu") == cpu
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda there=there: there)
        assert chosen_precision("auto", cuda) == ("bfloat16" if there else "float16")
        assert chosen_precision("auto", cpu) == "float32"
        assert chosen_precision("float16", cpu) == "float16"
