"""Which nodes a run has: the environment's source and modalities, and the model's requests.

Kedro asks for the pipelines without saying for which environment. The hook that sees a run's
context says it here first; this is the only state of the project that outlives a call.
"""

from dataclasses import dataclass

from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.registry import graphs_of
from siger_pipeline.models.registry import requests_of
from siger_pipeline.requests import Request
from siger_pipeline.shell.parameters import StageParameters


@dataclass(frozen=True)
class Selection:
    """What the wiring of the pipelines depends on.

    Attributes:
        source: format of the raw files.
        modalities: name of each modality and of its extractor.
        model: registered name of the model.
        requests: graphs and features that the model is built from.
    """

    source: str
    modalities: dict[str, str]
    model: str
    requests: tuple[Request, ...]


_current: Selection | None = None


def selection_of(parameters: StageParameters) -> Selection:
    """The selection that some parameters ask for.

    Raises:
        ParameterError: the model needs features and the data set has no modality, or it requests a
            graph that cannot be made.
    """
    modalities = {name: how for name, how in parameters.features.modalities.items() if how}
    config = getattr(parameters, parameters.model).model_dump()
    requests = requests_of(parameters.model, config, sorted(modalities))
    try:
        graphs_of(requests)
    except ParameterError as error:
        raise ParameterError(f"model {parameters.model}: {error}") from error
    return Selection(parameters.ingest.source, modalities, parameters.model, requests)


def select(selection: Selection) -> None:
    """Make it the one that pipelines are built for from now on."""
    global _current  # noqa: PLW0603
    _current = selection


def selected() -> Selection | None:
    """The one selected last, None before the first context."""
    return _current
