"""The trial that some parameters ask for: its name, its settings, what its nodes depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from siger_pipeline.errors import ParameterError, UserError
from siger_pipeline.features.knockout import DRAWN
from siger_pipeline.requests import Request
from siger_pipeline.shell.model_blocks import TRAIN, is_setting_of
from siger_pipeline.shell.parameter_faults import Where
from siger_pipeline.shell.parameters import StageParameters, check_parameters, plain_values
from siger_pipeline.shell.selection import Selection, selection_of
from siger_pipeline.studies.differences import differences, leaves, merged, nested
from siger_pipeline.studies.grid import of_run, overlap
from siger_pipeline.studies.names import slug, trial_name

ALWAYS = {"split", "evaluate"}  # blocks that every trial depends on
# No results depend on their values.
HOW = {"model", "dataset", "threads", "memory_limit", "graphs", "report"}
OF_FLOORS = {"floors"}  # blocks that only the floors depend on
PICTURES = "pictures"
CORRECTOR = "calibration.corrector"  # the other settings of a calibration count where it is set


@dataclass(frozen=True)
class Trial:
    """A model under overrides.

    Attributes:
        name: of its results' folder; that of the model where nothing is overridden.
        selection: what the wiring of its pipelines depends on.
        parameters: all blocks of its parameters, checked; `train` as it counts for the model.
        overrides: dotted key -> value, of each that differs from the configuration and changes
            results of the trial, or of what stands beside it: its floors and its calibration.
        named_by: those that results of the model itself depend on.
    """

    name: str
    selection: Selection
    parameters: StageParameters
    overrides: Mapping[str, Any]
    named_by: Mapping[str, Any]

    @property
    def model(self) -> str:
        """Registered name of the model."""
        return self.parameters.model

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return self.parameters.dataset

    @property
    def slug(self) -> str:
        """The name in names of nodes and datasets."""
        return self.selection.slug

    @property
    def values(self) -> dict[str, Any]:
        """Its parameters as plain values, without other models' blocks and unused settings."""
        blocks = {*StageParameters.model_fields, self.model, self.selection.corrector}
        values = plain_values(self.parameters)
        train = {k: v for k, v in values[TRAIN].items() if is_setting_of(self.model, k)}
        # The corrector is chosen by the wiring: in a study, a trial may have several.
        calibration = {k: v for k, v in values["calibration"].items() if k != "corrector"}
        own = {TRAIN: train, "calibration": calibration}
        return {key: values[key] for key in values if key in blocks} | own


def trial_of(
    configured: Mapping[str, Any],
    given: Mapping[str, Any],
    explicit: Mapping[str, Any],
    where: Where = lambda keys: "",
) -> Trial:
    """The trial that parameters ask for.

    Args:
        configured: parameters of conf/, without overrides.
        given: the same with overrides.
        explicit: the overrides alone.
        where: values stand, for messages.

    Raises:
        UserError: a parameter that is unknown or impossible, or a name that cannot be a folder's.
    """
    parameters = check_parameters(given, where, explicit)
    _check_left_out(configured, explicit)
    selection = selection_of(parameters)
    configured = {**configured, "model": parameters.model}
    before = _before(configured, explicit, parameters, selection)
    changed = {
        key: value
        for key, value in differences(before, plain_values(parameters)).items()
        if _is_read(key, parameters, selection) and counts(type(parameters), key)
    }
    named = {k: v for k, v in changed.items() if _is_of_model(k, parameters, selection)}
    name = trial_name(parameters.model, named)
    return Trial(name, replace(selection, slug=slug(name)), parameters, changed, named)


