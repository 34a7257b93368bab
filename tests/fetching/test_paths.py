"""Pictures in files that the catalogue names by paths, addresses among them."""

from pathlib import Path

import ibis
import pandas as pd
import pytest
from PIL import Image

from fetching.web import Server, page
from siger_pipeline.datasets.fetched_pictures import FetchedPictures
from siger_pipeline.datasets.picture_store import PictureStore
from siger_pipeline.datasets.picture_tree import PictureTree
from siger_pipeline.errors import InputError
from siger_pipeline.fetching.config import PicturesConfig
from siger_pipeline.pipelines.pictures.nodes import fetch_pictures

RED, BLUE = (200, 0, 0), (0, 0, 200)


def picture(path: Path, colour: tuple[int, int, int]) -> bytes:
    path.parent.mkdir(exist_ok=True, parents=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path.read_bytes()


def taken(folder: Path, images: list[str | None], **options: object) -> pd.DataFrame:
    """What the node makes of the paths of items 0, 1, …"""
    names = [f"i{n}" for n in range(len(images))]
    items = pd.DataFrame({"item": names, "image": images, "row": 0}).astype({"image": "string"})
    index = pd.DataFrame({"item_id": range(len(images)), "item": names, "row": 0})
    return fetch_pictures(
        ibis.memtable(items),
        ibis.memtable(index),
        PicturesConfig.model_validate({"source": "paths", **options}),
        PictureStore(folder / "store"),
        PictureTree(folder / "shop"),
    )


def test_each_item_gets_the_picture_that_its_path_names(tmp_path: Path, server: Server) -> None:
    picture(tmp_path / "shop/a/1.png", RED)
    server.pages["/2.png"] = page(200, picture(tmp_path / "2.png", BLUE))
    (tmp_path / "shop/bad.png").write_text("<html>")
    images = ["a/1.png", server.url("/2.png"), "a/1.png", None, "bad.png", "none.png"]
    options = {"allow_private": True, "ports": [server.port], "max_failed_share": 0.5}
    table = taken(tmp_path, images, **options)
    assert table["status"].tolist() == [
        *("fetched", "fetched", "fetched", "no address", "failed", "failed"),
    ]
    page_in, absent = table["reason"].dropna()
    assert page_in.startswith("it holds an HTML page") and absent == "there is no such file"
    shown = FetchedPictures(tmp_path / "store", table)
    assert {item: opened().getpixel((0, 0)) for item, opened in shown.items()} == {
        **{"i0": RED, "i1": BLUE, "i2": RED},
    }
    # What has changed since is another picture.
    picture(tmp_path / "shop/a/1.png", BLUE)
    shown = FetchedPictures(tmp_path / "store", taken(tmp_path, images, **options))
    assert shown["i0"]().getpixel((0, 0)) == BLUE


def test_paths_out_of_the_folder_end_the_run_with_a_sentence(tmp_path: Path) -> None:
    picture(tmp_path / "shop/1.png", RED)
    picture(tmp_path / "elsewhere.png", BLUE)
    with pytest.raises(InputError) as caught:
        taken(tmp_path, ["1.png", "../elsewhere.png", "/etc/passwd"], max_failed_share=1)
    assert str(caught.value).startswith(
        f"2 pictures are not in the folder {tmp_path}/shop: item 'i1' has '../elsewhere.png', item"
        " 'i2' has '/etc/passwd'. Wanted are paths from that folder on"
    )
    assert not (tmp_path / "store").exists()


def test_too_few_files_end_the_run(tmp_path: Path) -> None:
    picture(tmp_path / "shop/1.png", RED)
    with pytest.raises(
        InputError, match=r"1 of 2 pictures .*a/2\.png: there is no such file \(1\)"
    ):
        taken(tmp_path, ["1.png", "a/2.png"])
    with pytest.raises(InputError, match="none of the 1 items has the path of a picture"):
        taken(tmp_path, [None])
