"""What an extractor is: how the features of a modality are made.

An extractor is a module of the folder `features/extractors` or of another distribution (see
`plugins`), with an `EXTRACTOR` of the class below. `matrix` is one to copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel

from siger_pipeline.plugins import EXTRACTORS, part

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from PIL import Image

    from siger_pipeline.features.align import Extracted


State: TypeAlias = "Mapping[str, np.ndarray | list[str]]"
Pictures: TypeAlias = "Mapping[str, Callable[[], Image.Image]]"


@dataclass(frozen=True)
class Placement:
    """How an extractor describes items that were not in the catalogue that it was fitted to.

    Attributes:
        learn: `config`, the items of the catalogue (a row an item, texts as in the source), their
            pictures by id -> what the features of other items follow from: arrays, lists of texts.
        place: `config`, what was learned, other items, their pictures by id -> features [n, d],
            zero rows for items that have none.
    """

    learn: Callable[[Any, pd.DataFrame, Pictures], State]
    place: Callable[[Any, State, pd.DataFrame, Pictures], np.ndarray]


@dataclass(frozen=True)
class Extractor:
    """How the features of a modality are made.

    The function gets what its arguments are named after: `item_index`; `config`, a value of the
    class below; `items`, the items of the source; a raw file (a field of `config` that a `RawFile`
    marks) as the object that its dataset loads; `store`, where vectors are kept from one run to the
    next; `say`, which takes a line on how far it is. It is called when its stage runs, and the
    libraries behind it are imported no sooner.

    Attributes:
        config: the extractor's own parameters, `features.<extractor>:`.
        extract: … -> features [I, d], a mask [I] of items that have none, remarks for the log.
        pictures: the field of `config` that names the folder of the items' pictures, which the
            report shows; empty where there is none.
        placement: how items are described that come later; None where their features must be
            brought along.
        check: `config` -> an error where what it needs is not there (a package, a device); called
            before the first node of a run.
    """

    config: type[BaseModel]
    extract: Callable[..., Extracted]
    pictures: str = ""
    placement: Placement | None = None
    check: Callable[[Any], None] | None = None


def load_extractor(name: str) -> Extractor:
    """The extractor of this name.

    Raises:
        ParameterError: there is none, or its module cannot be imported or has no `EXTRACTOR`.
    """
    return part(EXTRACTORS, name, "EXTRACTOR", Extractor)
