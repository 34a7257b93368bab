"""The base of all models' hyperparameters; PyTorch is not imported to read parameters."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from siger_pipeline.requests import Request


class ModelConfig(BaseModel):
    """Hyperparameters of a model, each with a default and a description; no unknown keys.

    One that is a mapping, such as a weight for each modality, is overridden key by key.

    Attributes:
        recommender: name of the model's class, in the module `model` beside this one.
        fewest_modalities: of items with features that the model can be trained with.
        published: training settings of the paper or its public code, in place of those of `train:`;
            keys are fields of `TrainConfig`.
        train_settings: of a model that is computed at once (`ClosedForm`), the settings of `train:`
            that its results depend on, beside the device: none, or the seed. None, which is all,
            of a model that is trained.
        search: the published search space: hyperparameter, or `train.` and a training setting ->
            the values that were tried.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    recommender: ClassVar[str]
    fewest_modalities: ClassVar[int] = 0
    published: ClassVar[Mapping[str, Any]] = {}
    train_settings: ClassVar[tuple[Literal["seed"], ...] | None] = None
    search: ClassVar[Mapping[str, Sequence[Any]]] = {}

    @model_validator(mode="before")
    @classmethod
    def _merge_mappings_with_their_defaults(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        defaults = {
            key: cls.model_fields[key].default
            for key, value in given.items()
            if key in cls.model_fields and isinstance(value, Mapping)
        }
        return dict(given) | {
            key: {**default, **given[key]}
            for key, default in defaults.items()
            if isinstance(default, Mapping)
        }

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The graphs and features that the model is built from, beside the interactions.

        Args:
            modalities: of the data set, at least `fewest_modalities`.
        """
        return ()

    def check_size(self, name: str, n_items: int) -> None:
        """Refuse a catalogue that the model would be too large for; by default none is.

        It is asked before a training starts, be it the training of a model that this one is to
        correct.

        Args:
            name: registered name of the model, for the message.
            n_items: I.

        Raises:
            ParameterError: it names the parameter that bounds the model.
        """
