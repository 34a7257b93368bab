"""The folders of raw files. Light imports: a process that only starts others stays small."""

import os
from pathlib import Path

from benchmarks.harness import RefusalError


def raw_folder(dataset: str) -> Path:
    """The folder of a data set's raw files.

    Raises:
        RefusalError: SIGER_DATA is not set, or has no such data set.
    """
    root = os.environ.get("SIGER_DATA")
    if not root:
        raise RefusalError(
            "SIGER_DATA is not set: it names the folder of the data sets in MMRec's layout (see "
            "docs/data.md)"
        )
    inter = Path(root).resolve() / dataset / f"{dataset}.inter"
    if not inter.is_file():
        raise RefusalError(
            f"SIGER_DATA has no {dataset}/{dataset}.inter: the published files of {dataset} in "
            "MMRec's layout are wanted (see docs/data.md)"
        )
    return inter.parent


def with_features(folder: Path, dataset: str, world: Path) -> Path:
    """The folder, made once, with a data set: links to its tables and to features of a world."""
    if (folder / dataset).exists():  # of an earlier row with the same peer
        return folder
    (folder / dataset).mkdir(parents=True)
    tables = [path for path in raw_folder(dataset).iterdir() if path.suffix != ".npy"]
    for path in (*tables, *world.resolve().glob("*_feat.npy")):
        (folder / dataset / path.name).symlink_to(path)
    return folder


def require_mmrec(path: Path) -> Path:
    """The absolute path of a checkout of MMRec.

    Raises:
        RefusalError: src/utils/quick_start.py is missing.
    """
    checkout = path.expanduser().resolve()
    if not (checkout / "src" / "utils" / "quick_start.py").is_file():
        raise RefusalError(
            f"--mmrec {path}: has no src/utils/quick_start.py: a checkout of "
            "https://github.com/enoche/MMRec is wanted"
        )
    return checkout
