"""Kedro hooks: parameters are checked, and the pipelines chosen, before anything runs."""

from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines


class ParameterHooks:
    """Between reading the configuration and building the pipelines."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Check every parameter and choose the pipelines of this environment and model."""
        # Imported here, since models bring PyTorch along and not every command needs it.
        from siger_pipeline.parameters import check_parameters
        from siger_pipeline.selection import select, selected, selection_of

        parameters = check_parameters(context.config_loader["parameters"])
        self._check_names(context.config_loader, parameters.model, parameters.dataset)
        selection = selection_of(parameters)
        if selection != selected():
            select(selection)
            pipelines.configure("siger_pipeline.pipeline_registry")

    @staticmethod
    def _check_names(config_loader: Any, model: str, dataset: str) -> None:
        """The catalog's paths come from globals: parameters must not say something else."""
        from siger_pipeline.errors import ParameterError

        runtime = config_loader.runtime_params or {}
        of_catalog = runtime.get("model", config_loader["globals"]["model"])
        if model != of_catalog:
            raise ParameterError(
                f"parameter 'model' is {model!r} but results would be written under "
                f"{of_catalog!r}: set model in globals.yml or by --params model={model}"
            )
        if dataset != config_loader["globals"]["dataset"]:
            raise ParameterError(
                f"parameter 'dataset' = {dataset!r}: the data set is chosen by --env, "
                f"and this one is {config_loader['globals']['dataset']!r}"
            )
