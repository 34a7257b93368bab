"""Text features against a dense reference, and what must not matter to them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from siger_pipeline.errors import InputError
from siger_pipeline.features.extractors.tfidf_svd import Config, tfidf_svd
from siger_pipeline.features.text import join_fields, strip_html

CONFIG = Config(dimension=3, min_df=1, max_df=1.0, ngram=1, max_words=1000, iterations=7, seed=5)
TEXTS = [
    "red red cotton socks",
    "blue cotton socks",
    "",
    "steel kitchen knife",
    "kitchen knife block of steel and wood",
    "red wool hat",
    "!!!",
]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Corkle &amp; Finch", "Corkle & Finch"),
        ("Corkle &amp;amp;amp; Finch", "Corkle & Finch"),
        ("It&#39;s &quot;big&quot;", 'It\'s "big"'),
        ("<p>From the <b>maker</b></p>one<br/>two", "From the maker one two"),
        ("&lt;br&gt;line&lt;/br&gt;", "line"),
        ("a <!-- not\nshown --> b <style>p {x: 1}</style> c<script a=1>f()</script >d", "a b c d"),
        ("  many\n\t spaces ", "many spaces"),
        ("2 < 3 and 4 > 1", "2 < 3 and 4 > 1"),
        ("I &hearts; it &unknown; &", "I ♥ it &unknown; &"),
    ],
)
def test_strip_html(raw: str, shown: str) -> None:
    assert strip_html(raw) == shown


@given(st.text(st.sampled_from("&amp;lt<>/b #39x"), max_size=40))
def test_strip_html_leaves_nothing_to_resolve_and_folds_spaces(text: str) -> None:
    shown = strip_html(text)
    assert "&amp;" not in shown
    assert shown == " ".join(shown.split())


def test_fields_are_joined_in_order_and_nulls_left_out() -> None:
    items = pd.DataFrame(
        {
            "item": ["a", "b", "c"],
            "description": ["<p>soft</p>", None, None],
            "title": ["Socks", "Hat", None],
            "brand": ["A &amp; B", None, None],
            "categories": ["Clothing", "Clothing", None],
            "price": [1.0, None, None],
        }
    )
    assert join_fields(items) == ["Socks A & B Clothing soft", "Hat Clothing", ""]


def reference(texts: list[str], dimension: int) -> np.ndarray:
    """Cosines of sublinear TF-IDF rows, projected by a full SVD; words are letters only."""
    words = sorted({word for text in texts for word in text.split() if word.isalnum()})
    tfidf = np.zeros((len(texts), len(words)))
    for n, text in enumerate(texts):
        for v, word in enumerate(words):
            count = text.split().count(word)
            holding = sum(word in other.split() for other in texts)
            if count:
                idf = np.log((1 + len(texts)) / (1 + holding)) + 1
                tfidf[n, v] = (1 + np.log(count)) * idf
        norm = np.linalg.norm(tfidf[n])
        tfidf[n] /= norm if norm else 1
    right = np.linalg.svd(tfidf)[2][:dimension]
    projected = tfidf @ right.T
    norms = np.linalg.norm(projected, axis=1, keepdims=True)
    unit = np.divide(projected, norms, out=np.zeros_like(projected), where=norms > 0)
    cosines: np.ndarray = unit @ unit.T
    return cosines


def test_cosines_equal_the_dense_reference() -> None:
    features, missing = tfidf_svd(TEXTS, CONFIG)
    assert (features.shape, features.dtype) == ((7, 3), np.dtype(np.float32))
    np.testing.assert_allclose(features @ features.T, reference(TEXTS, 3), atol=1e-4)
    assert missing.tolist() == [False, False, True, False, False, False, True]


def test_rows_are_unit_or_zero_and_missing() -> None:
    features, missing = tfidf_svd(TEXTS, CONFIG)
    np.testing.assert_allclose(np.linalg.norm(features, axis=1), ~missing, atol=1e-6)
    assert not features[missing].any()


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(len(TEXTS))))
def test_order_of_items_only_moves_rows(order: list[int]) -> None:
    features, missing = tfidf_svd(TEXTS, CONFIG)
    moved, moved_missing = tfidf_svd([TEXTS[n] for n in order], CONFIG)
    np.testing.assert_allclose(moved, features[order], atol=1e-5)
    assert moved_missing.tolist() == missing[order].tolist()


def test_same_input_same_bytes() -> None:
    first, second = tfidf_svd(TEXTS, CONFIG)[0], tfidf_svd(list(TEXTS), CONFIG)[0]
    assert first.tobytes() == second.tobytes()


def test_dimension_is_at_most_what_the_texts_hold() -> None:
    wide = CONFIG.model_copy(update={"dimension": 500})
    assert tfidf_svd(TEXTS, wide)[0].shape == (7, 5)
    assert tfidf_svd(["socks", "socks hat"], wide)[0].shape == (2, 2)
    assert tfidf_svd(["socks hat", ""], wide)[0].shape == (2, 1)


def test_words_outside_the_limits_do_not_count() -> None:
    common = CONFIG.model_copy(update={"max_df": 0.4, "min_df": 2})
    texts = ["shop socks red", "shop socks blue", "shop hat", "shop hat odd", "shop lonely"]
    features, missing = tfidf_svd(texts, common)
    np.testing.assert_allclose(features[0], features[1], atol=1e-6)
    assert abs(float(features[0] @ features[2])) < 1e-6
    assert missing.tolist() == [False, False, False, False, True]


def test_no_words_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"None of the 2 items has a title.*modalities\.text=null"):
        tfidf_svd(["", ""], CONFIG)
    with pytest.raises(InputError, match=r"Fewer than two words.*min_df = 2"):
        tfidf_svd(["socks", "hat"], CONFIG.model_copy(update={"min_df": 2}))
    with pytest.raises(InputError, match="Fewer than two words"):
        tfidf_svd(["!!", "a"], CONFIG)
    with pytest.raises(InputError, match="Fewer than two words"):
        tfidf_svd(["socks", "socks"], CONFIG)


@pytest.mark.parametrize("number", [2, 3])
def test_the_number_of_threads_changes_no_byte(number: int) -> None:
    draw = np.random.default_rng(0)
    words = np.array([f"word{n}" for n in range(3000)])
    texts = [" ".join(words[draw.zipf(1.3, 40) % len(words)]) for _ in range(2000)]
    config = CONFIG.model_copy(update={"dimension": 128, "max_words": 3000})
    with threadpool_limits(1):
        alone, _ = tfidf_svd(texts, config)
    with threadpool_limits(number):
        together, _ = tfidf_svd(texts, config)
    assert alone.tobytes() == together.tobytes()
