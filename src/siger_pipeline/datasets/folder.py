"""A folder of files that an object writes, and something else reads."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import IO, Any, ClassVar

from kedro.io.core import get_filepath_str
from kedro_datasets._typing import TablePreview

from kedro_fresh.temporary import temporary_folder_beside
from kedro_fresh.writing import write_error
from siger_pipeline.datasets.atomic import is_local
from siger_pipeline.datasets.base import AtomicDataset, DataFileError


class FolderDataset(AtomicDataset):
    """An object with a method `save(folder)`, loaded by a function of the folder's path.

    The folder is written beside its place and renamed: it is there whole or not at all. It lies on
    a disk of this machine, since its files are memory-mapped.

    Args:
        loader: full name of the function that reads the folder.
        options: see `AtomicDataset`.
    """

    KIND: ClassVar[str] = "a folder"
    WITHOUT_EFFECT: ClassVar[frozenset[str]] = AtomicDataset.WITHOUT_EFFECT | {"loader"}

    def __init__(self, *, loader: str, **options: Any) -> None:
        super().__init__(**options)
        self._loader = loader
        if not is_local(self._fs):
            raise DataFileError(
                f"{options['filepath']} is not on a disk of this machine, and {self.KIND} must be: "
                "name a path below data/"
            )

    def load(self) -> Any:
        """What the loader makes of the folder.

        Raises:
            DataFileError: there is no folder.
        """
        return self._read(self._existing_path())

    def save(self, data: Any) -> None:
        """Write the folder, whole or not at all.

        Raises:
            DatasetError: the version exists already.
            WriteError: the system refused to write.
        """
        path = Path(get_filepath_str(self._get_save_path(), self._protocol))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with temporary_folder_beside(path) as temporary:
                data.save(temporary / "new")
                if path.exists():
                    path.rename(temporary / "old")
                (temporary / "new").rename(path)
        except OSError as error:
            raise write_error(path, error) from error
        self._fs.invalidate_cache()

    def preview(self) -> TablePreview:
        """The names of the files and their sizes, for Kedro-Viz."""
        folder = Path(self._existing_path())
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        rows = [[path.relative_to(folder).as_posix(), path.stat().st_size] for path in files]
        index = list(range(len(rows)))
        return TablePreview({"index": index, "columns": ["file", "bytes"], "data": rows})

    def _read(self, path: str) -> Any:
        module, _, name = self._loader.rpartition(".")
        return getattr(importlib.import_module(module), name)(path)

    def _write(self, handle: IO[bytes], data: Any) -> None:
        raise NotImplementedError
