"""Kedro's context and catalog, for this project."""

import logging
import re
from difflib import get_close_matches
from functools import partial
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol, DatasetError, DatasetNotFoundError

from kedro_fresh.locations import is_parameter
from siger_pipeline.datasets.engine import use_engine
from siger_pipeline.errors import ConfigurationError, ParameterError
from siger_pipeline.memory import use_memory
from siger_pipeline.shell.catalog import (
    QuickCatalog,
    check_blocks,
    entry_error,
    entry_place,
    with_trials,
)
from siger_pipeline.shell.choice import known_names
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.current import current_of, select, selected
from siger_pipeline.shell.parameters import plain_values, unused_plugins
from siger_pipeline.shell.raw_files import raw_entries, raw_folder
from siger_pipeline.shell.trials import without_effect
from siger_pipeline.threads import use_threads

LOG = logging.getLogger(__name__)
QUOTED = re.compile("'([^']+)'")
REGISTRY = "siger_pipeline.pipeline_registry"


class ProjectContext(KedroContext):
    """A context that checks its parameters, chooses the pipelines and has a `QuickCatalog`.

    Not a hook, since some commands (`kedro viz` among them) run without hooks.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Check every parameter, and choose pipelines, threads, memory and the engine of tables."""
        super().__init__(*arguments, **options)
        assert isinstance(self.config_loader, ProjectConfigLoader)
        # Kedro's loader reads its files at each look-up, unless it is given the values.
        for kind in ("globals", "parameters"):
            self.config_loader[kind] = self.config_loader[kind]
        unused = unused_plugins(self.config_loader["parameters"])
        for warning in (*self.config_loader.warnings(), *unused):
            LOG.warning(warning)
        self.current = current_of(self.config_loader)
        trial, given = self.current.trial, self.config_loader.runtime_params or {}
        self._check_data_set(trial.dataset)
        for key in without_effect(trial, given):
            LOG.warning("--params %s changes nothing for %s: it is not read", key, trial.name)
        # Nodes get the checked values: a number that is spelt in another way is the same number.
        self.config_loader["parameters"] = plain_values(trial.parameters)
        use_threads(trial.parameters.threads)
        use_memory(trial.parameters.memory_limit)
        use_engine(trial.parameters.ingest.engine)
        select(self.current)
        pipelines.configure(REGISTRY)
        self.configuration: dict[str, Any] = {}  # as it was before entries of trials were added

    def _check_data_set(self, dataset: str) -> None:
        """The catalog's paths come from globals: parameters must not say something else."""
        if dataset != self.config_loader["globals"]["dataset"]:
            raise ParameterError(
                f"parameter 'dataset' = {dataset!r}: the data set is chosen by --env, "
                f"and this one is {self.config_loader['globals']['dataset']!r}"
            )

    def _get_catalog(
        self,
        catalog_class: type = QuickCatalog,
        save_version: str | None = None,
        load_versions: dict[str, str] | None = None,
    ) -> CatalogProtocol:
        loader = self.config_loader
        assert isinstance(loader, ProjectConfigLoader)
        where = partial(entry_place, loader)
        self._add_trials(loader)
        versions = self._versions(load_versions or {})
        try:
            catalog = super()._get_catalog(catalog_class, save_version, versions)
        except DatasetNotFoundError:
            raise
        except (DatasetError, KeyError) as error:
            raise entry_error(error, QUOTED.search(str(error)), where) from error
        if isinstance(catalog, QuickCatalog):
            catalog.where = where
        self._check_entries(catalog)
        return catalog

    def _versions(self, asked: dict[str, str]) -> dict[str, str]:
        """The versions to load, by the names that nodes know the datasets by.

        Raises:
            ParameterError: a dataset of no pipeline, such as another trial's: nothing would read
                that version.
        """
        current, known = self.current, self._datasets()
        names = current.own.names
        for name in asked:
            if names.get(name, name) not in known:
                raise ParameterError(
                    f"--load-versions: no dataset {name!r}; {known_names(name, known)}"
                )
        return asked | {names.get(name, name): version for name, version in asked.items()}

    def _datasets(self) -> set[str]:
        """Of the pipelines that have been built so far."""
        return {name for pipeline in pipelines.values() for name in pipeline.datasets()}

    def _add_trials(self, loader: ProjectConfigLoader) -> None:
        """Entries and parameters of the trials whose pipelines have been built so far."""
        current = self.current
        if selected() is not current:  # another context has been made meanwhile
            select(current)
            pipelines.configure(REGISTRY)
        list(pipelines)  # builds those of the run's own trial
        for kind in ("catalog", "parameters"):
            self.configuration.setdefault(kind, loader[kind])
        # An entry of that name in conf/ counts instead.
        entries = {**self._raw_entries(loader), **self.configuration["catalog"]}
        check_blocks(entries, partial(loader.where, "catalog"))
        loader["catalog"] = with_trials(
            entries,
            current.trial.dataset,
            current.scopes,
            {short: trial.name for short, trial in current.trials.items()},
            current.own.own,
        )
        loader["parameters"] = {**self.configuration["parameters"], **current.parameters}
        self._validated_params_cache = None  # of an earlier call, without trials of studies

    def _raw_entries(self, loader: ProjectConfigLoader) -> dict[str, Any]:
        """Those of the raw files that trials read; an overridden one has a name of its own."""
        folder = raw_folder(loader["globals"])
        entries: dict[str, Any] = {}
        for (short, _), wired in self.current.wired.items():
            plain = raw_entries(self.current.trials[short].parameters, folder)
            other = wired.raw
            entries |= {name: entry for name, entry in plain.items() if name not in other.values()}
            entries |= {full: plain[name] for full, name in other.items()}
        return entries

    def _check_entries(self, catalog: CatalogProtocol) -> None:
        """Every dataset of the pipelines has an entry: what has none is never saved."""
        wanted = (name for name in self._datasets() if not is_parameter(name))
        missing = sorted(name for name in wanted if name not in catalog)
        if missing:
            loader = self.config_loader
            assert isinstance(loader, ProjectConfigLoader)
            near = get_close_matches(missing[0], list(catalog), n=1)
            wish = f"; is {near[0]!r} meant to be {missing[0]!r}?" if near else ""
            empty = "".join(f"; {name} is empty" for name in loader.empty_files("catalog"))
            raise ConfigurationError(
                f"the catalog has no entry for {', '.join(missing)}, so nothing would be saved "
                f"there{wish}{empty}. The entries stand in conf/base/catalog_*.yml"
            )
