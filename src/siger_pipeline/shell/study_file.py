"""`studies.yml` of an environment: its studies as they are written, each checked for itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.models.registry import model_names
from siger_pipeline.shell.configuration import EACH, ProjectConfigLoader
from siger_pipeline.shell.parameters import in_words_of_yaml
from siger_pipeline.studies.config import CoverageConfig, SignificanceConfig, StudyConfig
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.search import SearchConfig

NAME = re.compile(r"[A-Za-z0-9_-]+")
KIND = "studies"
BLOCKS: dict[str, type[BaseModel]] = {
    "coverage": CoverageConfig,
    "fusion": FusionConfig,
    "search": SearchConfig,
    "tests": SignificanceConfig,
}
# Pipelines of the project: those of its stages, and Kedro's name for the whole.
RESERVED = {"ingest", "pictures", "features", "graphs", "train", "validate", "evaluate", "report"}
RESERVED |= {"__default__"}


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
        for name in found:
            if name in RESERVED:
                raise ConfigurationError(
                    f"{self.at(name)}study {name!r} has the name of another pipeline: rename it"
                )
            if not NAME.fullmatch(name):
                raise ConfigurationError(
                    f"{self.at(name)}study {name!r}: the name of a study is of letters, digits, _ "
                    "and -, since folders and pipelines are named after it"
                )
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
            raise ConfigurationError(self._sentence(name, error)) from error
        named = {model for model, seeds in config.seeds_of.items() if seeds}
        if other := sorted(named - set(config.models)):
            raise ConfigurationError(
                f"{self.at(name, 'seeds_of')}study {name!r} has seeds of {other[0]!r}, which is "
                f"none of its models: {', '.join(config.models)}"
            )
        for model in config.models:
            if model not in model_names():
                near = get_close_matches(model, model_names(), n=1)
                wish = f"did you mean {near[0]!r}? " if near else ""
                raise ConfigurationError(
                    f"{self.at(name, 'models')}study {name!r} has model {model!r}, which does not "
                    f"exist; {wish}there are {', '.join(model_names())}"
                )
        return config

    def at(self, *keys: str) -> str:
        """File and line of a key, and a colon; empty where it stands in no file."""
        place = self._loader.where(KIND, keys)
        return f"{place}: " if place else ""

    def _sentence(self, name: str, error: ValidationError) -> str:
        first = error.errors()[0]
        keys = [str(part) for part in first["loc"]]
        what = ".".join(keys)
        if first["type"] == "extra_forbidden":
            fields = BLOCKS.get(keys[0] if keys[1:] else "", StudyConfig).model_fields
            near = get_close_matches(keys[-1], fields, n=1)
            wish = f"did you mean {near[0]!r}? " if near else ""
            known = ", ".join(fields)
            problem = f"has no key {what!r}; {wish}there are {known}"
        elif first["type"] == "too_short":
            problem = f"is empty: {what} has no value"
        elif first["type"] == "missing":
            problem = f"lacks {what!r}"
        else:
            problem = f"cannot be read: {what or 'it'} is {first['input']!r}; "
            problem += in_words_of_yaml(first["msg"])
        return f"{self.at(name, *keys) or self.at(name)}study {name!r} {problem}"