def _check_left_out(configured: Mapping[str, Any], explicit: Mapping[str, Any]) -> None:
    """A modality that a run leaves out is one that it would have: else, a name is misspelt."""
    key = "features.modalities"
    before, now = (dict(leaves(blocks)) for blocks in (configured, explicit))
    known = [name for name in before if name.startswith(f"{key}.")]
    for name, extractor in now.items():
        if name.startswith(f"{key}.") and extractor is None and known and name not in known:
            names = [one.removeprefix(f"{key}.") for one in known]
            near = get_close_matches(name.removeprefix(f"{key}."), names, n=1)
            wish = f"did you mean {near[0]!r}? " if near else ""
            raise ParameterError(
                f"parameter {name!r} = null leaves out a modality that is not there; {wish}there "
                f"are {', '.join(names)}"
            )


def without_effect(trial: Trial, given: Mapping[str, Any]) -> list[str]:
    """Those of the keys that a run overrides that its trial does not read."""
    parameters, selection = trial.parameters, trial.selection
    keys = (key for key, _ in leaves(given) if key.partition(".")[0] not in HOW)
    return sorted(key for key in keys if not _is_read(key, parameters, selection))


def counts(schema: type[BaseModel], key: str) -> bool:
    """Whether results depend on a parameter: not on those that say how, not what, is computed."""
    annotation: Any = schema
    for part in key.split("."):
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return True
        field = annotation.model_fields.get(part)
        if field is None:
            return True
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("names") is False:
            return False
        annotation = field.annotation
    return True


def _before(
    configured: Mapping[str, Any],
    explicit: Mapping[str, Any],
    parameters: StageParameters,
    selection: Selection,
) -> dict[str, Any]:
    """The parameters without overrides.

    Where it is an override that makes them right, they are those of the trial but the overridden
    ones: each override counts.
    """
    # The parts that are chosen now have their defaults before, too.
    extractors: dict[str, Any] = {name: {} for name in selection.modalities.values()}
    parts = {"ingest": {selection.source: {}}, "features": extractors}
    parts |= {selection.corrector: {}} if selection.corrector else {}
    try:
        return plain_values(check_parameters(merged(parts, configured)))
    except UserError:
        pass
    overridden = [of_run(key, selection.model) for key, _ in leaves(explicit)]
    values = leaves(plain_values(parameters))
    return nested({k: v for k, v in values if not any(overlap(k, key) for key in overridden)})


def _is_read(key: str, parameters: StageParameters, selection: Selection) -> bool:
    """Whether the trial depends on a parameter, or what stands beside it."""
    block, _, rest = key.partition(".")
    if block in OF_FLOORS or key == CORRECTOR or _is_of_model(key, parameters, selection):
        return True
    if block == "features":
        return _is_of_features(rest, selection, selection.corrector_requests)
    if block == PICTURES:
        return _shows_pictures(selection, selection.corrector_requests)
    return bool(selection.corrector) and block in {"calibration", selection.corrector}


def _is_of_model(key: str, parameters: StageParameters, selection: Selection) -> bool:
    """Whether results of the model itself depend on a parameter."""
    block, _, rest = of_run(key, parameters.model).partition(".")
    if block == TRAIN:
        return not rest or is_setting_of(parameters.model, rest)
    if block == "ingest":
        own, _, field = rest.partition(".")
        return not field or own == selection.source or own in type(parameters.ingest).model_fields
    if block == "features":
        return _is_of_features(rest, selection, selection.requests)
    if block == PICTURES:
        return _shows_pictures(selection, selection.requests)
    return block in {*ALWAYS, parameters.model}


def _is_of_features(key: str, selection: Selection, requests: tuple[Request, ...]) -> bool:
    modalities = selection.extractors(requests)
    own, _, field = key.partition(".")
    if own == "knockout":
        return field in modalities
    if own == "knockout_seed":
        return any(how in DRAWN and m in modalities for m, how in selection.knockout.items())
    if own == "modalities":
        return field in modalities or bool(modalities)
    if own == "missing":
        return bool(modalities)
    return own in modalities.values()


def _shows_pictures(selection: Selection, requests: tuple[Request, ...]) -> bool:
    """Whether features that are requested, or in requested graphs, are made from pictures."""
    return any(map(selection.pictures_of, selection.extractors(requests)))
