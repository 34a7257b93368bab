"""Why a node must run: values with a type, whose `str` is the text after "because"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kedro_fresh.phrases import few


class Change(StrEnum):
    """How something differs from what an earlier run had."""

    CHANGED = "changed"
    NEW = "is new"
    GONE = "is gone"
    ABSENT = "is not there"  # an input that the node reads and no file holds


class Reason:
    """Why a node runs."""


@dataclass(frozen=True)
class NeverRan(Reason):
    """No run of the node has ended."""

    def __str__(self) -> str:
        return "it has not run to its end before"


@dataclass(frozen=True)
class ParameterChanged(Reason):
    """A parameter has another value.

    Attributes:
        name: with dots where parameters are nested. What stands before a `/` is a namespace, of
            which the node's own name tells, and is left out of the text.
        change: changed, new or gone.
        before: the earlier value, None for a new parameter.
        after: the present value, None for one that is gone.
    """

    name: str
    change: Change
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        name = self.name.rpartition("/")[2]
        if self.change is Change.NEW:
            return f"{name} is new: {self.after}"
        if self.change is Change.GONE:
            return f"{name} is gone, it was {self.before}"
        return f"{name} changed {self.before} → {self.after}"


@dataclass(frozen=True)
class KeysReordered(Reason):
    """A parameter's keys come in another order, which a node may see."""

    name: str

    def __str__(self) -> str:
        return f"order of the keys of {self.name} changed"


@dataclass(frozen=True)
class CodeChanged(Reason):
    """A module that the node's function or datasets reach, or a function outside of them."""

    module: str
    change: Change = Change.CHANGED

    def __str__(self) -> str:
        return f"code of {self.module} {self.change}"


@dataclass(frozen=True)
class InputChanged(Reason):
    """A dataset that the node reads holds something else.

    Attributes:
        dataset: as the node names it.
        file: that holds it, empty where it is not worth telling.
        change: of its content.
    """

    dataset: str
    file: str = ""
    change: Change = Change.CHANGED

    def __str__(self) -> str:
        file = f" ({self.file})" if self.file else ""
        return f"content of {self.dataset}{file} {self.change}"


@dataclass(frozen=True)
class SettingsChanged(Reason):
    """The type or the arguments of a dataset in the catalog."""

    dataset: str
    change: Change = Change.CHANGED

    def __str__(self) -> str:
        return f"catalog entry of {self.dataset} {self.change}"


@dataclass(frozen=True)
class WiringChanged(Reason):
    """The node's function, the values that it carries, or its inputs and outputs."""

    def __str__(self) -> str:
        return "its wiring changed"


@dataclass(frozen=True)
class OutputMissing(Reason):
    """An output is not there."""

    dataset: str
    file: str

    def __str__(self) -> str:
        return f"{self.dataset} ({self.file}) is missing"


@dataclass(frozen=True)
class OutputChanged(Reason):
    """An output holds something else than the node wrote."""

    dataset: str
    file: str

    def __str__(self) -> str:
        return f"{self.dataset} ({self.file}) is not what it wrote"


@dataclass(frozen=True)
class RecordUnreadable(Reason):
    """The record of an earlier run cannot be read.

    Attributes:
        file: folder and name.
        fault: what is wrong with it.
    """

    file: str
    fault: str

    def __str__(self) -> str:
        return f"{self.file} {self.fault}"


@dataclass(frozen=True)
class Unseeded(Reason):
    """The last run drew random numbers without a seed: another run makes something else."""

    generators: tuple[str, ...]

    def __str__(self) -> str:
        return f"it draws random numbers without a seed (from {few(self.generators)})"


@dataclass(frozen=True)
class NotPersisted(Reason):
    """What a dataset holds cannot be compared without loading it.

    Attributes:
        dataset: name in the catalog.
        filepath: as the catalog says, empty where it says none.
    """

    dataset: str
    filepath: str = ""

    def __str__(self) -> str:
        if self.filepath:
            return f"{self.dataset} ({self.filepath}) is not a file or folder on a local disk"
        return f"{self.dataset} is not persisted by the catalog"


@dataclass(frozen=True)
class CodeNotInFile(Reason):
    """The code of a module cannot be read, such as that of a zip file."""

    module: str

    def __str__(self) -> str:
        return f"the code of {self.module} is not in a file"


@dataclass(frozen=True)
class NotInModule(Reason):
    """The node's function was defined in a notebook or at a prompt."""

    def __str__(self) -> str:
        return "its function is not in a module"


@dataclass(frozen=True)
class NotComparable(Reason):
    """The node's function carries a value of a kind that cannot be compared."""

    kind: str

    def __str__(self) -> str:
        return f"its function carries a {self.kind}, which cannot be compared"


@dataclass(frozen=True)
class NoOutputs(Reason):
    """The node is run for its effect."""

    def __str__(self) -> str:
        return "it has no outputs"
