"""The folder of fetched pictures, and the table that is loaded as pictures."""

import io
import pickle
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.fetched_pictures import FetchedPicturesDataset
from siger_pipeline.datasets.picture_store import PictureStore, PictureStoreDataset
from siger_pipeline.datasets.table import TableDataset

# What items may be called, and addresses hold: none of it becomes part of a path.
HOSTILE = [
    *(
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        ".",
        "",
        "CON",
        "nul.txt",
        "a\0b",
        "a/b\\c",
        "ü" * 300,
    ),
    *("Abc", "aBC", "abc", "x" * 5000, "\udc80", "a\nb", "-rf", "~", "$(x)", "C:\\x", "a:b", "a."),
]


def png(shade: int = 0, size: tuple[int, int] = (4, 3)) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, shade).save(file, "PNG")
    return file.getvalue()


def test_no_address_becomes_part_of_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = PictureStore(folder)
    kept = {url: store.keep(url, png(n)) for n, url in enumerate(HOSTILE)}
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == len(HOSTILE)
    for file in files:
        assert file.parent.parent == folder
        assert set(file.name) <= set("0123456789abcdefxpng.")
        assert len(file.name) < 140
    again = PictureStore(folder)
    assert {url: again.find(url) for url in HOSTILE} == kept
    assert again.find("another") is None


def test_what_is_no_picture_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"^it holds an HTML page"):
        PictureStore(tmp_path).keep("a", b"<html>")
    assert not list(tmp_path.iterdir())


def test_other_files_in_the_folder_are_let_be(tmp_path: Path) -> None:
    store = PictureStore(tmp_path)
    kept = store.keep("a", png())
    (file,) = tmp_path.glob("*/*")
    (file.parent / "notes.txt").write_text("mine")
    (tmp_path / "README").write_text("mine")
    (tmp_path / "zz").write_text("a file")
    assert PictureStore(tmp_path).find("a") == kept
    assert (file.parent / "notes.txt").read_text() == "mine"


def test_of_two_files_of_an_address_the_whole_one_counts(tmp_path: Path) -> None:
    store = PictureStore(tmp_path)
    kept = [store.keep("a", png(shade)) for shade in (1, 2)]
    for n, picture in enumerate(kept):
        (file,) = tmp_path.glob(f"*/*.{picture.sha256}.*")
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        assert PictureStore(tmp_path).find("a") == kept[1 - n]
        file.write_bytes(whole)


def test_the_dataset_is_a_cache_on_this_machine(tmp_path: Path) -> None:
    dataset = PictureStoreDataset(str(tmp_path / "new"))
    assert not dataset.exists()
    store = dataset.load()
    assert not dataset.exists()
    store.keep("a", png())
    assert dataset.exists() and dataset.load().find("a")
    assert PictureStoreDataset.CACHE
    with pytest.raises(DataFileError, match="is filled by the node"):
        dataset.save(store)  # type: ignore[arg-type]
    with pytest.raises(DataFileError, match="s3://b/x: pictures are kept in a folder of this mach"):
        PictureStoreDataset("s3://b/x")


@pytest.fixture
def dataset(tmp_path: Path) -> FetchedPicturesDataset:
    store = {"filepath": str(tmp_path / "store")}
    return FetchedPicturesDataset(filepath=tmp_path / "pictures.parquet", store=store)


def table(tmp_path: Path) -> pd.DataFrame:
    store = PictureStore(tmp_path / "store")
    rows = [
        {"item": item, "url": "same" if n < 2 else item, "status": "fetched"}
        for n, item in enumerate(HOSTILE)
        if "\udc80" not in item
    ]
    for n, row in enumerate(rows):
        picture = store.keep(row["url"], png(7 if n < 2 else n))
        row |= {"bytes": picture.size, **picture._asdict()}
        del row["size"]
    rows += [{"item": "gone", "url": "x", "status": "failed", "reason": "404 Not Found"}]
    rows += [{"item": "bare", "status": "no address"}]
    whole = {"bytes": "Int64", "width": "Int64", "height": "Int64"}
    return pd.DataFrame(rows).astype(whole)


def test_a_table_is_loaded_as_pictures(dataset: FetchedPicturesDataset, tmp_path: Path) -> None:
    saved = table(tmp_path)
    dataset.save(saved)
    pictures = pickle.loads(pickle.dumps(dataset.load()))
    assert list(pictures) == list(saved["item"])[:-2]
    assert pictures["Abc"]().size == (4, 3)
    assert pictures["../../etc/passwd"]().getpixel((0, 0)) == (7, 7, 7)
    assert pictures.left_out == []
    assert pictures.table["status"].tolist() == saved["status"].tolist()
    read = TableDataset(filepath=tmp_path / "pictures.parquet").load().to_pandas()
    assert read["reason"].dropna().tolist() == ["404 Not Found"]


def test_a_picture_that_is_gone_or_damaged_is_a_sentence(
    dataset: FetchedPicturesDataset, tmp_path: Path
) -> None:
    dataset.save(table(tmp_path))
    pictures = dataset.load()
    for file in (tmp_path / "store").glob("*/*"):
        file.write_bytes(png(200))  # a picture, but another one
    with pytest.raises(DataFileError, match="is gone or damaged since it was fetched"):
        pictures["abc"]()
