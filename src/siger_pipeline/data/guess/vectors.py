"""Which files of ready-made vectors belong to which modality and which items."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from siger_pipeline.data.guess.guessed import OVERLAP, Note
from siger_pipeline.data.guess.sheet import NEARLY, Look, Sheet, VectorSheet
from siger_pipeline.data.guess.words import MODALITIES, parts_of

OTHER = "content"  # the modality of vectors whose name says nothing


@dataclass
class Vectors:
    """What an environment says of ready-made vectors.

    Attributes:
        modalities: those that have them.
        block: `features.vectors:`.
        notes: on each guess.
    """

    modalities: list[str] = field(default_factory=list)
    block: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def guess_vectors(
    files: Sequence[VectorSheet], sheets: Sequence[Sheet], items: set[str]
) -> Vectors:
    """The vectors of a shop: all files whose names differ by the modality alone.

    Args:
        files: of vectors.
        sheets: tables, one of which may have the ids of a matrix.
        items: ids of the shop's items.
    """
    found = Vectors()
    for file in files:
        modality, block = modality_of(file.name), _block(file, sheets, items)
        if block is None:
            what = (
                f"{file.name} is not used: no column of ids, or table with as many ids, was found"
            )
            found.notes.append(Note(what, "unsure"))
            continue
        if found.block and block != found.block:
            what = f"{file.name} is not used: all vectors have one name but for the modality in it"
            found.notes.append(Note(what, "unsure", "rename the files"))
            continue
        found.block = block
        found.modalities.append(modality)
        by = block.get("ids") or f"column {block['id_column']!r}"
        found.notes.append(Note(f"{modality} has the vectors of {file.name}, by {by}", "likely"))
    return found


def modality_of(name: str) -> str:
    """The modality that a file's name speaks of."""
    parts = parts_of(name)
    return next((m for m, words in MODALITIES.items() if any(p in words for p in parts)), OTHER)


def _block(file: VectorSheet, sheets: Sequence[Sheet], items: set[str]) -> dict[str, object] | None:
    name = file.name.replace(modality_of(file.name), "{modality}")
    shares = {c: len(set(v) & items) / max(len(set(v)), 1) for c, v in file.ids.items()}
    best = max(shares, key=lambda c: shares[c], default=None)
    if best is not None and shares[best] > OVERLAP:
        return {"vectors": name, "id_column": best, "vector_columns": list(file.vectors)}
    return None if file.ids else _of_matrix(file, name, sheets, items)


def _of_matrix(
    file: VectorSheet, name: str, sheets: Sequence[Sheet], items: set[str]
) -> dict[str, object] | None:
    for sheet in sheets:
        headless = len(sheet.columns) == 1 and sheet.rows + 1 == file.rows
        for column, look in sheet.looks.items():
            if (headless or sheet.rows == file.rows) and _are_ids(look, items):
                ids = sheet.name.replace(modality_of(file.name), "{modality}")
                return {"vectors": name, "ids": ids, "id_column": 1 if headless else column}
    return None


def _are_ids(look: Look, items: set[str]) -> bool:
    return look.unique > NEARLY and len(set(look.values) & items) > OVERLAP * len(look.values)
