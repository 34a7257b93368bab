"""A folder of pictures, one file per item."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import ImagePreview

from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset

if TYPE_CHECKING:
    import fsspec
    from PIL import Image

SHEET = 4  # pictures in a row of the preview, and rows
TILE = 128  # pixels


class PicturesDataset(ReadOnlyDataset):
    """Item id (the file's name without its ending) to a function that opens the item's picture.

    Files of other kinds than pictures, and hidden ones, are left out; so are sub-folders. A file
    is opened when its function is called: pictures are never held all at once.
    """

    KIND: ClassVar[str] = "a folder of pictures"

    def _read(self, path: str) -> Any:
        from PIL import Image

        if not self._fs.isdir(path):
            raise DataFileError(f"{path} is a file, wanted is {self.KIND}, one file per item.")
        endings = set(Image.registered_extensions())
        pictures: dict[str, Callable[[], Image.Image]] = {}
        for found in sorted(self._fs.ls(path, detail=False)):
            name = PurePosixPath(found)
            if name.suffix.lower() not in endings or name.name.startswith("."):
                continue
            if name.stem in pictures:
                raise DataFileError(f"{path} has two pictures of item {name.stem}: keep one.")
            pictures[name.stem] = partial(open_picture, self._fs, found)
        if not pictures:
            raise DataFileError(self._advise(f"{path} has no pictures in it."))
        return pictures

    def preview(self) -> ImagePreview:
        """The first pictures on one sheet (PNG in base64), for Kedro-Viz."""
        from PIL import Image, ImageOps

        sheet = Image.new("RGB", (SHEET * TILE, SHEET * TILE), "white")
        for place, opened in enumerate(islice(self.load().values(), SHEET * SHEET)):
            row, column = divmod(place, SHEET)
            tile = ImageOps.pad(opened().convert("RGB"), (TILE, TILE), color="white")
            sheet.paste(tile, (column * TILE, row * TILE))
        png = io.BytesIO()
        sheet.save(png, "PNG")
        return ImagePreview(base64.b64encode(png.getvalue()).decode())


def open_picture(filesystem: fsspec.AbstractFileSystem, path: str) -> Image.Image:
    """The picture, decoded to its end.

    Raises:
        DataFileError: the file is not a picture that can be read; the message names it.
    """
    from PIL import Image

    try:
        with filesystem.open(path, "rb") as handle, Image.open(handle) as picture:
            return picture.copy()
    except Exception as error:
        raise DataFileError(
            f"The picture {path} cannot be read: {error}. Replace or remove it."
        ) from error
