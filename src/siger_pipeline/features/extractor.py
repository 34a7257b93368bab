"""What an extractor is: how the features of a modality are made.

An extractor is a module of the folder `features/extractors` or of another distribution (see
`plugins`), with an `EXTRACTOR` of the class below. `matrix` is one to copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from siger_pipeline.plugins import EXTRACTORS, part

if TYPE_CHECKING:
    from siger_pipeline.features.align import Extracted


@dataclass(frozen=True)
class Extractor:
    """How the features of a modality are made.

    The function gets what its arguments are named after: `item_index`; `config`, a value of the
    class below; `items`, the items of the source; a raw file (a field of `config` that a `RawFile`
    marks) as the object that its dataset loads. It is called when its stage runs, and the
    libraries behind it are imported no sooner.

    Attributes:
        config: the extractor's own parameters, `features.<extractor>:`.
        extract: … -> features [I, d], a mask [I] of items that have none, remarks for the log.
        pictures: the field of `config` that names the folder of the items' pictures, which the
            report shows; empty where there is none.
    """

    config: type[BaseModel]
    extract: Callable[..., Extracted]
    pictures: str = ""


def load_extractor(name: str) -> Extractor:
    """The extractor of this name.

    Raises:
        ParameterError: there is none, or its module cannot be imported or has no `EXTRACTOR`.
    """
    return part(EXTRACTORS, name, "EXTRACTOR", Extractor)
