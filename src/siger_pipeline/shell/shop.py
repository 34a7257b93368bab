"""`kedro shop new`: an environment for a user's own files."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siger_pipeline.data.raw_file import is_of_database
from siger_pipeline.errors import UserError
from siger_pipeline.shell.shop_files import Looked, look_at

if TYPE_CHECKING:
    from siger_pipeline.data.guess.guessed import Shop

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
RESERVED = ("base", "local")
CORES = (5, 3, 2)  # the k-cores that are tried
TRIED = 400  # pictures that are looked for
ENOUGH = 0.5  # share of the interactions that a core must leave, and of pictures that are there


def new_shop(name: str, files: Sequence[str], project: Path, conf: Path) -> Iterator[str]:
    """Write `conf/<name>/`; what was guessed, in lines.

    Args:
        name: of the environment.
        files: paths, or addresses of tables in databases.
        project: its folder.
        conf: folder of its environments.

    Raises:
        UserError: the name is unfit or taken; a file cannot be read; no table is recognised.
    """
    from siger_pipeline.data.guess.environment import environment, said
    from siger_pipeline.data.guess.shop import guess_shop
    from siger_pipeline.data.guess.vectors import guess_vectors

    folder = _folder(name, conf)
    paths = [Path(file).resolve() for file in files if not is_of_database(file)]
    raw = _common(paths, project)
    looked = look_at(files, raw)
    shop = guess_shop(looked.tables)
    items = _items(shop, looked)
    guessed = guess_vectors(looked.vectors, looked.tables, items)
    pictures = _pictures(looked.pictures, raw, items) if looked.pictures else None
    k_core, by_path = _k_core(shop, looked), _are_files(shop, looked, raw)
    made = environment(name, _shown(raw, project), shop, guessed, pictures, k_core, by_path)
    _write(folder, made.files)
    yield f"Written: {_shown(folder, project)}/{{{','.join(made.files)}}}, by the first rows of:"
    yield f"  {', '.join(files)}"
    yield "Guessed, and how sure that is:"
    yield from (f"  {said(note)}" for note in made.notes)
    yield f"Look through {_shown(folder, project)}/parameters.yml, then: kedro run --env {name}"


def _folder(name: str, conf: Path) -> Path:
    folder = conf / name
    if not NAME.fullmatch(name) or name in RESERVED:
        raise UserError(
            f"{name!r} cannot be the name of a shop: wanted are letters, digits, - and _, and"
            f" neither {' nor '.join(RESERVED)}."
        )
    if folder.exists():
        raise UserError(f"{folder} is there already, and is left as it is: choose another name.")
    return folder


def _common(paths: Sequence[Path], project: Path) -> Path:
    """The folder that holds all files."""
    if absent := [path for path in paths if not path.exists()]:
        raise UserError(f"{absent[0]} does not exist: name the files of the shop.")
    if not paths:
        return project / "data" / "01_raw"
    return Path(os.path.commonpath([path.parent for path in paths]))


def _shown(path: Path, project: Path) -> str:
    return str(path.relative_to(project)) if path.is_relative_to(project) else str(path)


def _sheet(looked: Looked, name: str) -> Any:
    return next(sheet for sheet in looked.tables if sheet.name == name)


def _items(shop: Shop, looked: Looked) -> set[str]:
    """Ids of the items in the rows that were looked at."""
    ids = set(_sheet(looked, shop.interactions).looks[shop.columns["item"]].values)
    if shop.item_file:
        ids |= set(_sheet(looked, shop.item_file).looks[shop.item_columns["item"]].values)
    return ids


def _pictures(folder: Path, raw: Path, items: set[str]) -> str:
    stems = {path.stem for path in folder.iterdir()}
    if not stems & items:
        raise UserError(
            f"{folder} has no picture that is named after an item, such as"
            f" {min(items, default='B001')}.jpg: rename the pictures, or leave the folder out."
        )
    return str(folder.relative_to(raw))


def _are_files(shop: Shop, looked: Looked, raw: Path) -> bool:
    """Whether the column of pictures names files that are there, by paths from the item file on."""
    from siger_pipeline.datasets.picture_tree import PictureTree

    if shop.pictures != "paths" or not shop.item_file or is_of_database(shop.item_file):
        return False
    tree = PictureTree((raw / shop.item_file).parent)
    paths = _sheet(looked, shop.item_file).looks[shop.item_columns["image"]].values[:TRIED]
    return sum(map(tree.has, paths)) > ENOUGH * len(paths)


def _k_core(shop: Shop, looked: Looked) -> int:
    """The largest k-core that leaves enough of a small shop; that of conf/base for a large one.

    A published split is taken whole.
    """
    import ibis
    import pyarrow as pa

    from siger_pipeline.data.guess.read import ROWS
    from siger_pipeline.data.kcore import k_core

    sheet = _sheet(looked, shop.interactions)
    if "split" in shop.columns:
        return 1
    if sheet.rows >= ROWS:
        return CORES[0]
    columns = [sheet.columns[shop.columns[role]] for role in ("user", "item")]
    pairs = sorted({(u, i) for u, i in zip(*columns, strict=True) if u and i})
    users, items = zip(*pairs, strict=True) if pairs else ((), ())
    table = ibis.memtable(pa.table({"user": list(users), "item": list(items)}))
    for k in CORES:
        try:
            left = k_core(table, k)[1]["interactions"].iloc[-1]
        except UserError:
            continue
        if left >= ENOUGH * len(pairs):
            return k
    return 1


def _write(folder: Path, files: Any) -> None:
    """The folder with its files, whole or not at all."""
    scratch = Path(tempfile.mkdtemp(prefix=".shop-", dir=folder.parent))
    try:
        for name, text in files.items():
            (scratch / name).write_text(text, encoding="utf-8")
        scratch.chmod(0o755)
        scratch.rename(folder)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
