"""How encoders describe items that come later: as all others, since they learn nothing of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Pictures, Placement, State

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from siger_pipeline.features.encoders.encoder import Encoder

Made = Callable[[Any], "Encoder[Any]"]


def text_placement(encoder: Made) -> Placement:
    """By the texts of items."""

    def place(config: Any, state: State, items: pd.DataFrame, pictures: Pictures) -> np.ndarray:
        from siger_pipeline.features.template import compose

        return _vectors(_of_hub(encoder, config), compose(items, config.template))

    return Placement(_nothing, place)


def picture_placement(encoder: Made) -> Placement:
    """By the pictures of items."""

    def place(config: Any, state: State, items: pd.DataFrame, pictures: Pictures) -> np.ndarray:
        from siger_pipeline.data.schema import Columns

        opened = [pictures.get(item) for item in items[Columns.ITEM]]
        return _vectors(_of_hub(encoder, config), opened)

    return Placement(_nothing, place)


def _nothing(config: Any, items: pd.DataFrame, pictures: Pictures) -> State:
    return {}


def _of_hub(encoder: Made, config: Any) -> Encoder[Any]:
    if getattr(config, "folder", None):
        raise InputError(
            f"the encoder was read from the folder {config.folder} of the raw data, which a "
            "recommender does not keep: bring vectors of new items"
        )
    return encoder(config)


def _vectors(encoder: Encoder[Any], contents: Sequence[Any]) -> np.ndarray:
    """A row a content, zero where there is none."""
    import numpy as np

    rows = np.zeros((len(contents), encoder.dimension), dtype=np.float32)
    there = [n for n, content in enumerate(contents) if content]
    for start in range(0, len(there), encoder.batch_size):
        batch = there[start : start + encoder.batch_size]
        rows[batch], _ = encoder.encode([contents[n] for n in batch])
    return rows
