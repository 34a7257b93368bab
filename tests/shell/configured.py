"""The project's own configuration, for tests of what is made of it."""

from pathlib import Path
from typing import Any

from siger_pipeline import settings
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.current import Current, current_of
from siger_pipeline.shell.runtime_params import parse_params

ROOT = Path(__file__).parents[2]


def loader_of(
    params: str = "", conf: Path = ROOT / "conf", env: str = "base"
) -> ProjectConfigLoader:
    """The loader of a run with `--params`."""
    arguments: dict[str, Any] = {"runtime_params": parse_params(params)}
    return ProjectConfigLoader(str(conf), env=env, **arguments, **settings.CONFIG_LOADER_ARGS)


def current(params: str = "", conf: Path = ROOT / "conf", env: str = "base") -> Current:
    """The trial and studies of a run with `--params`."""
    return current_of(loader_of(params, conf, env))
