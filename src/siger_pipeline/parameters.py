"""All parameters of a run, typed: checked once, before any node."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    create_model,
)

from siger_pipeline.data.config import IngestConfig, SplitConfig, check_together
from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.features.config import FeaturesConfig
from siger_pipeline.graphs.config import GraphsConfig
from siger_pipeline.models.registry import MODELS, model_config
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.threads import Threads, checked
from siger_pipeline.training.config import TrainConfig


class StageParameters(BaseModel):
    """What every model shares; one block a stage."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="registered name of the model")
    dataset: str = Field(description="name of the data set, `dataset` of globals.yml")
    threads: Annotated[Threads, PlainValidator(checked)] = Field(
        description="of PyTorch, BLAS and DuckDB: auto or a number; no node's outputs depend on it"
    )
    ingest: IngestConfig
    split: SplitConfig
    features: FeaturesConfig
    graphs: GraphsConfig
    train: TrainConfig
    evaluate: EvaluateConfig
    report: ReportConfig


def check_parameters(parameters: Mapping[str, Any]) -> StageParameters:
    """The parameters as typed values.

    Raises:
        ParameterError: the first misspelt key, missing key or impossible value, with what was
            found and what is allowed.
    """
    model_config(str(parameters.get("model")))
    blocks = {name: (model_config(name), ...) for name in MODELS}
    schema = create_model("Parameters", __base__=StageParameters, **blocks)  # type: ignore[call-overload]
    try:
        checked: StageParameters = schema.model_validate(dict(parameters))
    except ValidationError as error:
        raise ParameterError(_sentence(error, schema)) from error
    check_together(checked.ingest, checked.split)
    return checked


def _sentence(error: ValidationError, schema: type[BaseModel]) -> str:
    first, *others = error.errors()
    place = [str(part) for part in first["loc"]]
    key = ".".join(place)
    if first["type"] == "extra_forbidden":
        known = _keys_beside(schema, place)
        near = get_close_matches(place[-1], known, n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        text = f"no parameter {key!r} (found with value {first['input']!r}); {wish}known there: "
        text += ", ".join(known)
    elif first["type"] == "missing":
        text = f"parameter {key!r} is missing"
    else:
        text = f"parameter {key!r} = {first['input']!r}: {first['msg']}"
    return text + (f" (and {len(others)} more)" if others else "")


def _keys_beside(schema: type[BaseModel], place: list[str]) -> list[str]:
    for part in place[:-1]:
        annotation = schema.model_fields[part].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        schema = annotation
    return sorted(schema.model_fields)
