"""Text features: TF-IDF and truncated SVD. Shapes: I items, V words, d dimensions."""

import html
import re
from typing import Any

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from numpy.typing import NDArray
from scipy import sparse

from siger_pipeline.data.index import unknown_items
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import Extracted, Features, align_items, with_missing
from siger_pipeline.features.config import TfidfSvdConfig
from siger_pipeline.features.words import analyser
from siger_pipeline.remarks import without_features

FIELDS = [Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION]
NOT_SHOWN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def extract(item_index: Table, config: TfidfSvdConfig, items: Table) -> Extracted:
    """Features of title, brand, categories and description; see `tfidf_svd`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        items: item and the four texts, null where missing, as in the source.
    """
    texts = join_fields(align_items(items, item_index))
    features, missing = tfidf_svd(texts, config)
    unknown = int(unknown_items(item_index, items).count().to_pyarrow().as_py())
    empty = sum(not text for text in texts)
    limits = f"features.tfidf_svd.min_df = {config.min_df}, max_df = {config.max_df}"
    reasons = {
        "have no metadata": unknown,
        "have no text": empty - unknown,
        f"have no word that counts ({limits})": int(missing.sum()) - empty,
    }
    return features, missing, without_features("text features", reasons, len(texts))


def join_fields(items: pd.DataFrame) -> list[str]:
    """One plain text an item: the four fields, cleaned and joined; empty where there is nothing."""
    fields = items[FIELDS].fillna("").astype(str)
    rows = fields.itertuples(index=False, name=None)
    return [" ".join(filter(None, map(plain, row))) for row in rows]


def plain(text: str) -> str:
    """The text as a reader sees it: entities resolved, tags gone, white space folded.

    Shop data are often escaped more than once (`&amp;amp;`): resolved until nothing changes.
    """
    while (resolved := html.unescape(text)) != text:
        text = resolved
    return " ".join(TAG.sub(" ", NOT_SHOWN.sub(" ", text)).split())


def tfidf_svd(texts: list[str], config: TfidfSvdConfig) -> Features:
    """Latent semantic features: TF-IDF [I, V], projected on its leading right singular vectors.

    `d = min(dimension, V, items with words)`: a matrix has no more directions than that. Rows have
    unit length. The SVD sees the rows in the order of their texts, so that the order of the items
    changes the order of the rows and nothing else; the number of threads changes nothing.

    Args:
        texts: one an item, row n for item n.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a word that was kept, whose rows are zero.

    Raises:
        InputError: no item has a text; fewer than two words are left.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize
    from threadpoolctl import threadpool_limits

    tfidf_IV = _tfidf(texts, config)
    order = np.argsort(np.array(texts, dtype=object), kind="stable")
    spoken_IV = tfidf_IV[order[tfidf_IV.getnnz(axis=1)[order] > 0]]
    svd = TruncatedSVD(
        n_components=min(config.dimension, *spoken_IV.shape),
        n_iter=config.iterations,
        random_state=config.seed,
    )
    # BLAS sums otherwise with each number of threads; little of the work is its own.
    with threadpool_limits(1, user_api="blas"):
        svd.fit(spoken_IV)
    projected_Id: NDArray[Any] = tfidf_IV @ svd.components_.T
    return with_missing(normalize(projected_Id).astype(np.float32, copy=False))


def _tfidf(texts: list[str], config: TfidfSvdConfig) -> sparse.csr_matrix:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(texts):
        raise InputError(
            f"None of the {len(texts)} items has a title, brand, category or description. Leave the"
            " modality out: --params features.modalities.text=null"
        )
    vectoriser = TfidfVectorizer(
        dtype=np.float32,
        analyzer=analyser(config.ngram),
        min_df=config.min_df,
        max_df=config.max_df,
        max_features=config.max_words,
        sublinear_tf=True,
    )
    try:
        tfidf_IV: sparse.csr_matrix = vectoriser.fit_transform(texts)
    except ValueError as error:
        raise _too_few_words(len(texts), config) from error
    if tfidf_IV.shape[1] < 2:
        raise _too_few_words(len(texts), config)
    return tfidf_IV


def _too_few_words(n_items: int, config: TfidfSvdConfig) -> InputError:
    return InputError(
        f"Fewer than two words are left of the texts of {n_items} items: with"
        f" features.tfidf_svd.min_df = {config.min_df} and max_df = {config.max_df} the others are"
        " too rare or too common."
    )
