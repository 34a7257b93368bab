"""Pictures in files that the catalogue names by paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from siger_pipeline.errors import InputError
from siger_pipeline.fetching.failure import shown
from siger_pipeline.fetching.fetch import Outcome, Store
from siger_pipeline.remarks import few

SHOWN = 3  # items in a message
MIB = 2**20
SCHEME = "://"  # in addresses, and in no path


class Tree(Protocol):
    """A folder with the files."""

    root: object

    def leads_outside(self, path: str) -> bool:
        """Whether a path is absolute, or leads out of the folder."""

    def read(self, path: str, most: int) -> bytes:
        """The bytes of a file of at most so many.

        Raises:
            InputError: there are none, or more; the message is the reason.
        """


def inside(pictures: Mapping[str, str | None], tree: Tree) -> dict[str, str]:
    """Item -> the path of its picture, of those that have one and no address.

    Args:
        pictures: item -> path or address, null where it has none.
        tree: the folder.

    Raises:
        InputError: paths lead out of their folder: a catalogue has no say in what else is read. It
            names items, paths and the folder.
    """
    files = {item: path for item, path in pictures.items() if path and SCHEME not in path}
    outside = [
        f"item {item!r} has {shown(path)!r}"
        for item, path in files.items()
        if tree.leads_outside(path)
    ]
    if outside:
        raise InputError(
            f"{len(outside):,} pictures are not in the folder {tree.root}: {few(outside, SHOWN)}."
            " Wanted are paths from that folder on, neither absolute nor through `..` or links to"
            " elsewhere: mend the column image, or name another folder in pictures.folder."
        )
    return files


def taken(
    paths: Iterable[str], tree: Tree, store: Store, max_mib: float, say: Callable[[str], None]
) -> dict[str, Outcome]:
    """What each path gave; the pictures are kept as those from addresses are.

    Args:
        paths: from the folder on.
        tree: the folder.
        store: of pictures.
        max_mib: bound on a picture's file, MiB.
        say: takes a line on how many there are.
    """

    def one(path: str) -> Outcome:
        try:
            return store.keep(path, tree.read(path, int(max_mib * MIB)))
        except InputError as error:
            return str(error)

    wanted = dict.fromkeys(paths)
    if wanted:
        say(f"pictures: {len(wanted):,} files below {tree.root} are read")
    return {path: one(path) for path in wanted}
