"""The Dockerfile, as its instructions."""

import shlex
from collections.abc import Iterable

from end_to_end.project import ROOT

Instruction = tuple[str, str]  # such as ("COPY", "src src")


def dockerfile() -> list[Instruction]:
    """Its instructions in order, lines that go on put together."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    kept = (line for line in lines if line and not line.startswith("#"))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in kept)]


def copied(instructions: Iterable[Instruction]) -> list[str]:
    """The files and folders of the repository that it copies."""
    copies = (shlex.split(rest) for word, rest in instructions if word == "COPY")
    return [name for words in copies if not words[0].startswith("--") for name in words[:-1]]
