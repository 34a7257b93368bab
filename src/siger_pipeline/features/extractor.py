"""What an extractor is: how the features of a modality are made.

An extractor is a module of the folder `features/extractors` or of another distribution (see
`plugins`), with an `EXTRACTOR` of the class below. `matrix` is one to copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from siger_pipeline.plugins import EXTRACTORS, part

if TYPE_CHECKING:
    from siger_pipeline.features.align import Extracted
    from siger_pipeline.features.encoders.encoder import Encoder


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
        check: `config` -> an error where what it needs is not there (a package, a device); called
            before the first node of a run.
        encoder: `config` and raw files of models -> an `Encoder`, of extractors whose vector of an
            item follows from its text or picture alone, whatever the other items are: such an
            encoder serves items that are not in the catalogue too.
    """

    config: type[BaseModel]
    extract: Callable[..., Extracted]
    pictures: str = ""
    check: Callable[[Any], None] | None = None
    encoder: Callable[..., Encoder[Any]] | None = None


def load_extractor(name: str) -> Extractor:
    """The extractor of this name.

    Raises:
        ParameterError: there is none, or its module cannot be imported or has no `EXTRACTOR`.
    """
    return part(EXTRACTORS, name, "EXTRACTOR", Extractor)
