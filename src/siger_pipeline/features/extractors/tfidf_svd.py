"""Text features: TF-IDF of title, brand, categories and description, and truncated SVD.

Shapes: I items, V words, d dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, PositiveInt

from siger_pipeline.blocks import PartConfig
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Extractor, Pictures, Placement, State
from siger_pipeline.remarks import without_features

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from ibis.expr.types import Table
    from numpy.typing import NDArray
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

    from siger_pipeline.features.align import Extracted, Features


class Config(PartConfig):
    """`features.tfidf_svd:` of the parameters."""

    dimension: PositiveInt = Field(128, description="d at most; fewer where texts or words are few")
    min_df: PositiveInt = Field(2, description="items that a word must occur in to count")
    max_df: float = Field(
        0.5, gt=0, le=1, description="share of items above which a word is left out"
    )
    ngram: PositiveInt = Field(
        2,
        description="words in a row that count as one, up to so many; in scripts without blanks"
        " (Chinese, Japanese, Thai …) characters in a row, up to one more",
    )
    max_words: PositiveInt = Field(50_000, description="the most frequent words, so many, count")
    iterations: PositiveInt = Field(7, description="power iterations of the randomised SVD")
    seed: int = Field(999, ge=0, lt=2**32, description="of the randomised SVD")


def extract(item_index: Table, config: Config, items: Table) -> Extracted:
    """Features of title, brand, categories and description; see `tfidf_svd`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        items: item and the four texts, null where missing, as in the source.
    """
    from siger_pipeline.data.index import unknown_items
    from siger_pipeline.features.align import align_items
    from siger_pipeline.features.text import join_fields

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


def tfidf_svd(texts: list[str], config: Config) -> Features:
    """Latent semantic features: TF-IDF [I, V], projected on its leading right singular vectors.

    `d = min(dimension, V, items with words)`: a matrix has no more directions than that. Rows have
    unit length. The SVD sees the rows in the order of their texts, so that the order of the items
    changes the order of the rows and nothing else; the number of threads changes nothing.

    Args:
        texts: one an item, row n for item n.
        config: parameters.

    Returns:
        float32 [I, d]; True for items without a word that counts, whose rows are zero.

    Raises:
        InputError: no item has a text; fewer than two words are left.
    """
    from siger_pipeline.features.align import with_missing

    tfidf_IV, _ = _tfidf(texts, config)
    return with_missing(_projected(tfidf_IV, _directions(tfidf_IV, texts, config)))


def learn(config: Config, items: pd.DataFrame, pictures: Pictures) -> State:
    """The words that count, their inverse document frequencies, and the directions, [d, V]."""
    from siger_pipeline.features.text import join_fields

    texts = join_fields(items)
    tfidf_IV, vectoriser = _tfidf(texts, config)
    return {
        "words": list(vectoriser.get_feature_names_out()),
        "idf": vectoriser.idf_,
        "directions": _directions(tfidf_IV, texts, config),
    }


def place(config: Config, state: State, items: pd.DataFrame, pictures: Pictures) -> np.ndarray:
    """Features of the texts of other items, by the catalogue's words and directions."""
    import numpy as np

    from siger_pipeline.features.text import join_fields

    vectoriser = _vectoriser(config, vocabulary=list(state["words"]))
    vectoriser.idf_ = np.asarray(state["idf"])
    tfidf_nV = vectoriser.transform(join_fields(items))
    return _projected(tfidf_nV, np.asarray(state["directions"]))


def _directions(tfidf_IV: sparse.csr_matrix, texts: list[str], config: Config) -> np.ndarray:
    """The leading right singular vectors, [d, V]."""
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from threadpoolctl import threadpool_limits

    order = np.argsort(np.array(texts, dtype=object), kind="stable")
    with_words_IV = tfidf_IV[order[tfidf_IV.getnnz(axis=1)[order] > 0]]
    svd = TruncatedSVD(
        n_components=min(config.dimension, *with_words_IV.shape),
        n_iter=config.iterations,
        random_state=config.seed,
    )
    # BLAS sums in another order with each number of threads; most of the work is not its.
    with threadpool_limits(1, user_api="blas"):
        svd.fit(with_words_IV)
    directions: np.ndarray = svd.components_
    return directions


def _projected(tfidf_nV: sparse.csr_matrix, directions_dV: np.ndarray) -> NDArray[np.float32]:
    """Rows of unit length, [n, d]; zero without a word that counts."""
    import numpy as np
    from sklearn.preprocessing import normalize

    projected_nd: NDArray[Any] = tfidf_nV @ directions_dV.T
    return normalize(projected_nd).astype(np.float32, copy=False)


def _tfidf(texts: list[str], config: Config) -> tuple[sparse.csr_matrix, TfidfVectorizer]:
    if not any(texts):
        raise InputError(
            f"None of the {len(texts)} items has a title, brand, category or description. Leave the"
            " modality out: --params features.modalities.text=null"
        )
    vectoriser = _vectoriser(config)
    try:
        tfidf_IV: sparse.csr_matrix = vectoriser.fit_transform(texts)
    except ValueError as error:
        raise _too_few_words(len(texts), config) from error
    if tfidf_IV.shape[1] < 2:
        raise _too_few_words(len(texts), config)
    return tfidf_IV, vectoriser


def _vectoriser(config: Config, vocabulary: list[str] | None = None) -> TfidfVectorizer:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    from siger_pipeline.features.words import analyser

    return TfidfVectorizer(
        dtype=np.float32,
        analyzer=analyser(config.ngram),
        min_df=config.min_df,
        max_df=config.max_df,
        max_features=config.max_words,
        sublinear_tf=True,
        vocabulary=vocabulary,
    )


def _too_few_words(n_items: int, config: Config) -> InputError:
    return InputError(
        f"Fewer than two words are left of the texts of {n_items} items: with"
        f" features.tfidf_svd.min_df = {config.min_df} and max_df = {config.max_df} the others are"
        " too rare or too common."
    )


EXTRACTOR = Extractor(Config, extract, placement=Placement(learn, place))
