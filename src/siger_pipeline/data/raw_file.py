"""Raw files of sources and extractors: a mark on the parameter that names the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points

from pydantic import BaseModel

LINES = "siger_pipeline.datasets.lines.LinesDataset"
RECORDS = "siger_pipeline.datasets.record_lines.RecordLinesDataset"
DELIMITED = "siger_pipeline.datasets.delimited.DelimitedDataset"
MATRIX = "siger_pipeline.datasets.matrix.MatrixDataset"
PICTURES = "siger_pipeline.datasets.pictures.PicturesDataset"
PICTURE_TREE = "siger_pipeline.datasets.picture_tree.PictureTreeDataset"
USER_TABLE = "siger_pipeline.datasets.user_table.UserTableDataset"
DATABASE_TABLE = "siger_pipeline.datasets.database_table.DatabaseTableDataset"
VECTOR_FILE = "siger_pipeline.datasets.vector_file.VectorFileDataset"
MODEL_FOLDER = "siger_pipeline.datasets.model_folder.ModelFolderDataset"
KEYED_VECTORS = "siger_pipeline.datasets.keyed_vectors.KeyedVectorsDataset"


@dataclass(frozen=True)
class RawFile:
    """Marks a field of a source's or an extractor's `Config` that names a raw file.

    The field's value is a path below the folder of the data set, an absolute path or an address.
    `{dataset}` in it stands for the name of the data set, and in an extractor's `{modality}` for
    that of the modality. Where the value is null there is no such file, and the argument
    that asks for it keeps its default. Else the catalog gets an entry, `<source>_<field>` or
    `<modality>_<field>`, unless conf/ has one of that name, which then counts.

    Attributes:
        dataset: full name of the class that loads it.
        hint: where the file comes from, for the message that it is missing.
        options: further arguments of that class.
        database: full name of the class that loads it where the value is the address of a table in
            a database, `<scheme>://…#<table>`; empty where it cannot be one.
    """

    dataset: str
    hint: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    database: str = ""


def is_of_database(path: str) -> bool:
    """Whether this is the address of a table in a database that Ibis knows."""
    scheme, separator, rest = path.partition("://")
    return bool(separator) and "#" in rest and scheme in _backends()


@cache
def _backends() -> frozenset[str]:
    """Schemes of Ibis's addresses: the names of its backends, which are not imported."""
    return frozenset({"postgresql", *(each.name for each in entry_points(group="ibis.backends"))})


def raw_files(config: type[BaseModel]) -> dict[str, RawFile]:
    """The fields of a `Config` that name raw files, and their marks."""
    return {
        name: mark
        for name, field_ in config.model_fields.items()
        for mark in field_.metadata
        if isinstance(mark, RawFile)
    }
