"""Which nodes a trial has: the environment's source and modalities, the model's requests."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from siger_pipeline.errors import ParameterError
from siger_pipeline.features.config import Missing
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.features.knockout import Knockout
from siger_pipeline.fetching.config import PicturesSource
from siger_pipeline.graphs.registry import features_of, graphs_of
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.names import FETCHED
from siger_pipeline.reporting.made_from import extractors_named
from siger_pipeline.requests import Request
from siger_pipeline.shell.parameters import StageParameters, plain_values
from siger_pipeline.shell.raw_files import absent_files


@dataclass(frozen=True)
class Selection:
    """What the wiring of the pipelines depends on.

    Attributes:
        source: format of the raw files.
        modalities: name of each modality and of its extractor.
        model: registered name of the model.
        requests: graphs and features that the model is built from.
        slug: of the trial; empty where nothing is overridden.
        corrector: registered name of the model that corrects its order; empty where none does.
        corrector_requests: graphs and features that the corrector is built from.
        missing: what items without features get.
        knockout: modality -> what takes the place of its features.
        extractor_blocks: name of an extractor -> its parameters.
        absent: raw datasets that there is no file for -> key of the parameter, which is null.
        pictures: where they are: folder, addresses or paths.
        kcore_on: which interactions the k-core counts.
    """

    source: str
    modalities: dict[str, str]
    model: str
    requests: tuple[Request, ...]
    slug: str = ""
    corrector: str = ""
    corrector_requests: tuple[Request, ...] = ()
    missing: Missing = "zero"
    knockout: dict[str, Knockout] = field(default_factory=dict)
    extractor_blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    pictures: PicturesSource = "folder"
    kcore_on: Literal["all", "train"] = "all"

    @property
    def trial(self) -> str:
        """The name of the trial in names of nodes and datasets."""
        return self.slug or self.model

    @property
    def all_requests(self) -> tuple[Request, ...]:
        """Those of the model and of the corrector."""
        return tuple(dict.fromkeys((*self.requests, *self.corrector_requests)))

    def extractors(self, requests: tuple[Request, ...]) -> dict[str, str]:
        """Modality -> extractor, of the features among some requests or in their graphs."""
        return {name: self.modalities[name] for name in features_of(requests)}

    def named(self, requests: tuple[Request, ...]) -> dict[str, str]:
        """The same, and what takes the place of their features, as `extractors_named` says it."""
        return extractors_named(
            {
                "modalities": self.extractors(requests),
                "knockout": self.knockout,
                **self.extractor_blocks,
            }
        )

    def pictures_of(self, modality: str) -> str:
        """The catalog name of the pictures that a modality's features are made from, if any."""
        field = load_extractor(self.modalities[modality]).pictures
        if not field:
            return ""
        return FETCHED if self.pictures != "folder" else f"{modality}_{field}"


def selection_of(parameters: StageParameters) -> Selection:
    """What parameters say of the wiring.

    Raises:
        ParameterError: the model needs features and the data set has no modality, or it requests a
            graph that cannot be made.
    """
    modalities = {name: how for name, how in parameters.features.modalities.items() if how}
    model, corrector = parameters.model, parameters.calibration.corrector or ""
    requests = _requests(model, parameters, modalities)
    source, missing = parameters.ingest.source, parameters.features.missing
    knockout = {name: how for name, how in parameters.features.knockout.items() if how}
    chosen = Selection(
        source,
        modalities,
        model,
        requests,
        missing=missing,
        knockout=knockout,
        extractor_blocks={
            name: getattr(parameters.features, name).model_dump() for name in modalities.values()
        },
        absent=absent_files(parameters),
        pictures=parameters.pictures.source,
        kcore_on=parameters.ingest.kcore_on,
    )
    if not corrector:
        return chosen
    try:
        of_corrector = _requests(corrector, parameters, modalities)
        graphs_of((*requests, *of_corrector))
    except ParameterError as error:
        raise ParameterError(f"calibration.corrector: {error}") from error
    return replace(chosen, corrector=corrector, corrector_requests=of_corrector)


def _requests(
    model: str, parameters: StageParameters, modalities: Iterable[str]
) -> tuple[Request, ...]:
    requests = requests_of(model, plain_values(parameters)[model], sorted(modalities))
    block: ModelConfig = getattr(parameters, model)
    block.check_modalities(model, parameters.features.modalities)  # those switched off are known
    try:
        graphs_of(requests)
    except ParameterError as error:
        raise ParameterError(f"model {model}: {error}") from error
    return requests
