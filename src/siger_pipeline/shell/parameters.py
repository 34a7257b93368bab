"""All parameters of a run, typed: checked once, before any node."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    create_model,
)

from siger_pipeline import memory
from siger_pipeline.blocks import with_blocks
from siger_pipeline.data.config import IngestConfig, SplitConfig, check_together, ingest_model
from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig, FloorsConfig
from siger_pipeline.features.config import FeaturesConfig, features_model
from siger_pipeline.fetching.config import PicturesConfig
from siger_pipeline.graphs.config import GraphsConfig
from siger_pipeline.models.registry import parameter_blocks
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.shell.calibration import check_calibration
from siger_pipeline.shell.model_blocks import TRAIN, settings_of, with_training
from siger_pipeline.shell.parameter_faults import Where, place, sentence, truths_for_numbers
from siger_pipeline.threads import Threads, checked
from siger_pipeline.training.config import TrainConfig

# In the name of a data set: signs of the catalog's patterns, and those that overrides stand behind.
UNFIT = "/\\*?[]{}+~"


def _folder_name(name: str) -> str:
    if not name or name.startswith(".") or any(sign in name for sign in UNFIT):
        raise ValueError(
            "results stand in folders of this name, so it must not be empty, begin with a dot or "
            f"hold one of {' '.join(UNFIT)}; it is `dataset` of globals.yml"
        )
    return name


class StageParameters(BaseModel):
    """What every model shares; one block a stage."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="registered name of the model")
    dataset: Annotated[str, AfterValidator(_folder_name)] = Field(
        description="name of the data set, `dataset` of globals.yml"
    )
    threads: Annotated[Threads, PlainValidator(checked)] = Field(
        description="of PyTorch, BLAS and DuckDB: auto or a number; no node's outputs depend on it"
    )
    memory_limit: Annotated[str, PlainValidator(memory.checked)] = Field(
        default=memory.AUTO,
        description="of DuckDB, or of a Spark beside it: auto or a size; the rest goes to TMPDIR",
    )
    ingest: IngestConfig
    split: SplitConfig
    pictures: PicturesConfig = PicturesConfig.model_validate({})
    features: FeaturesConfig
    graphs: GraphsConfig
    train: TrainConfig
    evaluate: EvaluateConfig
    calibration: CalibrationConfig
    floors: FloorsConfig
    report: ReportConfig


def check_parameters(
    parameters: Mapping[str, Any],
    where: Where = lambda keys: "",
    explicit: Mapping[str, Any] | None = None,
) -> StageParameters:
    """The parameters as typed values; `train` as it counts for the chosen model.

    Args:
        parameters: as configuration and overrides give them.
        where: they stand, for messages.
        explicit: the overrides alone.

    Raises:
        ParameterError: the first misspelt key, missing key or impossible value, with what was
            found and what is allowed.
    """
    blocks, _ = _blocks_of_models(parameters)
    names = (_names_in(parameters.get(stage)) for stage in ("ingest", "features"))
    schema = _schema(tuple(blocks.items()), *names)
    settings = settings_of(parameters, explicit or {})
    given = {**parameters, **({} if settings is None else {TRAIN: settings})}
    try:
        checked = schema.model_validate(given)
    except ValidationError as error:
        raise ParameterError(sentence(error, schema, where)) from error
    if truths := sorted(truths_for_numbers(given, checked.model_dump())):
        key, value = truths[0]
        raise ParameterError(
            f"{place(where, key)}parameter {'.'.join(key)!r} = {value}: a number is wanted (YAML "
            "reads yes, no, on and off as true and false)"
        )
    check_together(checked.ingest, checked.split)
    check_calibration(checked.calibration, checked.evaluate, partial(place, where))
    return checked


def plain_values(parameters: StageParameters) -> dict[str, Any]:
    """All blocks as plain values; training settings of models are part of `train`."""
    models = type(parameters).model_fields.keys() - StageParameters.model_fields.keys()
    without: dict[str, Any] = {name: {TRAIN} for name in models}
    return parameters.model_dump(mode="json", exclude=without)


def unused_plugins(parameters: Mapping[str, Any]) -> list[str]:
    """A sentence on each model that parameters are given for and that cannot be used."""
    return _blocks_of_models(parameters)[1]


def _blocks_of_models(
    parameters: Mapping[str, Any],
) -> tuple[dict[str, type[BaseModel]], list[str]]:
    chosen, given = str(parameters.get("model")), set(parameters)
    calibration = parameters.get("calibration")
    if isinstance(calibration, Mapping):
        given.add(str(calibration.get("corrector")))
    return parameter_blocks(chosen, given, StageParameters.model_fields.keys())


def _names_in(block: object) -> frozenset[str]:
    """The keys of a block, and the parts that it chooses: a source, or extractors."""
    if not isinstance(block, Mapping):
        return frozenset()
    modalities = block.get("modalities")
    extractors = modalities.values() if isinstance(modalities, Mapping) else ()
    return frozenset(map(str, (*block, block.get("source"), *extractors)))


@cache
def _schema(
    models: tuple[tuple[str, type[BaseModel]], ...],
    ingest: frozenset[str],
    features: frozenset[str],
) -> type[StageParameters]:
    """The class of all parameters, made once for runs with the same parts."""
    parts: dict[str, Any] = {
        "ingest": (ingest_model(dict.fromkeys(ingest)), ...),
        "features": (features_model(dict.fromkeys(features)), ...),
    }
    stages = create_model("Parameters", __base__=StageParameters, **parts)
    taken = frozenset(StageParameters.model_fields)
    blocks = {name: with_training(name, block, taken) for name, block in models}
    return with_blocks("every run", stages, blocks)
