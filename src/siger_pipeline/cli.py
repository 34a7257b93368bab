"""Where Kedro looks for the project's own commands."""

from siger_pipeline.shell.cli import cli

__all__ = ["cli"]
