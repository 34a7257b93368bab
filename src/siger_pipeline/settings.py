"""Kedro's settings for this project. See https://docs.kedro.org for what each means."""

import os

from kedro_fresh.sessions import run_by_default
from siger_pipeline.shell.caching import caching_runner
from siger_pipeline.shell.catalog import QuickCatalog
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.context import ProjectContext
from siger_pipeline.shell.folders import BRACES, check_folder
from siger_pipeline.shell.hooks import ProjectHooks


def data_root() -> str:
    """The folder that holds the data sets: SIGER_DATA, or data/01_raw of the project.

    Raises:
        UserError: Kedro would take its name for something else.
    """
    root = os.environ.get("SIGER_DATA") or "data/01_raw"
    check_folder(root, "SIGER_DATA", BRACES)
    return root


run_by_default("siger_pipeline", caching_runner)  # as `kedro run` does
CONTEXT_CLASS = ProjectContext
DATA_CATALOG_CLASS = QuickCatalog
HOOKS = (ProjectHooks(),)
# Kedro-Viz follows Kedro's own sequential runner only, and warns of every other one: what it shows
# of the last run is written by `shell/viz.py`.
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-viz",)
CONFIG_LOADER_CLASS = ProjectConfigLoader
CONFIG_LOADER_ARGS = {
    "config_patterns": {"studies": ["studies*", "studies*/**", "**/studies*"]},
    "base_env": "base",
    "default_run_env": "local",
    # An environment holds only what differs, key by key.
    "merge_strategy": {"parameters": "soft", "globals": "soft", "studies": "soft"},
    "custom_resolvers": {"data_root": data_root},
}
