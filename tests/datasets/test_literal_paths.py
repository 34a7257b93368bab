"""A folder's name has no bearing on what is read: every dataset in folders of any name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch
from kedro.io import Version
from PIL import Image

from siger_pipeline.datasets.base import AtomicDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.datasets.json import JsonDataset
from siger_pipeline.datasets.lines import LinesDataset
from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.datasets.pictures import PicturesDataset
from siger_pipeline.datasets.sparse import SparseDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.datasets.text import TextDataset

NAMES = [
    *("brand=acme", "user=bob", "split=random", "lr=a", "run=3", "item_id=7", "a=", "="),
    *("a?b", "a*b", "*", "**", "?", "a[b]", "[ab]", "[!a]", "[a", "a]", "{a,b}", "a{b}", "{}"),
    *("a#b", "a%20b", "a b", " a ", "ünï", "a'b", 'a"b', "a;b", "a&b", "a:b", "a\\b", "\\*", "~a"),
    *("~", "$a", "${a}", "%s", "-a", "a\nb", "x.parquet", "s3:", "file:", "a\udcffb"),
]


def table() -> pd.DataFrame:
    """Columns of the names that folders pretend to give values of."""
    names = ("brand", "user", "split", "lr", "run", "item_id", "a")
    return pd.DataFrame({name: [f"{name} 0", f"{name} 1"] for name in names})


OBJECTS: list[tuple[type[AtomicDataset], Callable[[], Any], Callable[[Any], Any]]] = [
    (TextDataset, lambda: "text", str),
    (JsonDataset, lambda: {"a": 1}, dict),
    (MatrixDataset, lambda: np.arange(3), lambda found: found.tolist()),
    (SparseDataset, lambda: sp.csr_matrix(np.eye(2)), lambda found: found.toarray().tolist()),
    (CheckpointDataset, lambda: {"w": torch.ones(2)}, lambda found: found["w"].tolist()),
    (TableDataset, table, lambda found: found.to_pandas().to_dict("list")),
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A folder of each name, beside the others: a pattern would match its neighbours."""
    top = tmp_path_factory.mktemp("names")
    made = [top / name / "inner" for name in NAMES]
    for folder in made:
        folder.mkdir(parents=True)
    return made


@pytest.mark.parametrize(("kind", "make", "plain"), OBJECTS)
def test_versions_are_saved_and_the_newest_is_loaded(
    folders: list[Path],
    kind: type[AtomicDataset],
    make: Callable[[], Any],
    plain: Callable[[Any], Any],
) -> None:
    found = {}
    for number, folder in enumerate(folders):
        path = folder / kind.__name__
        for version in ("2026-01-01T00.00.00.000Z", f"2026-01-02T00.00.00.{number:03}Z"):
            kind(filepath=path, version=Version(None, version)).save(make())
        newest = kind(filepath=path, version=Version(None, None))
        assert newest.resolve_load_version() == version
        found[folder] = plain(newest.load())
    assert list(found.values()) == [found[folders[0]]] * len(folders)


def test_a_table_has_its_own_columns_and_no_others(folders: list[Path]) -> None:
    for number, folder in enumerate(folders):
        dataset = TableDataset(filepath=folder / "t.parquet")
        dataset.save(pd.DataFrame({"number": [number]}))
        assert dataset.load().to_pandas().to_dict("list") == {"number": [number]}, folder
        assert dataset.preview()["columns"] == ["number"]


@pytest.mark.parametrize("text", ["a,b\n{},x\n", 'a,b\n{},"x"\n', "a,b\r\n{},x\r"])
def test_raw_files(folders: list[Path], text: str) -> None:
    for number, folder in enumerate(folders):
        path = folder / "brand=[a]*?{b}.csv"
        path.write_text(text.format(number), newline="")
        table = DelimitedDataset(filepath=path, delimiter=",").load()
        assert table.select("0:a", "1:b").to_pandas().to_numpy().tolist() == [[str(number), "x"]]
        lines = LinesDataset(filepath=path).load().order_by("line_number")
        assert lines["line"].to_pyarrow().to_pylist() == text.format(number).split()


def test_pictures(folders: list[Path]) -> None:
    for folder in folders:
        (folder / "images").mkdir()
        Image.new("RGB", (2, 2)).save(folder / "images" / "[a]=?.png")
        found = PicturesDataset(filepath=folder / "images").load()
        assert found["[a]=?"]().size == (2, 2)
