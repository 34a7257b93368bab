"""Text features: signed hashing of words and word pairs (Weinberger et al., ICML 2009).

A second extractor of texts beside `tfidf_svd`: nothing is fitted, so that an item's features depend
on its own text alone. Shapes: I items, d dimensions.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import Field, PositiveInt

from siger_pipeline.blocks import PartConfig
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Extractor, Pictures, Placement, State
from siger_pipeline.remarks import without_features

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted, Features


class Config(PartConfig):
    """`features.hashing:` of the parameters."""

    dimension: PositiveInt = Field(512, description="[d] buckets")
    ngram: PositiveInt = Field(2, description="as of tfidf_svd")


def extract(item_index: Table, config: Config, items: Table) -> Extracted:
    """Features of title, brand, categories and description; see `hashed`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        items: item and the four texts, null where missing, as in the source.

    Raises:
        InputError: no item has a text.
    """
    from siger_pipeline.data.index import unknown_items
    from siger_pipeline.features.align import align_items
    from siger_pipeline.features.text import join_fields

    texts = join_fields(align_items(items, item_index))
    if not any(texts):
        raise InputError(
            f"None of the {len(texts)} items has a title, brand, category or description. Choose "
            "another extractor than hashing, or leave the modality out."
        )
    features, missing = hashed(texts, config)
    unknown = int(unknown_items(item_index, items).count().to_pyarrow().as_py())
    empty = sum(not text for text in texts)
    reasons = {
        "have no metadata": unknown,
        "have no text": empty - unknown,
        "have no word": int(missing.sum()) - empty,
    }
    return features, missing, without_features("text features", reasons, len(texts))


def hashed(texts: list[str], config: Config) -> Features:
    """x_b = Σ_w ξ(w) (1 + log n_w) over the words w of bucket b, rows of unit length.

    n_w is how often w occurs in the text; the bucket of w and its sign ξ(w) = ±1 are those of its
    hash (MurmurHash3).

    Args:
        texts: one an item, row n for item n.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a word, or whose words cancel; their rows are zero.
    """
    import numpy as np
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.preprocessing import normalize

    from siger_pipeline.features.align import with_missing
    from siger_pipeline.features.words import analyser

    analyse = analyser(config.ngram)
    weights = (
        {word: 1 + np.log(count) for word, count in Counter(analyse(text)).items()}
        for text in texts
    )
    hasher = FeatureHasher(config.dimension, dtype=np.float64)
    return with_missing(normalize(hasher.transform(weights)).toarray().astype(np.float32))


def place(config: Config, state: State, items: pd.DataFrame, pictures: Pictures) -> np.ndarray:
    """Features of the texts of items: nothing was learned of others."""
    from siger_pipeline.features.text import join_fields

    return hashed(join_fields(items), config)[0]


def learn(config: Config, items: pd.DataFrame, pictures: Pictures) -> State:
    """Nothing: an item's features depend on its own text alone."""
    return {}


EXTRACTOR = Extractor(Config, extract, placement=Placement(learn, place))
