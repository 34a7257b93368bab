"""Texts by a sentence encoder of the hub or of a folder (Reimers and Gurevych, EMNLP 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.features.encoders.config import (
    PinnedConfig,
    TemplateConfig,
    require_device,
    require_packages,
)
from siger_pipeline.features.encoders.placement import text_placement
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from pathlib import Path

    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Encoder
    from siger_pipeline.features.encoders.encoding import Say, Store


class Config(TemplateConfig, PinnedConfig):
    """`features.sentence:` of the parameters."""

    model: str = Field(
        "sentence-transformers/all-MiniLM-L6-v2", description="name of a model on the hub"
    )
    revision: str = Field(
        "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        description="its commit, 40 hexadecimal digits",
    )


def extract(
    item_index: Table,
    config: Config,
    items: Table,
    store: Store,
    say: Say,
    folder: Path | None = None,
) -> Extracted:
    """The vectors of the items' texts; see `described.text_features`."""
    from siger_pipeline.features.encoders.described import text_features

    return text_features(item_index, items, config.template, encoder(config, folder), store, say)


def encoder(config: Config, folder: Path | None = None) -> Encoder[str]:
    """The encoder of the parameters."""
    from siger_pipeline.features.encoders.sentence_transformers import pinned_model, text_encoder

    return text_encoder(*pinned_model(config, folder, "sentence"), config)


def check(config: Config) -> None:
    """What it needs is there."""
    require_packages("sentence", "encoders", "sentence_transformers")
    require_device(config, "sentence")


EXTRACTOR = Extractor(Config, extract, check=check, placement=text_placement(encoder))
