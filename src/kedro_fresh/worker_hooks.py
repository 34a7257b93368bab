"""The hooks of a project in a worker, as in the workers of Kedro's own ParallelRunner."""

from __future__ import annotations

from functools import cache

from kedro.framework.hooks import specs
from kedro.framework.hooks.markers import HOOK_NAMESPACE
from kedro.framework.project import settings
from pluggy import PluginManager

ENTRY_POINTS = "kedro.hooks"
SPECS = ("NodeSpecs", "PipelineSpecs", "DataCatalogSpecs", "DatasetSpecs", "KedroContextSpecs")


@cache
def hook_manager(package: str) -> PluginManager:
    """The hooks of settings.py and of installed plug-ins; those of nodes and datasets are called.

    Args:
        package: the configured project's.
    """
    manager = PluginManager(HOOK_NAMESPACE)
    for name in SPECS:
        manager.add_hookspecs(getattr(specs, name))
    for hooks in settings.HOOKS if package else ():
        manager.register(hooks)
    manager.load_setuptools_entrypoints(ENTRY_POINTS)
    disabled = set(settings.DISABLE_HOOKS_FOR_PLUGINS) if package else set()
    for plugin, distribution in manager.list_plugin_distinfo():
        if distribution.project_name in disabled:
            manager.unregister(plugin)
    return manager
