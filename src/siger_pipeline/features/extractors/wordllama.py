"""Texts by WordLlama, whose weights come in a wheel: means of frozen vectors of tokens.

The light one: no PyTorch, thousands of texts a second. https://github.com/dleemiller/WordLlama

Shapes: n texts, V tokens, d dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.features.encoders.config import TemplateConfig, require_packages
from siger_pipeline.features.encoders.placement import text_placement
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Batch, Encoder
    from siger_pipeline.features.encoders.encoding import Say, Store

PACKAGE = "wordllama"
WEIGHTS = "weights/l2_supercat_256.safetensors"
TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"
BATCH = 256
# Part of what vectors are kept under: to be changed with what is done to texts.
HOW = "mean of tokens, unit length"


class Config(TemplateConfig):
    """`features.wordllama:` of the parameters."""

    sha256: str = Field(
        "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
        description="of the weights; others are refused",
    )


def extract(item_index: Table, config: Config, items: Table, store: Store, say: Say) -> Extracted:
    """The vectors of the items' texts, 256-d; see `described.text_features`."""
    from siger_pipeline.features.encoders.described import text_features

    return text_features(item_index, items, config.template, encoder(config), store, say)


def encoder(config: Config) -> Encoder[str]:
    """x = m / ‖m‖, m the mean of the vectors of a text's tokens, float32.

    The package's own `load` asks the hub for the tokens; its files are all that is needed.

    Raises:
        InputError: the weights are others than those of the parameters.
    """
    import numpy as np
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    from siger_pipeline.features.encoders.encoder import Encoder
    from siger_pipeline.features.encoders.weights import file_hash, package_folder, require_hash

    weights, tokens = package_folder(PACKAGE) / WEIGHTS, package_folder(PACKAGE) / TOKENS
    found = file_hash(weights)
    require_hash(found, config.sha256, str(weights), "features.wordllama.sha256")
    tokenizer = Tokenizer.from_file(str(tokens))
    tokenizer.no_truncation()
    table_Vd = load_file(weights)["embedding.weight"]

    def encode(texts: Sequence[str]) -> Batch:
        vectors_nd = np.zeros((len(texts), table_Vd.shape[1]), dtype=np.float32)
        for n, text in enumerate(tokenizer.encode_batch(list(texts), add_special_tokens=False)):
            if text.ids:
                mean = table_Vd[text.ids].mean(axis=0, dtype=np.float32)
                vectors_nd[n] = mean / max(np.linalg.norm(mean), np.finfo(np.float32).tiny)
        return vectors_nd, np.zeros(len(texts), dtype=bool)

    identity = {"encoder": "wordllama", "sha256": found, "tokens": file_hash(tokens), "how": HOW}
    return Encoder(identity, table_Vd.shape[1], BATCH, len, encode)


def check(config: Config) -> None:
    """What it needs is there."""
    require_packages("wordllama", "encoders-offline", PACKAGE, "tokenizers", "safetensors")


EXTRACTOR = Extractor(Config, extract, check=check, placement=text_placement(encoder))
