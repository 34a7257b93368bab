"""Kedro's context and catalog, for this project."""

from typing import Any

from kedro.framework.context import CatalogCommandsMixin, KedroContext
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol, DataCatalog, MemoryDataset

from siger_pipeline.caching.places import is_parameter
from siger_pipeline.errors import ParameterError
from siger_pipeline.parameters import check_parameters
from siger_pipeline.selection import select, selected, selection_of
from siger_pipeline.threads import use_threads


class QuickCatalog(DataCatalog, CatalogCommandsMixin):
    """A catalog that copies parameters without asking whether they are tables.

    To ask that, Kedro imports pandas and Ibis for each command, which takes longer than all else
    that a command does when nothing must run.
    """

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
        # Kedro's loader reads its files at each look-up, unless it is given the values.
        for kind in ("globals", "parameters"):
            self.config_loader[kind] = self.config_loader[kind]
        parameters = check_parameters(self.config_loader["parameters"])
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
        return super()._get_catalog(catalog_class, save_version, load_versions)
