"""`studies.yml` of an environment: its studies as they are written, each checked for itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.models.registry import model_names
from siger_pipeline.shell.configuration import EACH, ProjectConfigLoader
from siger_pipeline.shell.parameter_faults import truths_for_numbers
from siger_pipeline.shell.study_faults import did_you_mean, fault_of
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.names import LONGEST

NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST - 1}}}")
KIND = "studies"
# Pipelines of the project: those of its stages, and Kedro's name for the whole.
RESERVED = {"ingest", "pictures", "features", "graphs", "train", "validate", "evaluate", "report"}
RESERVED |= {"export", "__default__"}


class StudyFile:
    """The studies of an environment before any trial of them is made."""

    def __init__(self, loader: ProjectConfigLoader) -> None:
        """Take the configuration."""
        self._loader = loader

    def names(self) -> list[str]:
        """The names of all studies.

        Raises:
            ConfigurationError: a name that cannot be that of a pipeline, or is another's.
        """
        found = list(self._loader.optional(KIND))
        alike: dict[str, str] = {}
        for name in found:
            other = alike.setdefault(name.casefold(), name)
            if name in RESERVED:
                problem = " has the name of another pipeline: rename it"
            elif not NAME.fullmatch(name):
                problem = (
                    ": the name of a study is of letters, digits, _ and -, begins with a letter or "
                    f"digit and has {LONGEST} signs at most, since folders and pipelines are named "
                    "after it"
                )
            elif other != name:
                problem = f" and {other!r} would share a folder on some disks: rename one of them"
            else:
                continue
            raise ConfigurationError(f"{self.at(name)}study {name!r}{problem}")
        return found

    @property
    def each(self) -> dict[str, Any]:
        """The parameters of `--params each.…`, and their values."""
        return dict(leaves(self._loader.each))

    def config(self, name: str) -> StudyConfig:
        """A study, with the parameters of `--params each.…`.

        Raises:
            ConfigurationError: what is wrong with it, with file and line.
        """
        found = self._loader.optional(KIND)[name]
        if self.each and isinstance(found, Mapping):
            if EACH not in found:
                raise ConfigurationError(
                    f"{self.at(name)}study {name!r} varies no parameter one at a time: leave "
                    f"{EACH}.{next(iter(self.each))} out of --params, or give the study a key "
                    f"{EACH!r}"
                )
            found = {**found, EACH: self.each}
        try:
            config = StudyConfig.model_validate(found)
        except ValidationError as error:
            keys, problem = fault_of(error)
            place = self.at(name, *keys) or self.at(name)
            raise ConfigurationError(f"{place}study {name!r} {problem}") from error
        if config.unavailable:
            raise ConfigurationError(
                f"{self.at(name, 'unavailable')}study {name!r} cannot be made here: "
                f"{config.unavailable}"
            )
        self._check_numbers(name, found, config)
        self._check_models(name, config)
        return config

    def at(self, *keys: str) -> str:
        """File and line of a key, and a colon; empty where it stands in no file."""
        place = self._loader.where(KIND, keys)
        return f"{place}: " if place else ""

    def _check_numbers(self, name: str, found: Mapping[str, Any], config: StudyConfig) -> None:
        """Refuse true and false in place of numbers; a block may be switched on by them."""
        blocks = {key: value for key, value in found.items() if not isinstance(value, bool)}
        for keys, value in sorted(truths_for_numbers(blocks, config.model_dump())):
            raise ConfigurationError(
                f"{self.at(name, *keys)}study {name!r}: {'.'.join(keys)} is {value}: a number is "
                "wanted (YAML reads yes, no, on and off as true and false)"
            )

    def _check_models(self, name: str, config: StudyConfig) -> None:
        known = model_names()
        for key, models in (("models", config.models), ("seeds_of", config.seeds_of)):
            for model in models:
                if model not in known:
                    has = "has model" if key == "models" else "has seeds of"
                    raise ConfigurationError(
                        f"{self.at(name, key)}study {name!r} {has} {model!r}, which does not "
                        f"exist; {did_you_mean(model, known)}there are {', '.join(known)}"
                    )
        named = {model for model, seeds in config.seeds_of.items() if seeds}
        if other := sorted(named - set(config.models)):
            raise ConfigurationError(
                f"{self.at(name, 'seeds_of')}study {name!r} has seeds of {other[0]!r}, which is "
                f"none of its models: {', '.join(config.models)}"
            )
