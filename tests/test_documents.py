"""What the Markdown files name exists: tests, files, commands; their lines are as long as code's.

Tables and links may be longer, since they cannot be wrapped.
"""

import re
from pathlib import Path

import click
import pytest
from kedro.framework.cli.cli import KedroCLI

from end_to_end.project import ROOT

WIDTH = 100
FOLDERS = (".", "docs", "benchmarks", "src/kedro_fresh")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in (ROOT / folder).glob("*.md")
)
OF_EXTRAS = {"airflow", "viz"}  # commands of packages that are not always installed

TEST = re.compile(r"\btest_\w+")
DEFINITION = re.compile(r"^ *def (test_\w+)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
COMMAND = re.compile(
    r"`(?:\.venv/bin/)?kedro ([^`]+)`|^ *(?:\.venv/bin/|\$ )?kedro (.+)", re.MULTILINE
)
WORD = re.compile(r"[a-z]+")


@pytest.fixture(scope="module")
def tests() -> set[str]:
    """Names of all test functions and modules."""
    files = list((ROOT / "tests").rglob("test_*.py"))
    functions = [name for file in files for name in DEFINITION.findall(file.read_text())]
    return {*functions, *(file.stem for file in files)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tests_that_it_names_exist(document: str, tests: set[str]) -> None:
    assert unknown_tests((ROOT / document).read_text(), tests) == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_relative_links_lead_to_files(document: str) -> None:
    assert broken_links((ROOT / document).read_text(), (ROOT / document).parent) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_commands_that_it_names_exist(document: str) -> None:
    assert unknown_commands((ROOT / document).read_text()) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_lines_are_wrapped(document: str) -> None:
    assert long_lines((ROOT / document).read_text()) == []


def test_what_is_wrong_is_seen() -> None:
    text = (
        "`test_of_nothing`, [a page](missing.md), `kedro verify`, `kedro fresh frob --env a`\n"
        f"{'word ' * 21}\n| {'cell ' * 21} |\n"
    )
    assert unknown_tests(text, {"test_of_something"}) == {"test_of_nothing"}
    assert broken_links(text, ROOT) == ["missing.md"]
    assert unknown_commands(text) == ["kedro verify", "kedro fresh frob"]
    assert long_lines(text) == [("word " * 21).strip()]


def unknown_tests(text: str, known: set[str]) -> set[str]:
    return set(TEST.findall(text)) - known


def broken_links(text: str, folder: Path) -> list[str]:
    targets = [first or second for first, second in LINK.findall(text)]
    files = [target.partition("#")[0] for target in targets if "://" not in target]
    return [file for file in files if not (folder / file).exists()]


def unknown_commands(text: str) -> list[str]:
    """Commands, or commands of a group, that the command line does not have."""
    cli, unknown = KedroCLI(ROOT), []
    for words in (first or second for first, second in COMMAND.findall(text)):
        group: click.Command = cli
        path = ["kedro"]
        for word in words.split():
            if not isinstance(group, click.Group) or not WORD.fullmatch(word):
                break
            if word in OF_EXTRAS:
                break
            path.append(word)
            command = group.get_command(click.Context(group), word)
            if command is None:
                unknown.append(" ".join(path))
                break
            group = command
    return unknown


def long_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [
        line
        for line in lines
        if len(line) > WIDTH and not line.startswith("|") and not LINK.search(line)
    ]
