"""Who is new, and what does not fit the recommender.

Shape suffixes: n newcomers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Pictures
from siger_pipeline.serving.ids import Ids
from siger_pipeline.serving.parts import Parts


class NoPlaceError(InputError):
    """A model has no way to place any of the newcomers.

    Attributes:
        why: the reason without a newcomer's name; that of most, where there are several.
    """

    def __init__(self, message: str, why: str = "") -> None:
        """Take the message; it is the reason itself where no other is given."""
        super().__init__(message)
        self.why = why or message


@dataclass(frozen=True)
class Newcomers:
    """Who is new.

    Attributes:
        histories: id of a new user -> ids of their items, known or new.
        items: a row a new item: `item` (id as text), perhaps `title` and other texts.
        features: modality -> [n, d_m], row n for row n of `items`; a row of zeros or NaN is an
            item without these features. Of a modality that is not here, they are made of the texts
            and pictures.
        pictures: id of a new item -> a function that opens its picture.
    """

    histories: Mapping[str, Sequence[str]] = field(default_factory=dict)
    items: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({Columns.ITEM: []}))
    features: Mapping[str, np.ndarray] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        histories: Mapping[str, Sequence[str]] | None,
        items: pd.DataFrame | None,
        features: Mapping[str, np.ndarray] | None,
        pictures: Pictures | None,
    ) -> Newcomers:
        """The same, where some are left out."""
        named = cls().items if items is None else items
        return cls(histories or {}, named, features or {}, pictures or {})


def check(parts: Parts, newcomers: Newcomers) -> None:
    """Refuse ids that are not text, items that stand twice, and features that do not fit."""
    items = newcomers.items[Columns.ITEM].tolist()
    for what, ids in (("users", list(newcomers.histories)), ("items", items)):
        if wrong := [one for one in ids if not isinstance(one, str)]:
            raise InputError(
                f"{wrong[0]!r} among the ids of new {what} is a {type(wrong[0]).__name__}: ids are "
                "texts"
            )
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise InputError(f"the new item {twice!r} stands twice: each must be one of a kind")
    widths = widths_of(parts)
    for modality, rows in newcomers.features.items():
        if modality not in widths:
            raise InputError(
                f"features of {modality} are given, and model {parts.checkpoint['model']} reads "
                f"those of {', '.join(widths) or 'no modality'}"
            )
        wanted = (len(items), widths[modality])
        if np.shape(rows) != wanted:
            raise InputError(
                f"the features of {modality} have shape {np.shape(rows)}, wanted {wanted}: a row a "
                "new item, as wide as those that the model was trained with"
            )
        if np.isinf(rows).any():
            item = items[int(np.isinf(rows).any(axis=1).argmax())]
            raise InputError(f"the features of {modality} of the new item {item!r} are infinite")


def widths_of(parts: Parts) -> dict[str, int]:
    """Modality that the model or its graphs are made of -> number of its features."""
    read = {
        str(request.modality): int(matrix.shape[1])
        for request, matrix in parts.inputs.matrices.items()
        if request.modality
    }
    return read | {modality: int(matrix.shape[1]) for modality, matrix in parts.behind.items()}


def unfit_items(parts: Parts, newcomers: Newcomers) -> dict[str, str]:
    """New items that cannot be placed by what is given of them -> why."""
    items, widths = newcomers.items[Columns.ITEM].tolist(), widths_of(parts)
    known, _ = Ids("items", parts.items[Columns.ITEM].to_numpy(dtype=object)).known(items)
    unfit = dict.fromkeys(known, "the recommender knows the item already, and it stays as it is")
    if not widths:
        model = parts.checkpoint["model"]
        return dict.fromkeys(items, no_features(model)) | unfit
    has_some = np.zeros(len(items), dtype=bool)
    for modality in widths:
        rows = np.nan_to_num(newcomers.features.get(modality, np.zeros((len(items), 1))))
        has_some |= rows.any(axis=1)
    why = f"it has no features, and some of {' or '.join(widths)} are wanted"
    lacking = [item for item, some in zip(items, has_some, strict=True) if not some]
    return dict.fromkeys(lacking, why) | unfit


def no_features(model: str) -> str:
    """Why a model that is made of interactions alone has no place for new items."""
    return f"model {model} reads no features, by which an item without interactions is placed"
