"""What the files are that `kedro shop new` is given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from siger_pipeline.data.raw_file import is_of_database

if TYPE_CHECKING:
    from siger_pipeline.data.guess.sheet import Sheet, VectorSheet

LIST_OF_NUMBERS = re.compile(
    r"(large_|fixed_size_)?list<[^<>]*(float|double|int)\d*[^<>]*>(\[\d+\])?"
)


@dataclass
class Looked:
    """What was found in the files.

    Attributes:
        tables: those that may be of interactions or items.
        vectors: files of ready-made vectors.
        pictures: folder of pictures, if there is one.
    """

    tables: list[Sheet] = field(default_factory=list)
    vectors: list[VectorSheet] = field(default_factory=list)
    pictures: Path | None = None


def look_at(files: Sequence[str], raw: Path) -> Looked:
    """Read the first rows of each.

    Args:
        files: paths, or addresses of tables in databases.
        raw: the folder that the names of files are below.

    Raises:
        UserError: one cannot be read, or an address holds a password.
    """
    looked = Looked()
    for file in files:
        if is_of_database(file):
            _look_at_database(looked, file)
        elif (path := Path(file).resolve()).is_dir():
            looked.pictures = path
        else:
            _look_at_file(looked, path, str(path.relative_to(raw)))
    return looked


def _look_at_database(looked: Looked, address: str) -> None:
    from siger_pipeline.data.guess.read import sheet_of
    from siger_pipeline.data.sources.tables import Config
    from siger_pipeline.datasets.database_table import DatabaseTableDataset

    Config.model_validate({"interactions": address})  # refuses a password in it
    looked.tables.append(sheet_of(address, DatabaseTableDataset(address=address).load()))


def _look_at_file(looked: Looked, path: Path, name: str) -> None:
    from siger_pipeline.data.guess.read import sheet_of
    from siger_pipeline.data.guess.sheet import VectorSheet
    from siger_pipeline.datasets.user_table import UserTableDataset
    from siger_pipeline.datasets.vector_file import ParquetVectors, VectorFileDataset

    with path.open("rb") as handle:
        start = handle.read(6)
    lists: list[str] = []
    if start.startswith(VectorFileDataset.MAGIC):
        loaded = VectorFileDataset(filepath=path).load()
        if not isinstance(loaded, ParquetVectors):
            looked.vectors.append(VectorSheet(name, len(loaded)))
            return
        kinds = {column.name: str(column.type) for column in loaded.schema}
        lists = [column for column, kind in kinds.items() if LIST_OF_NUMBERS.fullmatch(kind)]
    sheet = sheet_of(name, UserTableDataset(filepath=path).load(), lists)
    if lists:
        ids = {str(c): look.values for c, look in sheet.looks.items() if look.looks_like_id}
        looked.vectors.append(VectorSheet(name, sheet.rows, ids, lists[:1]))
    if len(sheet.columns) > 1 or not lists:
        looked.tables.append(sheet)
