"""Which files of conf/ are meant as configuration, which of them count, and which contradict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from siger_pipeline.shell.yaml_faults import line_of

KINDS = ("globals", "parameters", "catalog", "credentials", "studies")
ENDINGS = (".yml", ".yaml", ".json")
READ = "read are globals.yml, parameters*.yml, catalog*.yml, credentials*.yml, studies*.yml"
Place = tuple[Path, int | None]  # a file, and a line of it


def conf_files(folder: Path) -> Iterator[tuple[Path, bool]]:
    """The files below a folder that are meant as configuration, and whether Kedro reads them."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        is_dangling = path.is_symlink() and not path.exists()
        if not (path.is_file() or is_dangling) or any(part.startswith(".") for part in parts):
            continue
        named = any(part.startswith(KINDS[1:]) for part in parts) or parts == ("globals.yml",)
        if path.suffix in ENDINGS or path.name.startswith(KINDS):
            yield path, named and path.suffix in ENDINGS


def is_empty(content: bytes) -> bool:
    """Whether a file holds nothing but blanks and comments."""
    lines = (line.strip() for line in content.splitlines())
    return all(not line or line.startswith(b"#") for line in lines)


def key_in_two(
    contents: Mapping[Path, bytes], kind: str
) -> tuple[tuple[str, ...], Place, Place] | None:
    """Nested keys that stand in two files, and where; None where each stands in one.

    Args:
        contents: of the files, well-formed each.
        kind: of configuration.
    """
    places: dict[tuple[str, ...], Path] = {}
    for path, content in contents.items():
        for keys in _leaves(yaml.load(content, yaml.SafeLoader), kind):
            if (other := places.setdefault(keys, path)) is not path:
                one, two = ((each, line_of(contents[each], keys)) for each in (path, other))
                return keys, one, two
    return None


def _leaves(values: Any, kind: str, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys that Kedro wants once: of parameters the innermost, else the outermost."""
    for key, value in (values or {}).items():
        keys = (*above, str(key))
        if kind == "parameters" and isinstance(value, dict):
            yield from _leaves(value, kind, keys)
        else:
            yield keys
