"""Which versions of several files belong together: of one training, or of one run of a study.

All that a run writes has the run's version, but what was fresh keeps an older one. So the newest
version of each file need not be of the same results: a training may be under way, or a run may have
been broken off between two stages.
"""

from __future__ import annotations

from pathlib import Path

from kedro_fresh.locations import Location


def newest_until(place: Location, version: str) -> Path | None:
    """The newest version that is not newer than another dataset's; None where there is none.

    Args:
        place: of what the other dataset was made from, or made together with.
        version: of the other dataset.
    """
    until = [each for each in place.versions() if each <= version]
    return place.at(until[-1]) if until else None


def unchanged_since(place: Location) -> str | None:
    """The first version from which on the file's bytes are those of the newest; None without one.

    What was made of them later than that was made of the newest, whenever that was written again.
    """
    versions = place.versions()
    contents = [file.read_bytes() for file in map(place.at, reversed(versions)) if file]
    same = next((n for n, each in enumerate(contents) if each != contents[0]), len(contents))
    return versions[len(versions) - same] if versions else None
