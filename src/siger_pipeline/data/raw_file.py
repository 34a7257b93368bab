"""Raw files of sources and extractors: a mark on the parameter that names the file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

LINES = "siger_pipeline.datasets.lines.LinesDataset"
RECORDS = "siger_pipeline.datasets.record_lines.RecordLinesDataset"
DELIMITED = "siger_pipeline.datasets.delimited.DelimitedDataset"
MATRIX = "siger_pipeline.datasets.matrix.MatrixDataset"
PICTURES = "siger_pipeline.datasets.pictures.PicturesDataset"
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
    """

    dataset: str
    hint: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


def raw_files(config: type[BaseModel]) -> dict[str, RawFile]:
    """The fields of a `Config` that name raw files, and their marks."""
    return {
        name: mark
        for name, field_ in config.model_fields.items()
        for mark in field_.metadata
        if isinstance(mark, RawFile)
    }
