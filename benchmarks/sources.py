"""Where the raw files lie; light, so that a process that only starts others stays small."""

import os
from pathlib import Path

from benchmarks.harness import RefusalError


def raw_folder(dataset: str) -> Path:
    """Where a data set's raw files lie.

    Raises:
        RefusalError: SIGER_DATA is not set, or has no such data set.
    """
    root = os.environ.get("SIGER_DATA")
    if not root:
        raise RefusalError(
            "SIGER_DATA is not set: it names the folder that holds the data sets in MMRec's "
            "layout (see README.md, Data sets)"
        )
    inter = Path(root).resolve() / dataset / f"{dataset}.inter"
    if not inter.is_file():
        raise RefusalError(
            f"SIGER_DATA has no {dataset}/{dataset}.inter: the published files of {dataset} in "
            "MMRec's layout are wanted (see README.md, Data sets)"
        )
    return inter.parent


def with_features(folder: Path, dataset: str, world: Path) -> Path:
    """A folder of data sets: the raw files of one, with the features of a world as its own.

    Args:
        folder: to be made, of links.
        dataset: of the raw files.
        world: where `<modality>_feat.npy` are taken from.
    """
    (folder / dataset).mkdir(parents=True)
    tables = [path for path in raw_folder(dataset).iterdir() if path.suffix != ".npy"]
    for path in (*tables, *world.resolve().glob("*_feat.npy")):
        (folder / dataset / path.name).symlink_to(path)
    return folder
