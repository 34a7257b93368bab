"""A folder of pictures, one file per item."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from kedro_datasets._typing import ImagePreview

from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset
from siger_pipeline.datasets.picture_file import open_picture, printable
from siger_pipeline.datasets.picture_formats import endings

if TYPE_CHECKING:
    from PIL import Image

    Opener: TypeAlias = Callable[[], Image.Image]

SHEET = 4  # pictures in a row of the preview, and rows
TILE = 128  # pixels
SHOWN = 3  # files in a message


class PictureFolder(dict[str, "Opener"]):
    """Item id to a function that opens the item's picture.

    Attributes:
        left_out: names of the files that are not pictures by their ending.
    """

    def __init__(self, pictures: Mapping[str, Opener], left_out: list[str]) -> None:
        super().__init__(pictures)
        self.left_out = left_out


class PicturesDataset(ReadOnlyDataset):
    """A folder as a `PictureFolder`: an item's id is its file's name without the ending.

    Files of other kinds than pictures are left out; so are hidden files. A file is opened when its
    function is called: never are all pictures in memory at once.
    """

    KIND: ClassVar[str] = "a folder of pictures"

    def _read(self, path: str) -> PictureFolder:
        if not self._fs.isdir(path):
            raise DataFileError(f"{path} is a file, wanted is {self.KIND}, one file per item.")
        paths = [PurePosixPath(name) for name in sorted(self._fs.ls(path, detail=False))]
        shown = [file for file in paths if not file.name.startswith(".")]
        pictures = [file for file in shown if file.suffix.lower() in endings()]
        known = set(pictures)
        left_out = [printable(file.name) for file in shown if file not in known]
        if not pictures:
            raise DataFileError(self._advise(_no_pictures(path, left_out)))
        _require_one_an_item(path, pictures)
        openers = {file.stem: partial(open_picture, self._fs, str(file)) for file in pictures}
        return PictureFolder(openers, left_out)

    def preview(self) -> ImagePreview:
        """The first pictures on one sheet (PNG in base64), for Kedro-Viz; a bad one is white."""
        from PIL import Image, ImageOps

        sheet = Image.new("RGB", (SHEET * TILE, SHEET * TILE), "white")
        for number, opened in enumerate(islice(self.load().values(), SHEET * SHEET)):
            row, column = divmod(number, SHEET)
            try:
                tile = ImageOps.pad(opened(), (TILE, TILE), color="white")
            except DataFileError:
                continue
            sheet.paste(tile, (column * TILE, row * TILE))
        png = io.BytesIO()
        sheet.save(png, "PNG")
        return ImagePreview(base64.b64encode(png.getvalue()).decode())


def _no_pictures(path: str, left_out: list[str]) -> str:
    others = f": its files are of other kinds, such as {_few(left_out)}" if left_out else ""
    return f"{path} has no pictures in it{others}."


def _require_one_an_item(path: str, pictures: list[PurePosixPath]) -> None:
    of_item: dict[str, list[str]] = {}
    for file in pictures:
        of_item.setdefault(file.stem, []).append(file.name)
    several = {item: names for item, names in of_item.items() if len(names) > 1}
    if several:
        item, names = next(iter(several.items()))
        more = f" {len(several) - 1} more have several." if len(several) > 1 else ""
        number = "two" if len(names) == 2 else len(names)
        raise DataFileError(
            f"{path} has {number} pictures of item {printable(item)}: {_few(names)}. Keep one."
            + more
        )


def _few(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(printable, names[:SHOWN])) + more
