"""What is wrong with a configuration file, and on which line a key stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from omegaconf._utils import get_yaml_loader
from yaml.reader import ReaderError

UNCLOSED = (
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning a quoted scalar",
)
# How PyYAML's message begins, and what it means here.
TOLD = {
    "expected <block end>": "the indentation or a sign there does not fit the lines above it",
    "but found another document": "a second document begins there. Remove the line `---`",
}


def fault(content: bytes) -> str | None:
    """The first thing that makes a file unfit for configuration, with its line.

    Args:
        content: the file, YAML or JSON.

    Returns:
        A sentence such as ``line 3: key 'seed' stands here for the second time``, or None.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}"
        return f"line {line}: {found} is not UTF-8. Save the file as UTF-8"
    try:
        loaded = yaml.load(text, get_yaml_loader())
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return f"line {line}: the character {chr(int(error.character))!r} has no place in YAML"
    except yaml.MarkedYAMLError as error:
        return _sentence(error)
    if loaded is not None and not isinstance(loaded, dict):
        kind = "a list" if isinstance(loaded, list) else f"{loaded!r}"
        return f"line 1: the file holds {kind}, wanted are lines of `key: value`"
    for key, _ in getattr(yaml.compose(text, get_yaml_loader()), "value", ()):
        if key.tag != "tag:yaml.org,2002:str":
            return (
                f"line {key.start_mark.line + 1}: the key {key.value} is no text for YAML. "
                "Write it in quotation marks"
            )
    return None


def section_fault(path: str, section: str) -> str | None:
    """What keeps a section of a YAML file from being read, in a sentence; None where nothing does.

    Args:
        path: of the file.
        section: an outermost key, with keys below it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        return f"which cannot be read ({error.strerror})"
    if problem := fault(content):
        return problem
    found = yaml.load(content, yaml.SafeLoader) or {}
    if not isinstance(found.get(section), dict):
        return f"which has no section {section!r} with options below it"
    return None


def line_of(content: bytes, keys: Sequence[str]) -> int | None:
    """The line, from 1, on which the innermost of nested keys stands; None where it is not."""
    node = yaml.compose(content.decode("utf-8-sig"), get_yaml_loader())
    line = None
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        found = [(name, value) for name, value in pairs if name.value == key]
        if not found:
            return None
        name, node = found[0]
        line = name.start_mark.line + 1
    return line


def _sentence(error: yaml.MarkedYAMLError) -> str:
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if problem.startswith("found duplicate key "):
        key = problem.removeprefix("found duplicate key ")
        return f"line {line}: key {key!r} stands here for the second time. Remove one of the two"
    if "'\\t'" in problem:
        return f"line {line}: a tab stands where YAML wants blanks. Indent with blanks only"
    if context.startswith(UNCLOSED) and error.context_mark:
        opened = error.context_mark.line + 1
        return f"line {opened}: the bracket or quote that opens there is not closed ({problem})"
    if context.startswith("while parsing a flow node"):
        return f"line {line}: a bracket that opens there or above is not closed"
    told = next((words for start, words in TOLD.items() if problem.startswith(start)), None)
    return f"line {line}: {told or ' '.join(filter(None, [problem, context]))}"
