"""Where the records of nodes lie."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from kedro.pipeline import Node

from kedro_fresh.locations import Location


def record_folder(node: Node, lie: Mapping[str, Location], folder: Path, root: Path) -> Path:
    """Folder of a node's record: named after it and after where it writes.

    Args:
        node: of a pipeline.
        lie: its outputs.
        folder: of all records.
        root: of the project.
    """
    key = key_of((lie[name] for name in node.outputs), root)
    return folder / f"{node.name.replace('/', '-')}-{key}"


def key_of(lie: Iterable[Location], root: Path) -> str:
    """Of where datasets lie: their names may differ from pipeline to pipeline."""
    paths = sorted(relative(each.path, root) or each.filepath for each in lie)
    return hashlib.sha256(json.dumps(paths).encode()).hexdigest()[:12]


def relative(path: Path | None, root: Path) -> str:
    """A path, relative to the project's folder if it lies there."""
    if path and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return str(path or "")
