"""Features that count the letters of an item's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.features.extractor import Extractor

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.features.align import Extracted


class Config(PartConfig):
    """`features.letters:` of the parameters."""

    letters: str = Field("0123456789", description="those that are counted")


def extract(item_index: Table, config: Config) -> Extracted:
    """A column a letter, [I, d]."""
    import numpy as np

    from siger_pipeline.features.align import index_frame, with_missing
    from siger_pipeline.remarks import without_features

    names = index_frame(item_index)["item"]
    counts = [[name.count(letter) for letter in config.letters] for name in names]
    features, missing = with_missing(np.array(counts, dtype=np.float32))
    reasons = {f"have none of {config.letters} in their name": int(missing.sum())}
    return features, missing, without_features("counts of letters", reasons, len(names))


EXTRACTOR = Extractor(Config, extract)
