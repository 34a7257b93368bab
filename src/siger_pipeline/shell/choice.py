"""Which nodes a command is asked for: what there is not, told in a sentence."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import reduce
from operator import add
from traceback import walk_tb
from typing import Any

from kedro.framework.project import pipelines as project_pipelines
from kedro.pipeline import Pipeline

from siger_pipeline.shell.current import UnknownPipelineError, selected

KINDS = {
    "tags": "tag",
    "node_names": "node",
    "from_nodes": "node",
    "to_nodes": "node",
    "from_inputs": "dataset",
    "to_outputs": "dataset",
}
LISTED = 10  # names; of more, only those that are like the one that was asked for


def choice_error(error: Exception, options: Mapping[str, Any]) -> str | None:
    """What is wrong with the options that choose nodes, if Kedro has stopped because of them.

    Args:
        error: what a command ended with.
        options: the command's options by Kedro's names, such as `from_nodes`.

    Returns:
        A sentence; None for an error of anything else, such as one of a node.
    """
    if not _is_kedros_own(error):
        return None
    for option, kind, name, known in _names(options):
        if name not in known:
            return f"{_flag(option)}: no {kind} {name!r}; {known_names(name, known)}"
    given = " ".join(f"{_flag(key)} {','.join(options[key])}" for key in KINDS if options.get(key))
    return f"{given}: {error}".removeprefix(": ").partition(". ")[0]


def _is_kedros_own(error: Exception) -> bool:
    """Raised by Kedro while it chose the nodes, and neither in a node nor in our pipelines."""
    if isinstance(error, UnknownPipelineError):
        return True
    if not isinstance(error, ValueError | KeyError):
        return False
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    elsewhere = ("kedro.runner", "siger_pipeline.pipeline")
    return modules[-1].startswith(("kedro.pipeline", "kedro.framework")) and not any(
        module.startswith(elsewhere) for module in modules
    )


def _names(options: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Collection[str]]]:
    """Option, kind, name and the names that there are, for each name that was asked for."""
    one = options.get("pipeline")
    names = [one] if one else options.get("pipelines") or ["__default__"]
    for name in names:
        yield "pipeline" if one else "pipelines", "pipeline", name, _pipelines()
    chosen = reduce(add, (project_pipelines[name] for name in names), Pipeline([]))
    known = {
        "tag": {tag for node in chosen.nodes for tag in node.tags},
        "node": {node.name for node in chosen.nodes},
        "dataset": chosen.datasets(),
    }
    for option, kind in KINDS.items():
        for name in options.get(option) or ():
            yield option, kind, name, known[kind]


def _pipelines() -> list[str]:
    current = selected()
    studies = current.studies.names() if current else []
    return list(dict.fromkeys([*project_pipelines, *studies]))


def _flag(option: str) -> str:
    return "--nodes" if option == "node_names" else f"--{option.replace('_', '-')}"


def known_names(name: str, known: Collection[str]) -> str:
    """The names that are like one that is not known; all of them where there are few, or none."""
    wanted = sorted(each for each in known if not each.startswith(("params:", "parameters")))
    near = get_close_matches(name, wanted)
    wish = f"did you mean {' or '.join(repr(each) for each in near)}? " if near else ""
    if near and len(wanted) > LISTED:
        return wish.strip()
    return f"{wish}{'There' if near else 'there'} are {', '.join(wanted)}"
