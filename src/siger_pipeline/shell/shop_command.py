"""`kedro shop new`: an environment for a person's own files."""

from pathlib import Path

import click
from kedro.framework.project import settings
from kedro.utils import find_kedro_project

from siger_pipeline.shell.command import Command


def _new(name: str, files: tuple[str, ...]) -> None:
    """Write an environment NAME for your own FILES: tables, vectors, a folder of pictures."""
    from siger_pipeline.shell.shop import new_shop

    project = find_kedro_project(Path.cwd()) or Path.cwd()
    for line in new_shop(name, files, project, project / settings.CONF_SOURCE):
        click.echo(line)


SHOP = click.Group("shop", help="Your own data.")
SHOP.add_command(
    Command(
        "new",
        params=[click.Argument(["name"]), click.Argument(["files"], nargs=-1, required=True)],
        callback=_new,
        help=_new.__doc__,
    )
)
