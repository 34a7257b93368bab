"""The files of an environment, of what was guessed of a shop."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from siger_pipeline.data.guess.guessed import Note, Shop
from siger_pipeline.data.guess.shop import MOST_BAD
from siger_pipeline.data.guess.vectors import Vectors
from siger_pipeline.data.schema import Columns

TEXTS = (Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION)
WIDTH = 98


@dataclass(frozen=True)
class Environment:
    """What `conf/<name>/` is made of.

    Attributes:
        files: name -> text.
        notes: on each guess.
    """

    files: Mapping[str, str]
    notes: Sequence[Note]


def environment(
    name: str,
    raw: str,
    shop: Shop,
    vectors: Vectors,
    pictures: str | None,
    k_core: int,
    by_path: bool = False,
) -> Environment:
    """The files of an environment.

    Args:
        name: of it, and of the data set.
        raw: folder of the raw files.
        shop: its tables.
        vectors: ready-made ones.
        pictures: folder of pictures named after items; None where there is none.
        k_core: interactions that every user and item must have.
        by_path: whether the column of pictures names files that are there.
    """
    modalities = _modalities(shop, vectors, bool(pictures) or by_path)
    notes = [*shop.notes, *vectors.notes, *_on_features(shop, modalities)]
    chosen: dict[str, Any] = {"dataset": name, "raw": raw}
    if not any(modalities.values()):
        chosen["model"] = "lightgcn"
    parameters = {
        "ingest": _ingest(shop, k_core),
        "split": {"strategy": _strategy(shop)},
        "features": {
            "modalities": modalities,
            **({"vectors": vectors.block} if vectors.block else {}),
            **({"picture": {"pictures": pictures}} if pictures else {}),
        },
        **({"pictures": {"source": "paths"}} if by_path and not pictures else {}),
    }
    head = ["Written by `kedro shop new`, which guessed from the first rows. Look through it:"]
    comments = "".join(f"# {line}\n" for line in [*head, *map(said, notes)])
    return Environment(
        {"globals.yml": _yaml(chosen), "parameters.yml": comments + _yaml(parameters)}, notes
    )


def said(note: Note) -> str:
    """A guess, how sure it is, and what to check, in a line."""
    return f"{note.sure}: {note.what}" + (f"; {note.check}" if note.check else "")


def _ingest(shop: Shop, k_core: int) -> dict[str, Any]:
    tables: dict[str, Any] = {"interactions": shop.interactions, "columns": dict(shop.columns)}
    if shop.item_file:
        tables |= {"item_file": shop.item_file, "item_columns": dict(shop.item_columns)}
    if shop.only:
        tables["only"] = shop.only
    if shop.time_format:
        tables["time_format"] = shop.time_format
    if shop.decimal != ".":
        tables["decimal"] = shop.decimal
    ingest: dict[str, Any] = {"source": "tables", "tables": tables, "k_core": k_core}
    if shop.bad_share > MOST_BAD:
        # The first rows need not be like all others.
        ingest["max_bad_share"] = min(1.0, math.ceil(shop.bad_share * 110 + 1) / 100)
    return ingest


def _strategy(shop: Shop) -> str:
    if Columns.SPLIT in shop.columns:
        return "published"
    timed = Columns.TIMESTAMP in shop.columns
    return "temporal_per_user" if timed else "random_per_user"


def _modalities(shop: Shop, vectors: Vectors, pictures: bool) -> dict[str, str | None]:
    texts = any(name in shop.item_columns for name in TEXTS)
    found: dict[str, str | None] = {"text": "tfidf_svd" if texts else None}
    found["image"] = "picture" if pictures else None
    return found | dict.fromkeys(vectors.modalities, "vectors")


def _on_features(shop: Shop, modalities: Mapping[str, str | None]) -> list[Note]:
    notes = []
    if Columns.IMAGE in shop.item_columns and not modalities["image"]:
        column = shop.item_columns[Columns.IMAGE]
        of = {"addresses": "fetches them", "paths": "reads them, if they are below the item file"}
        notes.append(
            Note(
                f"column {column!r} names pictures by {shop.pictures}, which are not read",
                "likely",
                "`--params features.modalities.image=picture,pictures.source="
                f"{shop.pictures}` {of[str(shop.pictures)]}",
            )
        )
    if not any(modalities.values()):
        notes.append(Note("there are no features, so the model is lightgcn", "sure"))
    return notes


def _yaml(values: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=WIDTH)
