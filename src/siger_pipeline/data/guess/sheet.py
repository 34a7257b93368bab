"""The first rows of a user's table, and what the values of a column look like."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

Named = str | int
Values = Sequence[str | None]

NUMBER = re.compile(r"-?\d+([.,]\d+)?")
WHOLE = re.compile(r"\d{9,10}|\d{12,13}")  # seconds or milliseconds since 1970, from 2001 on
ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
PICTURE = re.compile(r"\S+\.(jpe?g|png|webp|gif|bmp|tiff?)(\?\S*)?", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
COMMA = re.compile(r"\D*(\d{1,3}(\.\d{3})+|\d+),\d{1,2}\D*")
POINT = re.compile(r"\D*(\d{1,3}(,\d{3})+|\d+)\.\d{1,2}\D*")
FORMATS = (
    *("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d"),
    *("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y"),
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y%m%d"),
)
TRIED = 400  # values that formats of dates are tried on
NEARLY = 0.9  # share of the values that must look alike


@dataclass(frozen=True)
class Look:
    """What the values of a column look like.

    Attributes:
        values: the texts, without missing ones.
        rows: of the column, missing ones included.
    """

    values: Sequence[str]
    rows: int

    @cached_property
    def filled(self) -> float:
        """Share of the rows with a value."""
        return len(self.values) / self.rows if self.rows else 0.0

    @cached_property
    def distinct(self) -> int:
        """How many different values there are."""
        return len(set(self.values))

    @cached_property
    def unique(self) -> float:
        """Different values over values."""
        return self.distinct / len(self.values) if self.values else 0.0

    def share(self, pattern: re.Pattern[str]) -> float:
        """Share of the values that have this form."""
        tried = self.values[:TRIED]
        return (
            sum(pattern.fullmatch(v.strip()) is not None for v in tried) / len(tried)
            if tried
            else 0
        )

    @cached_property
    def words(self) -> float:
        """Mean number of words."""
        tried = self.values[:TRIED]
        return sum(len(value.split()) for value in tried) / len(tried) if tried else 0.0

    @cached_property
    def time_formats(self) -> list[str | None]:
        """Formats of dates that fit; None for whole numbers and ISO 8601, which need none."""
        if self.share(WHOLE) > NEARLY or self.share(ISO) > NEARLY:
            return [None]
        return [form for form in FORMATS if self._fits(form)]

    def _fits(self, form: str) -> bool:
        tried = self.values[:TRIED]
        return bool(tried) and sum(_is_time(v, form) for v in tried) > NEARLY * len(tried)

    @cached_property
    def looks_like_id(self) -> bool:
        """Short values without blanks, numbers with decimals excepted."""
        blanks = self.share(re.compile(r"\S{1,64}"))
        decimals = self.share(re.compile(r"-?\d+[.,]\d*[1-9]\d*"))
        return blanks > NEARLY and decimals < 1 - NEARLY


def _is_time(value: str, form: str) -> bool:
    try:
        datetime.strptime(value.strip(), form)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Sheet:
    """The first rows of a table.

    Attributes:
        name: of the file.
        columns: name, or number where the file has no header, -> values.
    """

    name: str
    columns: Mapping[Named, Values]
    looks: dict[Named, Look] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look at each column."""
        looks = {
            name: Look([v for v in values if v is not None and v.strip()], len(values))
            for name, values in self.columns.items()
        }
        object.__setattr__(self, "looks", looks)

    @property
    def rows(self) -> int:
        """How many there are."""
        return max((look.rows for look in self.looks.values()), default=0)


@dataclass(frozen=True)
class VectorSheet:
    """A file of ready-made vectors.

    Attributes:
        name: of the file.
        rows: how many vectors.
        ids: columns that may be ids -> their first values; empty in a matrix.
        vectors: columns with lists of numbers, or of numbers; empty in a matrix.
    """

    name: str
    rows: int
    ids: Mapping[str, Values] = field(default_factory=dict)
    vectors: Sequence[str] = ()
