"""Kedro's context and catalog, for this project."""

import logging
import re
from difflib import get_close_matches
from functools import partial
from typing import Any

from kedro.framework.context import CatalogCommandsMixin, KedroContext
from kedro.framework.project import pipelines
from kedro.io import (
    CatalogProtocol,
    DataCatalog,
    DatasetError,
    DatasetNotFoundError,
    MemoryDataset,
)

from kedro_fresh.locations import is_parameter
from siger_pipeline.errors import ConfigurationError, ParameterError
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.parameters import Where, check_parameters, unused_plugins
from siger_pipeline.shell.raw_files import raw_entries, raw_folder
from siger_pipeline.shell.selection import select, selected, selection_of
from siger_pipeline.threads import use_threads

LOG = logging.getLogger(__name__)
QUOTED = re.compile("'([^']+)'")
NOT_TOLD = ("An exception occurred", "Hint:", "Failed to instantiate")


class QuickCatalog(DataCatalog, CatalogCommandsMixin):
    """A catalog that copies parameters without asking whether they are tables.

    To ask that, Kedro imports pandas and Ibis for each command, which takes longer than all else
    that a command does when nothing must run.
    """

    where: Where = staticmethod(lambda keys: "")
    """Nested keys of the catalog -> where they stand in conf/."""

    def get(self, key: str, *arguments: Any, **options: Any) -> Any:
        """A dataset; see `DataCatalog`.

        Raises:
            ConfigurationError: its entry names no class, or arguments that the class has not.
        """
        try:
            return super().get(key, *arguments, **options)
        except DatasetError as error:
            raise entry_error(error, key, self.where) from error

    def __setitem__(self, key: str, value: Any) -> None:
        """Register a dataset, or a value; see `DataCatalog`."""
        if is_parameter(key) and not isinstance(value, MemoryDataset):
            value = MemoryDataset(value, copy_mode="deepcopy")
        super().__setitem__(key, value)


class ProjectContext(KedroContext):
    """A context that checks its parameters, chooses the pipelines and has a `QuickCatalog`.

    Not a hook, since some commands (`kedro viz` among them) run without hooks.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Check every parameter, and choose the pipelines and the number of threads."""
        super().__init__(*arguments, **options)
        assert isinstance(self.config_loader, ProjectConfigLoader)
        # Kedro's loader reads its files at each look-up, unless it is given the values.
        for kind in ("globals", "parameters"):
            self.config_loader[kind] = self.config_loader[kind]
        unused = unused_plugins(self.config_loader["parameters"])
        for warning in (*self.config_loader.warnings(), *unused):
            LOG.warning(warning)
        where = partial(self.config_loader.where, "parameters")
        parameters = check_parameters(self.config_loader["parameters"], where)
        # Nodes get the checked values: a number that is spelt in another way is the same number.
        self.config_loader["parameters"] = parameters.model_dump(mode="json")
        self._raw_entries = raw_entries(parameters, raw_folder(self.config_loader["globals"]))
        self._check_names(parameters.model, parameters.dataset)
        use_threads(parameters.threads)
        selection = selection_of(parameters)
        if selection != selected():
            select(selection)
            pipelines.configure("siger_pipeline.pipeline_registry")

    def _check_names(self, model: str, dataset: str) -> None:
        """The catalog's paths come from globals: parameters must not say something else."""
        runtime = self.config_loader.runtime_params or {}
        of_catalog = runtime.get("model", self.config_loader["globals"]["model"])
        if model != of_catalog:
            raise ParameterError(
                f"parameter 'model' is {model!r} but results would be written under "
                f"{of_catalog!r}: set model in globals.yml or by --params model={model}"
            )
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
        where = partial(loader.where, "catalog")
        try:
            # An entry of that name in conf/ counts instead.
            loader["catalog"] = {**self._raw_entries, **loader["catalog"]}
            catalog = super()._get_catalog(catalog_class, save_version, load_versions)
        except DatasetNotFoundError:
            raise
        except (DatasetError, KeyError) as error:
            raise entry_error(error, QUOTED.search(str(error)), where) from error
        if isinstance(catalog, QuickCatalog):
            catalog.where = where
        self._check_entries(catalog)
        return catalog

    def _check_entries(self, catalog: CatalogProtocol) -> None:
        """Every dataset of the pipelines has an entry: what has none is never saved."""
        wanted = {name for pipeline in pipelines.values() for name in pipeline.datasets()}
        missing = sorted(n for n in wanted if not is_parameter(n) and n not in catalog)
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


def entry_error(
    error: Exception, name: str | re.Match[str] | None, where: Where
) -> ConfigurationError:
    """What Kedro says of a catalog entry, in one sentence with file and line.

    Args:
        error: Kedro's.
        name: of the entry, as far as it is known.
        where: entries stand.
    """
    key = name if isinstance(name, str) else name[1] if name else ""
    message = str(error.args[0]) if error.args else str(error)
    lines = [line.strip() for line in message.splitlines()]
    told = [line for line in lines if line and not line.startswith(NOT_TOLD)]
    what = " ".join(told[:1]).partition(" Please install")[0].rstrip(".")
    place = where([key])
    return ConfigurationError(f"{place}: entry {key!r}: {what}." if place else f"catalog: {what}.")
