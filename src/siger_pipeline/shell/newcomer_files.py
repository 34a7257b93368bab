"""Files of new users and new items, as a person has them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siger_pipeline.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from pandas import DataFrame

    from siger_pipeline.features.extractor import Pictures

KINDS = ".csv, .tsv, .parquet"


def read_histories(file: Path) -> dict[str, list[str]]:
    """New user -> items, in the order of the rows, of a file with the columns user and item."""
    rows = _read(file, ("user", "item"))
    return {str(user): list(of["item"]) for user, of in rows.groupby("user", sort=False)}


def read_items(file: Path) -> DataFrame:
    """A row a new item: `item`, and whatever texts there are."""
    return _read(file, ("item",))


def read_vectors(file: Path, items: list[str]) -> np.ndarray:
    """Ready-made features of the new items, [n, d], by a column `item` and one of lists, `vector`.

    Rows are matched by id; an item without one has NaN, an id of no new item is refused.
    """
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    try:
        table = pd.read_parquet(file)
        vectors = np.stack(list(table["vector"])).astype(np.float32)
        names = table["item"].astype(str).tolist()
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise InputError(
            f"{file} is not a Parquet file with a column item and a column vector, lists of numbers"
            f" of one length ({str(error).splitlines()[0]})"
        ) from error
    strangers = sorted(set(names) - set(items))
    twice = sorted({name for name in names if names.count(name) > 1})
    if strangers or twice:
        what = "is no new item" if strangers else "has two rows"
        raise InputError(
            f"{file}: {(strangers or twice)[0]!r} {what}: wanted is one row a new item"
        )
    rows = np.full((len(items), vectors.shape[1]), np.nan, np.float32)
    rows[[items.index(name) for name in names]] = vectors
    return rows


def pictures_in(folder: Path, items: list[str]) -> Pictures:
    """New item -> a function that opens its picture, of a folder with files named after items."""
    import fsspec

    from siger_pipeline.datasets.picture_file import open_picture
    from siger_pipeline.datasets.picture_formats import endings

    if not folder.is_dir():
        raise InputError(f"--pictures {folder}: there is no such folder")
    wanted, files = set(items), fsspec.filesystem("file")
    return {
        path.stem: partial(open_picture, files, str(path))
        for path in sorted(folder.iterdir())
        if path.stem in wanted and path.suffix.lower() in endings()
    }


def _read(file: Path, wanted: tuple[str, ...]) -> DataFrame:
    import pandas as pd
    import pyarrow as pa

    ending = file.suffix.lower()
    try:
        if ending == ".parquet":
            rows = pd.read_parquet(file)
        elif ending in (".csv", ".tsv"):
            separator = "," if ending == ".csv" else "\t"
            rows = pd.read_csv(
                file, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig"
            )
        else:
            raise InputError(f"{file}: the ending {ending or 'none'!r} is none of {KINDS}")
    except FileNotFoundError as error:
        raise InputError(f"there is no file {file}") from error
    except (OSError, ValueError, pa.ArrowException) as error:
        first = str(error).splitlines()[0]
        raise InputError(f"{file} cannot be read as {ending}: {first}") from error
    if lacking := [name for name in wanted if name not in rows]:
        there = ", ".join(map(str, rows.columns))
        raise InputError(f"{file} has no column {lacking[0]!r}; its columns are {there}")
    return _as_texts(rows, wanted, file)


def _as_texts(rows: DataFrame, wanted: tuple[str, ...], file: Path) -> DataFrame:
    """Texts, None where a cell is empty; an empty id is refused with its row."""
    import pandas as pd

    texts = pd.DataFrame(
        {name: [_text(value) for value in rows[name].tolist()] for name in rows}, dtype=object
    )
    for name in wanted:
        if (empty := texts[name].isna()).any():
            row = int(empty.to_numpy().argmax()) + 1
            raise InputError(f"{file}: row {row} has no {name}")
    return texts


def _text(value: Any) -> str | None:
    import pandas as pd

    return None if pd.isna(value) or value == "" else str(value)
