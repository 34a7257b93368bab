"""Pictures by an encoder of the hub or of a folder: CLIP, SigLIP, ViT, DINOv2, ….

Radford et al., ICML 2021, for the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.features.encoders.config import (
    PicturesConfig,
    PinnedConfig,
    require_device,
    require_packages,
)
from siger_pipeline.features.encoders.placement import picture_placement
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Encoder
    from siger_pipeline.features.encoders.encoding import Say, Store
    from siger_pipeline.features.encoders.pictures import Opener


class Config(PicturesConfig, PinnedConfig):
    """`features.vision:` of the parameters."""

    model: str = Field(
        "sentence-transformers/clip-ViT-B-32", description="name of a model on the hub"
    )
    revision: str = Field(
        "327ab6726d33c0e22f920c83f2ff9e4bd38ca37f",
        description="its commit, 40 hexadecimal digits",
    )


def extract(
    item_index: Table,
    config: Config,
    pictures: Mapping[str, Opener],
    store: Store,
    say: Say,
    folder: Path | None = None,
) -> Extracted:
    """The vectors of the items' pictures; see `described.picture_features`."""
    from siger_pipeline.features.encoders.described import picture_features

    made = encoder(config, folder)
    return picture_features(item_index, pictures, made, config.max_bad_share, store, say)


def encoder(config: Config, folder: Path | None = None) -> Encoder[Opener]:
    """The encoder of the parameters."""
    from siger_pipeline.features.encoders.sentence_transformers import (
        picture_encoder,
        pinned_model,
    )

    return picture_encoder(*pinned_model(config, folder, "vision"), config)


def check(config: Config) -> None:
    """What it needs is there."""
    require_packages("vision", "encoders", "sentence_transformers")
    require_device(config, "vision")


EXTRACTOR = Extractor(
    Config, extract, pictures="pictures", check=check, placement=picture_placement(encoder)
)
