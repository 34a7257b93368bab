"""Which nodes a trial has: the environment's source and modalities, the model's requests."""

from dataclasses import dataclass

from siger_pipeline.errors import ParameterError
from siger_pipeline.features.config import Missing
from siger_pipeline.graphs.registry import features_of, graphs_of
from siger_pipeline.models.registry import requests_of
from siger_pipeline.requests import Request
from siger_pipeline.shell.parameters import StageParameters, plain_values


@dataclass(frozen=True)
class Selection:
    """What the wiring of the pipelines depends on.

    Attributes:
        source: format of the raw files.
        modalities: name of each modality and of its extractor.
        model: registered name of the model.
        requests: graphs and features that the model is built from.
        slug: of the trial; empty where nothing is overridden.
        missing: features of items that have none.
    """

    source: str
    modalities: dict[str, str]
    model: str
    requests: tuple[Request, ...]
    slug: str = ""
    missing: Missing = "zero"

    @property
    def trial(self) -> str:
        """The name of the trial in names of nodes and datasets."""
        return self.slug or self.model

    @property
    def features(self) -> dict[str, str]:
        """Modality -> extractor, of those that the model reads features of."""
        return {name: self.modalities[name] for name in features_of(self.requests)}


def selection_of(parameters: StageParameters) -> Selection:
    """What parameters say of the wiring.

    Raises:
        ParameterError: the model needs features and the data set has no modality, or it requests a
            graph that cannot be made.
    """
    modalities = {name: how for name, how in parameters.features.modalities.items() if how}
    config = plain_values(parameters)[parameters.model]
    requests = requests_of(parameters.model, config, sorted(modalities))
    try:
        graphs_of(requests)
    except ParameterError as error:
        raise ParameterError(f"model {parameters.model}: {error}") from error
    return Selection(
        parameters.ingest.source,
        modalities,
        parameters.model,
        requests,
        missing=parameters.features.missing,
    )
