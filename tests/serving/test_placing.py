"""New items by their texts and pictures: a known item's texts give its own features again."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from features.encoders.fake import Fake
from siger_pipeline.features.encoders.config import TemplateConfig
from siger_pipeline.features.encoders.placement import text_placement
from siger_pipeline.features.extractors.hashing import Config as HashingConfig
from siger_pipeline.features.extractors.hashing import hashed
from siger_pipeline.features.extractors.picture import Config as PictureConfig
from siger_pipeline.features.extractors.picture import picture_features
from siger_pipeline.features.extractors.tfidf_svd import Config as TfidfConfig
from siger_pipeline.features.extractors.tfidf_svd import tfidf_svd
from siger_pipeline.features.text import join_fields
from siger_pipeline.serving.learned_files import read_learned, write_learned
from siger_pipeline.serving.placing import Learned, learned_of, placed

WORDS = ["red", "blue", "lamp", "chair", "oak", "steel", "small", "round", "kitchen", "garden"]


@pytest.fixture
def items() -> pd.DataFrame:
    draw = np.random.default_rng(3)
    titles = [" ".join(draw.choice(WORDS, 4, replace=False)) for _ in range(30)]
    return pd.DataFrame(
        {
            "item": [f"i{n}" for n in range(30)],
            "title": titles,
            "brand": None,
            "categories": "home",
            "description": [f"<b>{title}</b> &amp; more" for title in titles],
        }
    )


@pytest.fixture
def pictures() -> dict[str, Callable[[], Image.Image]]:
    draw = np.random.default_rng(5)
    made = {f"i{n}": draw.integers(0, 255, (64, 64, 3), dtype=np.uint8) for n in range(20)}
    return {item: partial(Image.fromarray, pixels) for item, pixels in made.items()}


def there_and_back(learned: dict[str, Learned], folder: Path) -> dict[str, Learned]:
    return read_learned(folder, write_learned(folder, learned))


@pytest.mark.parametrize("name", ["tfidf_svd", "hashing"])
def test_the_texts_of_a_known_item_give_its_features(
    name: str, items: pd.DataFrame, tmp_path: Path
) -> None:
    if name == "hashing":
        features, _ = hashed(join_fields(items), HashingConfig())
    else:
        features, _ = tfidf_svd(join_fields(items), TfidfConfig(dimension=6))
    settings = {"dimension": 6} if name == "tfidf_svd" else {}
    learned = there_and_back(learned_of({"text": (name, settings)}, items, {}), tmp_path)
    again = placed(learned, items.iloc[[4, 17]].drop(columns="brand"), {})
    np.testing.assert_allclose(again["text"], features[[4, 17]], atol=1e-6)
    unknown = pd.DataFrame({"item": ["x"], "title": [None if name == "hashing" else "zebra"]})
    assert not placed(learned, unknown, {})["text"].any()


def test_a_known_picture_gives_its_features(
    items: pd.DataFrame, pictures: dict[str, Callable[[], Image.Image]], tmp_path: Path
) -> None:
    features, _, _ = picture_features(items["item"].tolist(), pictures, PictureConfig())
    learned = learned_of({"image": ("picture", {})}, items, {"image": pictures})
    new = pd.DataFrame({"item": ["a", "b", "c"]})
    opened = {"a": pictures["i3"], "c": pictures["i11"]}
    again = placed(there_and_back(learned, tmp_path), new, opened)
    np.testing.assert_allclose(again["image"][[0, 2]], features[[3, 11]], atol=1e-5)
    assert not again["image"][1].any()


def test_vectors_must_be_brought_where_the_extractor_takes_them_as_they_are(
    items: pd.DataFrame,
) -> None:
    assert learned_of({"text": ("matrix", {})}, items, {}) == {}


def test_an_encoder_describes_other_items_as_those_of_the_catalogue() -> None:
    texts = text_placement(lambda config: Fake(batch_size=1).encoder)
    items = pd.DataFrame({"item": ["a", "b", "c"], "title": ["lamp 3", None, "oak 14"]})
    rows = texts.place(TemplateConfig(), texts.learn(None, items, {}), items, {})
    np.testing.assert_allclose(rows, [[6, 3, 1], [0, 0, 0], [6, 14, 1]], rtol=1e-5)
