"""What made a dataset, back to the raw files, as the records tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedro.pipeline import Node

from kedro_fresh.contents import ABSENT
from kedro_fresh.errors import FreshError
from kedro_fresh.freshness import Freshness
from kedro_fresh.record import Entry, Record

SHOWN = 12  # digits of a hash, for people


@dataclass(frozen=True)
class Origin:
    """Where the bytes of a dataset come from.

    Attributes:
        dataset: its name in the catalog.
        file: that holds it now, relative to the project.
        sha256: of that file, or of the names and files of a folder; `ABSENT` where there is none.
        node: that made it; empty of a raw file, and where no run left word of these bytes.
        made: local time of that run, ISO.
        seconds: that the node took.
        parameters: of the node, as it spells them -> value then.
        inputs: dataset -> SHA-256 of what the node read.
        changed: the inputs of which the catalog holds other bytes by now.
        libraries: distribution -> version then.
        remark: what is not as it should be; empty where all is.
    """

    dataset: str
    file: str
    sha256: str
    node: str = ""
    made: str = ""
    seconds: float = 0.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""


def origins(names: Iterable[str], freshness: Freshness) -> list[Origin]:
    """Each dataset once, after all that it was made from.

    Args:
        names: of datasets, or paths of their files.
        freshness: of pipelines that read or make them.

    Raises:
        FreshError: no node reads or makes such a dataset.
    """
    made_by = {name: node for node in freshness.pipeline.nodes for name in node.outputs}
    found: dict[str, Origin] = {}
    for name in names:
        _collect(_dataset(name, freshness), freshness, made_by, found)
    return list(found.values())


def _dataset(name: str, freshness: Freshness) -> str:
    """The dataset of the pipelines by its own name, by another one of the catalog, or by a path."""
    if name in freshness.locations:
        return name
    catalog = freshness.catalog
    config = catalog.config_resolver.resolve_pattern(name) if name in catalog else {}
    path = Path(str(config.get("filepath") or name)).absolute()
    for each, location in freshness.locations.items():
        own = location.path.absolute() if location.path else None
        if own and (path == own or (location.versioned and path.is_relative_to(own))):
            return each
    known = ", ".join(sorted(freshness.locations))
    raise FreshError(f"{name}: no node reads or makes such a dataset; there are: {known}")


def _collect(
    name: str, freshness: Freshness, made_by: Mapping[str, Node], found: dict[str, Origin]
) -> None:
    if name in found:
        return
    node = made_by.get(name)
    sources = [each for each in node.inputs if each in freshness.locations] if node else []
    for source in sources:
        if source not in freshness.uncompared:
            _collect(source, freshness, made_by, found)
    found[name] = _origin(name, node, freshness)


def _origin(name: str, node: Node | None, freshness: Freshness) -> Origin:
    path = freshness.versions.current(name)
    sha256 = freshness.content(path)
    where = name, freshness.relative(path or freshness.locations[name].path), sha256
    if sha256 == ABSENT:
        return Origin(*where, remark="not there")
    if node is None:
        return Origin(*where)
    entry = _run_that_wrote(name, sha256, Record(freshness.record_path(node)))
    if entry is None:
        return Origin(*where, remark=f"no run of {node.name} left word of these bytes")
    read = entry.ingredients.inputs
    return Origin(
        *where,
        node=node.name,
        made=entry.made,
        seconds=entry.seconds,
        parameters=entry.ingredients.parameters,
        inputs=read,
        changed=tuple(each for each in read if _now(each, freshness) != read[each]),
        libraries=entry.libraries,
    )


def _run_that_wrote(name: str, sha256: str, record: Record) -> Entry | None:
    for entry in record.finished.readable():
        if name in entry.outputs and entry.outputs[name].content == sha256:
            return entry
    return None


def _now(name: str, freshness: Freshness) -> str | None:
    if name not in freshness.locations:
        return None
    return freshness.content(freshness.versions.current(name))


def lines(origin: Origin) -> Iterator[str]:
    """An origin for people: the dataset, then how it was made."""
    yield f"{origin.dataset}  {origin.file}  sha256 {origin.sha256[:SHOWN]}"
    if origin.remark:
        yield f"  {origin.remark}"
    if not origin.node:
        return
    yield f"  made by {origin.node} on {origin.made}, in {origin.seconds:.1f} s"
    for name, value in origin.parameters.items():
        yield f"  {name.removeprefix('params:')}: {value}"
    for name, content in origin.inputs.items():
        by_now = ", which holds other bytes by now" if name in origin.changed else ""
        yield f"  from {name}  sha256 {content[:SHOWN]}{by_now}"
    versions = ", ".join(f"{name} {version}" for name, version in origin.libraries.items())
    if versions:
        yield f"  with {versions}"
