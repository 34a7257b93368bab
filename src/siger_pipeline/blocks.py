"""Blocks of parameters that parts bring along: `ingest.<source>:`, `features.<extractor>:`."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from siger_pipeline.errors import ParameterError

Schema = TypeVar("Schema", bound=BaseModel)


class PartConfig(BaseModel):
    """Parameters of a source or an extractor, their defaults and descriptions at the fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def with_blocks(
    name: str, stage: type[Schema], blocks: Mapping[str, type[BaseModel]]
) -> type[Schema]:
    """The parameters of a stage with a block for each of these parts.

    A block may be left out where each key of it has a default.

    Args:
        name: of the stage.
        stage: its own parameters.
        blocks: name of a part -> its parameters.

    Raises:
        ParameterError: a part bears the name of a parameter of the stage.
    """
    if taken := sorted(set(blocks) & set(stage.model_fields)):
        raise ParameterError(
            f"{taken[0]!r} is the name of a parameter of {name}, so that the part in module "
            f"{blocks[taken[0]].__module__} cannot bear it: give its entry point another name"
        )
    fields: dict[str, Any] = {part: (block, _default(block)) for part, block in blocks.items()}
    schema: type[Schema] = create_model(stage.__name__, __base__=stage, **fields)
    return schema


def _default(block: type[BaseModel]) -> Any:
    if any(field.is_required() for field in block.model_fields.values()):
        return ...
    return Field(default_factory=block)
