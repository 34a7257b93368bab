"""What all commands of the project share: errors in sentences, and Kedro's own options."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run

from kedro_fresh.commands import run_options
from kedro_fresh.errors import interrupted
from siger_pipeline.shell.choice import choice_error
from siger_pipeline.shell.narration import leave_terminal
from siger_pipeline.shell.runtime_params import parse_params
from siger_pipeline.shell.sentences import sentence_of
from siger_pipeline.shell.yaml_faults import section_fault


class Command(click.Command):
    """What a person can mend is told in a sentence, without a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse an option that is given twice, and a file of `--config` that says nothing."""
        values, _, order = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(order).items():
            if times > 1 and isinstance(option, click.Option) and not option.is_flag:
                raise click.UsageError(
                    f"{option.opts[0]} is given {times} times, and only one would count: give it "
                    "once, its values with commas between them",
                    ctx,
                )
        if (path := values.get("config")) and (problem := section_fault(path, str(ctx.info_name))):
            raise click.UsageError(f"--config: {path}, {problem}", ctx)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an error that a person can mend becomes a sentence."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            leave_terminal()
            raise
        except Exception as error:
            if interrupted(error):
                leave_terminal()
                raise KeyboardInterrupt from error
            if told := sentence_of(error):
                raise click.ClickException(told) from error
            if choice := choice_error(error, ctx.params):
                raise click.UsageError(choice, ctx) from error
            raise


def _read_params(ctx: click.Context, _: click.Parameter, value: Any) -> dict[str, Any]:
    """The value of `--params`, or what `--config` gives in its place."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise click.UsageError(f"--config: params is {value!r}, wanted are keys with values", ctx)
    try:
        return parse_params(value)
    except ValueError as error:
        raise click.UsageError(f"--params: {error}", ctx) from error


def options_of_run(names: Iterable[str] | None = None) -> list[click.Parameter]:
    """Options of Kedro's `run`, by name or all; of `--params`, values may be lists."""
    chosen = run_options(names or [str(option.name) for option in kedro_run.params])
    for option in chosen:
        if option.name == "params":
            option.callback = _read_params
    return chosen
