"""A table of pictures that were fetched, loaded as the pictures themselves."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec

from siger_pipeline.data.schema import PictureColumns, PictureStatus
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_file import open_picture
from siger_pipeline.datasets.picture_store import is_whole, path_of
from siger_pipeline.datasets.pictures import PictureFolder
from siger_pipeline.datasets.table import TableDataset

if TYPE_CHECKING:
    import pandas as pd
    from PIL import Image

OF_FILE = (
    *(PictureColumns.URL, PictureColumns.SHA256, PictureColumns.FORMAT),
    *(PictureColumns.WIDTH, PictureColumns.HEIGHT),
)


class FetchedPictures(PictureFolder):
    """Item id to a function that opens the item's picture, of items that have one.

    Attributes:
        table: a row an item: what became of its address.
    """

    def __init__(self, store: Path, table: pd.DataFrame) -> None:
        found = table[table[PictureColumns.STATUS] == PictureStatus.FETCHED]
        rows = found[[PictureColumns.ITEM, *OF_FILE]].itertuples(index=False, name=None)
        super().__init__({item: partial(_opened, store, *of_file) for item, *of_file in rows}, [])
        self.table = table


class FetchedPicturesDataset(TableDataset):
    """A Parquet table of pictures, saved as one, and loaded as `FetchedPictures`.

    Args:
        store: `filepath` of the folder that holds their files.
        options: those of every table.
    """

    WITHOUT_EFFECT: ClassVar[frozenset[str]] = TableDataset.WITHOUT_EFFECT | {"store"}

    def __init__(self, *, store: dict[str, str], **options: Any) -> None:
        super().__init__(**options)
        self._store = Path(store["filepath"])

    def _read(self, path: str) -> FetchedPictures:
        import pyarrow.parquet as pq

        with self._fs.open(path, "rb") as handle:
            return FetchedPictures(self._store, pq.read_table(handle).to_pandas())


def _opened(
    store: Path, url: str, sha256: str, form: str, width: float, height: float
) -> Image.Image:
    path = path_of(store, url, sha256, form, int(width), int(height))
    if not is_whole(path, sha256):
        raise DataFileError(
            f"The picture {path} is gone or damaged since it was fetched: run the node that"
            " fetches pictures again (kedro run --nodes … --force)."
        )
    return open_picture(fsspec.filesystem("file"), str(path))
