"""Which nodes a trial has: the environment's source and modalities, and the model's needs."""

from dataclasses import dataclass

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.registry import model_config
from siger_pipeline.shell.parameters import StageParameters


@dataclass(frozen=True)
class Selection:
    """What the wiring of the pipelines depends on.

    Attributes:
        source: format of the raw files.
        modalities: name of each modality and of its extractor.
        model: registered name of the model.
        needs: fields of ModelInputs that the model is built from.
        slug: of the trial, for names of nodes; that of the model where nothing is overridden.
    """

    source: str
    modalities: dict[str, str]
    model: str
    needs: frozenset[str]
    slug: str = ""

    @property
    def features(self) -> dict[str, str]:
        """Modality -> extractor, of those that the model reads features of."""
        return self.modalities if self.needs & {"features", "enhanced"} else {}


def selection_of(parameters: StageParameters) -> Selection:
    """What parameters say of the wiring.

    Raises:
        ParameterError: the model needs features and the data set has no modality.
    """
    modalities = {name: how for name, how in parameters.features.modalities.items() if how}
    needs = model_config(parameters.model).needs
    if "features" in needs and not modalities:
        raise ParameterError(
            f"model {parameters.model} needs item features and data set {parameters.dataset} has "
            "none (features.modalities is empty): add feature files and name their modalities, or "
            "take a model without features, such as --params model=lightgcn"
        )
    return Selection(str(parameters.ingest.source), modalities, parameters.model, needs)
