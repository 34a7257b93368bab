"""The base of all models' hyperparameters; PyTorch is not imported to read parameters."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from siger_pipeline.errors import ParameterError
from siger_pipeline.requests import Request

T = TypeVar("T")
KEYS_ARE_MODALITIES = "keys are modalities"
ByModality = Annotated[Mapping[str, T], KEYS_ARE_MODALITIES]  # such as a weight for each


class ModelConfig(BaseModel):
    """Hyperparameters of a model, each with a default and a description; no unknown keys.

    One that is a mapping is overridden key by key. Of a `ByModality`, the keys are checked.

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

    def check_modalities(self, block: str, known: Collection[str]) -> None:
        """Refuse a key that is no modality, where keys are wanted to be; a default's may stay.

        Args:
            block: name of the model.
            known: modalities of the data set, those that are switched off too.

        Raises:
            ParameterError: names the key and the modalities.
        """
        for name, field in type(self).model_fields.items():
            if KEYS_ARE_MODALITIES not in field.metadata:
                continue
            for key, value in getattr(self, name).items():
                if key not in known and (key, value) not in field.default.items():
                    raise ParameterError(
                        f"{block}.{name} names {key!r}, and features.modalities has "
                        f"{', '.join(sorted(known)) or 'none'}: name one of these"
                    )

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
