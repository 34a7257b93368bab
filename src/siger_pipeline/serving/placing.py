"""Features of new items from their texts and pictures, by what the extractors have learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.features.extractor import Pictures, State, load_extractor
from siger_pipeline.features.text import FIELDS


@dataclass(frozen=True)
class Learned:
    """What describes new items by one modality.

    Attributes:
        extractor: its name.
        config: its parameters, JSON values.
        state: what it has learned of the catalogue, arrays and lists of texts by name.
    """

    extractor: str
    config: Mapping[str, Any]
    state: State


def learned_of(
    extractors: Mapping[str, tuple[str, Mapping[str, Any]]],
    items: pd.DataFrame,
    pictures: Mapping[str, Pictures],
) -> dict[str, Learned]:
    """What each extractor learns of a catalogue; nothing of one that takes vectors as they are.

    Args:
        extractors: modality -> name and parameters.
        items: of the catalogue, a row an item.
        pictures: modality -> item -> a function that opens its picture.
    """
    found = {}
    for modality, (name, config) in extractors.items():
        chosen = load_extractor(name)
        if chosen.placement is not None:
            checked = chosen.config.model_validate(dict(config))
            state = chosen.placement.learn(checked, _texts(items), pictures.get(modality, {}))
            found[modality] = Learned(name, checked.model_dump(mode="json"), state)
    return found


def placed(
    learned: Mapping[str, Learned], items: pd.DataFrame, pictures: Pictures
) -> dict[str, np.ndarray]:
    """Features of new items, modality -> [n, d_m]; zero rows for those that say nothing.

    Args:
        learned: of the recommender.
        items: `item` and whatever texts there are.
        pictures: item -> a function that opens its picture (a PIL image, RGB).

    Raises:
        InputError: a picture cannot be read.
    """
    rows = {}
    for modality, each in learned.items():
        chosen = load_extractor(each.extractor)
        assert chosen.placement is not None
        config = chosen.config.model_validate(dict(each.config))
        rows[modality] = chosen.placement.place(config, each.state, _texts(items), pictures)
    return rows


def _texts(items: pd.DataFrame) -> pd.DataFrame:
    """The items with every column that extractors of texts read."""
    columns = list(dict.fromkeys([Columns.ITEM, *FIELDS, Columns.FEATURES, *items.columns]))
    return items.reindex(columns=columns).astype(object)
