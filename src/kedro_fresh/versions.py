"""Versions of outputs: the next one, an earlier one brought forward, one that was broken off."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from kedro.io import AbstractVersionedDataset, DataCatalog

from kedro_fresh.errors import FreshError
from kedro_fresh.files import link_or_copy
from kedro_fresh.freshness import Freshness
from kedro_fresh.ingredients import Ingredients
from kedro_fresh.locations import Location
from kedro_fresh.phrases import few
from kedro_fresh.record import Entry, Output, Record, UnreadableError

LOG = logging.getLogger("kedro_fresh")


def next_version(location: Location, catalog: DataCatalog) -> str | None:
    """The version that a run writes, None for a dataset without versions.

    Raises:
        FreshError: it would not be the newest one, since the clock was set back; or a file without
            versions stands where the versions go.
    """
    dataset = catalog.get(location.name)
    if not location.versioned or not isinstance(dataset, AbstractVersionedDataset):
        return None
    if location.path and location.path.is_file():
        raise FreshError(
            f"{location.path} is a file from before {location.name} had versions, and stands "
            "where they go: remove it, and it is made anew"
        )
    version, newest = dataset.resolve_save_version(), location.newest()
    if version and newest and newest > version:
        raise FreshError(
            f"{location.name} has a version of {newest}, and this run is of {version}: what it "
            "makes would not be the newest. Start it again if another run has ended meanwhile; "
            "else set the clock right, or remove that version"
        )
    return version


def bring_forward(entry: Entry, freshness: Freshness, catalog: DataCatalog) -> Entry:
    """Make what an earlier run wrote the newest version of each output; the run's entry anew."""
    outputs = {}
    for name, file in (freshness.versions_of(entry) or {}).items():
        location, version = freshness.locations[name], freshness.versions.newest[name]
        if file != freshness.versions.current(name):
            version = next_version(location, catalog)
            target = location.at(version)
            assert target is not None
            link_or_copy(file, target)
            catalog.release(name)
        outputs[name] = Output(version, entry.outputs[name].content)
    return replace(entry, outputs=outputs)


def left_over(
    node: str, record: Record, now: Ingredients, locations: Mapping[str, Location]
) -> dict[str, str | None]:
    """Which versions of its outputs a broken-off run of a node with the same ingredients has left.

    Returns:
        Catalog name -> version, for every output; nothing where there is no such run.
    """
    try:
        same = list(record.unfinished.of(now))
        for entry in same:
            if _is_whole(entry, locations):
                return {name: output.version for name, output in entry.outputs.items()}
        never = "broken off before it had written all of its outputs once"
        why = f"since the run of {same[0].made} was {never}" if same else _other(record, now)
    except UnreadableError as error:
        why = f"since {error}"
    if why:
        LOG.info("%s: starts anew, %s", node, why)
    return {}


def set_aside(begun: Entry, locations: Mapping[str, Location], number: int) -> Entry:
    """Rename what a node has written so far, so that it can write the same version again.

    Args:
        begun: its run, broken off.
        locations: of its outputs.
        number: of such runs of the node in this one.

    Returns:
        The entry with the versions that hold it now: older ones than those that the node will make.
    """
    outputs = {}
    for name, output in begun.outputs.items():
        file, version = locations[name].at(output.version), output.version
        if version and file and file.exists():
            version = f"{version.removesuffix('Z')}-lost{number}Z"  # "-" comes before "Z"
            file.parent.rename(file.parent.with_name(version))
        outputs[name] = replace(output, version=version)
    return replace(begun, outputs=outputs)


def written(begun: Entry, freshness: Freshness) -> dict[str, Output]:
    """The outputs of a run that has ended, with their contents."""
    files = {name: freshness.locations[name].at(out.version) for name, out in begun.outputs.items()}
    return {
        name: Output(begun.outputs[name].version, freshness.content(file))
        for name, file in files.items()
    }


def _is_whole(entry: Entry, locations: Mapping[str, Location]) -> bool:
    files = (locations[name].at(output.version) for name, output in entry.outputs.items())
    return all(file is not None and file.exists() for file in files)


def _other(record: Record, now: Ingredients) -> str:
    """How the run differed that was broken off last; empty where a run has ended since."""
    begun = record.unfinished.newest()
    finished = record.finished.newest() if begun else None
    if begun is None or (finished and finished.made >= begun.made):
        return ""
    differences = few(now.differences(begun.ingredients))
    return f"not where the run of {begun.made} was broken off: {differences}"
