"""`siger-pipeline`, also as `python -m siger_pipeline`: `init`, and in a project all of Kedro's."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from kedro.utils import find_kedro_project

from kedro_fresh.start import package_of
from siger_pipeline import __version__
from siger_pipeline.errors import UserError
from siger_pipeline.shell.console import prepare_console
from siger_pipeline.shell.project_folder import lay_out

OWN = ("init", "--version")
PACKAGE = str(__package__)


class _Commands(click.Group):
    """Those that need no project; of any other one it is said where it works."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise click.UsageError(
                f"{cmd_name!r} works in a project of {PACKAGE}, and {Path.cwd()} is in none:"
                " `siger-pipeline init FOLDER` lays one out",
                ctx,
            )
        return found


@click.group(
    cls=_Commands,
    epilog="Below a folder that init has made, all commands of Kedro are here too, run first.",
)
@click.version_option(__version__, prog_name="siger-pipeline")
def own() -> None:
    """SIGER and its baselines: raw files in, ranked recommendations and reports out."""


@own.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Lay out a project in FOLDER: configuration, and a sample to run at once."""
    try:
        lay_out(folder)
    except UserError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder} holds a project. To train on its sample:\n")
    click.echo(f"  cd {folder}\n  siger-pipeline run")


def main() -> None:
    """Run one command, and end the process."""
    prepare_console()
    root = find_kedro_project(Path.cwd())
    of_this_package = root is not None and package_of(root) in ("", PACKAGE)  # "": Kedro tells why
    if of_this_package and sys.argv[1:2] not in [[name] for name in OWN]:
        from kedro.framework.cli.cli import main as kedro  # says which logging it has chosen

        kedro()
    else:
        own()


if __name__ == "__main__":
    main()
