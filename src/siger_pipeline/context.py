"""Kedro's context and catalog, quicker to start."""

from typing import Any

from kedro.framework.context import CatalogCommandsMixin, KedroContext
from kedro.io import CatalogProtocol, DataCatalog, MemoryDataset

from siger_pipeline.caching.places import is_parameter


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


class QuickContext(KedroContext):
    """A context whose catalog is a `QuickCatalog`."""

    def _get_catalog(
        self,
        catalog_class: type = QuickCatalog,
        save_version: str | None = None,
        load_versions: dict[str, str] | None = None,
    ) -> CatalogProtocol:
        return super()._get_catalog(catalog_class, save_version, load_versions)
