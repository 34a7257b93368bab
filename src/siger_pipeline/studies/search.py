"""What `studies.yml` says of a sweep: which parameters are searched, how, and how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictFloat,
    StrictInt,
    ValidationError,
    model_validator,
)

PUBLISHED = "published"
COMPLETE, PRUNED, FAILED, UNDER_WAY = "complete", "pruned", "failed", "under way"  # of a point
OF_MEDIAN = {"startup", "warmup"}
LEFT_OUT = "left out: a journal beside the tables"
URL = re.compile(r"[A-Za-z][A-Za-z0-9+_-]*://")
RELATIVE = re.compile(r"sqlite(\+\w+)?:///(?!/|[A-Za-z]:)")
IN_MEMORY = re.compile(r"sqlite(\+\w+)?://(/?|/:memory:)(\?.*)?")


class Range(BaseModel):
    """The values of a parameter from a lowest to a highest one, both included."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    low: StrictInt | StrictFloat = Field(description="the lowest value")
    high: StrictInt | StrictFloat = Field(description="the highest value")
    log: bool = Field(default=False, description="whether equal ratios are equally likely")
    step: StrictInt | StrictFloat | None = Field(
        default=None, gt=0, description="from a value to the next one; 1 for whole numbers"
    )

    @model_validator(mode="after")
    def _can_be_drawn_from(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low} must be below high = {self.high}")
        if self.log and self.step is not None:
            raise ValueError("log and step exclude each other: leave one of them out")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low above 0, and it is {self.low}")
        if self.step is not None and self.step > self.high - self.low:
            raise ValueError(f"step = {self.step} leads from low = {self.low} beyond {self.high}")
        if self.is_whole and isinstance(self.step, float):
            raise ValueError(f"step = {self.step} of whole numbers must be a whole number")
        return self

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def every(self) -> int | float | None:
        """The step, also where it goes without saying; None where there is none."""
        return 1 if self.is_whole and self.step is None else self.step


Values = Range | list[Any]


def _space(given: Any) -> dict[str, Values] | str:
    """`published`, or parameters with their values; what is wrong is said by parameter."""
    if given == PUBLISHED:
        return PUBLISHED
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"wanted is {PUBLISHED}, or one parameter or more with their values")
    return {str(key): _values(str(key), values) for key, values in given.items()}


def _values(key: str, given: Any) -> Values:
    if isinstance(given, list) and given:
        return given
    if not isinstance(given, Mapping):
        raise ValueError(f"{key} has {given!r}: wanted is a list of values, or low and high")
    try:
        return Range.model_validate(given)
    except ValidationError as error:
        raise ValueError(_fault(key, error)) from error


def _fault(key: str, error: ValidationError) -> str:
    """What is wrong with a range, a key that it has not first."""
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join([key, *map(str, first["loc"][:1])])
    if first["type"] == "extra_forbidden":
        return f"{where}: there are {', '.join(Range.model_fields)}, and no other key"
    if first["type"] in {"int_type", "float_type", "finite_number"}:
        return f"{where}: a finite number is wanted"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}"


def _url(storage: str | None) -> str | None:
    """An address of a storage that outlives the process."""
    if storage is not None and not URL.match(storage):
        raise ValueError(f"a URL is wanted, such as postgresql://me@host/name; {LEFT_OUT}")
    if storage is not None and IN_MEMORY.fullmatch(storage):
        raise ValueError(f"that is a database in memory, which would keep no point; {LEFT_OUT}")
    if storage is not None and RELATIVE.match(storage):
        raise ValueError("a path from the root is wanted (sqlite:////…): runs begin in any folder")
    return storage


def _plain(space: dict[str, Values] | str) -> Any:
    if isinstance(space, str):
        return space
    return {k: v.model_dump() if isinstance(v, Range) else v for k, v in space.items()}


Searched = Annotated[dict[str, Values] | str, PlainValidator(_space), PlainSerializer(_plain)]


class SearchConfig(BaseModel):
    """`search:` of a study: it is a sweep, whose trials are chosen one after another."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    budget: Annotated[StrictInt, Field(ge=1)] = Field(
        description="points that are tried of each model, at most"
    )
    space: Searched = Field(
        default=PUBLISHED,
        description="parameter -> list of values, or low and high; or that which each model's "
        "authors searched",
    )
    sampler: Literal["tpe", "random", "grid"] = Field(
        default="tpe", description="by what came out so far, at random, or point by point"
    )
    seed: Annotated[StrictInt, Field(ge=0)] = Field(
        default=0, description="of the sampler; not of the trainings"
    )
    pruner: Literal["median", "none"] = Field(
        default="median",
        description="ends a training that is below the median of the finished ones at its epoch",
    )
    startup: Annotated[StrictInt, Field(ge=1)] = Field(
        default=5, description="points in full before one is pruned"
    )
    warmup: Annotated[StrictInt, Field(ge=0)] = Field(
        default=10, description="epochs of a point before it is pruned"
    )
    storage: Annotated[str | None, AfterValidator(_url)] = Field(
        default=None,
        description=f"URL of a database for Optuna, such as postgresql://host/name; {LEFT_OUT}",
    )

    def asked(self) -> dict[str, Any]:
        """What the choice of points follows from, which may not change from run to run."""
        without = {"budget", "storage", *(() if self.pruner == "median" else OF_MEDIAN)}
        return self.model_dump(mode="json", exclude=without)
