"""The project's own `kedro` commands: `run`, with errors for people, and `compare`."""

import json
from pathlib import Path
from typing import Any, cast

import click
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import env_option
from kedro.framework.session import KedroSession

from siger_pipeline.errors import user_error

METRICS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")


@click.group(name="siger-pipeline")
def cli() -> None:
    """Commands of this project."""


class _RunCommand(click.Command):
    """Kedro's own `run`; what a person can mend is told in a sentence, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MissingConfigException as error:
            raise click.ClickException(f"{error}. An environment is a folder of conf/.") from error
        except Exception as error:
            told = user_error(error)
            if told is None:
                raise
            raise click.ClickException(str(told)) from error


cli.add_command(
    _RunCommand("run", params=kedro_run.params, callback=kedro_run.callback, help=kedro_run.help)
)


@cli.command()
@env_option
@click.argument("models", nargs=-1)
def compare(env: str | None, models: tuple[str, ...]) -> None:
    """Test metrics of MODELS (default: all with results) beside the floors, for one data set."""
    with KedroSession.create(env=env) as session:
        context = cast(KedroSession, session).load_context()
        dataset = context.config_loader["globals"]["dataset"]
        folder = Path(context.project_path) / "data" / "08_reporting" / dataset
    rows = _latest_metrics(folder, models)
    if not rows:
        raise click.ClickException(f"no results under {folder}: run `kedro run` first")
    width = max(len(name) for name in rows)
    click.echo(f"{dataset}, test   " + " " * max(0, width - len(dataset) - 5) + _row(METRICS))
    for name, values in sorted(rows.items(), key=lambda row: row[1]["recall@20"]):
        figures = [f"{values[metric]:.4f}" for metric in METRICS]
        click.echo(f"  {name.ljust(max(width, len(dataset) + 5))} " + _row(figures))
    click.echo(f"\nResults lie in {folder.relative_to(context.project_path)}/<model>/")


def _row(cells: Any) -> str:
    return "".join(str(cell).rjust(11) for cell in cells)


def _latest_metrics(folder: Path, models: tuple[str, ...]) -> dict[str, dict[str, float]]:
    found = {}
    for path in sorted(folder.glob("*/metrics.json/*/metrics.json")):
        name = path.parents[2].name
        if not models or name in models:
            found[name] = json.loads(path.read_text())["test"]
    floors = sorted(folder.glob("floors.json/*/floors.json"))
    if floors:
        for name, metrics in json.loads(floors[-1].read_text()).items():
            found.setdefault(f"{name} (floor)", metrics["test"])
    return found
