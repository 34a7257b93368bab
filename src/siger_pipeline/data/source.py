"""What a source is: the raw files that interactions and items are read from, and how.

A source is a module, or a package, of the folder `data/sources` or of another distribution (see
`plugins`), with a `SOURCE` of the class below. `microlens` is one to copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pydantic import BaseModel

from siger_pipeline.plugins import SOURCES, part

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.remarks import Remark


# Holds for all files of a format, or depends on the parameters that name them.
Holds: TypeAlias = bool | Callable[[Any], bool]


class Read(NamedTuple):
    """What was read from raw files.

    Attributes:
        rows: interactions or items, with the columns and types of `data.layout`.
        bad_lines: raw lines that were left out.
        remarks: on what was left out or assumed, for the log.
    """

    rows: Table
    bad_lines: int = 0
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True)
class Source:
    """How one format of raw files is read.

    The two functions get what their arguments are named after: a raw file (a field of `config`
    that a `RawFile` marks) as the table that its dataset loads; another field of `config`;
    `max_bad_share` of `ingest:`; `strategy` of `split:`; `items`, which `read_items` made. They are
    called when their stage runs, and the libraries behind tables are imported no sooner.

    Attributes:
        config: the source's own parameters, `ingest.<source>:`.
        read_interactions: … -> the interactions, as they stand in the files.
        read_items: … -> the items that are described, one row each.
        has_split: whether the files hold a published split; or a function that says so of a value
            of `config`, where that depends on which files it names.
        has_times: likewise, whether interactions of different users can be ordered in time.
    """

    config: type[BaseModel]
    read_interactions: Callable[..., Read]
    read_items: Callable[..., Read]
    has_split: Holds = False
    has_times: Holds = True

    def holds_split(self, settings: BaseModel) -> bool:
        """Whether the files that a value of `config` names hold a published split."""
        return self.has_split if isinstance(self.has_split, bool) else self.has_split(settings)

    def holds_times(self, settings: BaseModel) -> bool:
        """Whether the files that a value of `config` names hold times that compare users."""
        return self.has_times if isinstance(self.has_times, bool) else self.has_times(settings)


def load_source(name: str) -> Source:
    """The source of this name.

    Raises:
        ParameterError: there is none, or its module cannot be imported or has no `SOURCE`.
    """
    return part(SOURCES, name, "SOURCE", Source)
