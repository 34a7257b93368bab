"""`kedro shop new`: what it writes and what it refuses."""

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from siger_pipeline.data.sources.tables import Config
from siger_pipeline.errors import UserError
from siger_pipeline.features.extractors.vectors import Config as VectorsConfig
from siger_pipeline.shell.shop import new_shop

ITEMS = [f"{n:03}" for n in range(12)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "data").mkdir()
    rows = [f"{u};{ITEMS[(u * 5 + n) % 12]};0{n + 1}.05.2024" for u in range(12) for n in range(6)]
    text = "\n".join(["customer;sku;date", *rows, ";007;01.05.2024", ";007;01.05.2024"])
    (tmp_path / "data/orders.csv").write_text(text)
    records = [{"sku": item, "title": {"en": f"Tea number {item}"}} for item in ITEMS]
    text = "".join(json.dumps(record) + "\n" for record in records)
    (tmp_path / "data/products.jsonl").write_text(text)
    return tmp_path


def written(project: Path, *files: str | Path) -> tuple[dict[str, object], str]:
    told = "\n".join(new_shop("shop", list(map(str, files)), project, project / "conf"))
    folder = project / "conf/shop"
    assert sorted(path.name for path in folder.iterdir()) == ["globals.yml", "parameters.yml"]
    assert list((project / "conf").iterdir()) == [folder]
    return yaml.safe_load((folder / "parameters.yml").read_text()), told


def test_an_environment_is_written_and_every_guess_is_told(project: Path) -> None:
    data = project / "data"
    parameters, told = written(project, data / "orders.csv", data / "products.jsonl")
    assert parameters["ingest"] == {
        "source": "tables",
        "tables": {
            "interactions": "orders.csv",
            "columns": {"user": "customer", "item": "sku", "timestamp": "date"},
            "item_file": "products.jsonl",
            "item_columns": {"item": "sku", "title": "title.en"},
            "time_format": "%d.%m.%Y",
        },
        "k_core": 5,
        "max_bad_share": 0.04,
    }
    Config.model_validate(parameters["ingest"]["tables"])
    assert parameters["features"] == {"modalities": {"text": "tfidf_svd", "image": None}}
    globals_ = yaml.safe_load((project / "conf/shop/globals.yml").read_text())
    assert globals_ == {"dataset": "shop", "raw": "data"}
    text = (project / "conf/shop/parameters.yml").read_text()
    guesses = [line.strip() for line in told.splitlines() if line.startswith("  ") and ": " in line]
    assert len(guesses) > 4 and all(f"# {guess}\n" in text for guess in guesses)
    assert told.endswith("then: kedro run --env shop")


def test_a_published_split_is_taken_whole(project: Path) -> None:
    orders = project / "data/orders.csv"
    header, *lines = orders.read_text().splitlines()[:-2]
    labels = ["train", "train", "train", "train", "valid", "test"]
    rows = [f"{line};{labels[n % 6]}" for n, line in enumerate(lines)]
    orders.write_text("\n".join([f"{header};part", *rows]))
    parameters, told = written(project, orders)
    ingest = parameters["ingest"]
    assert isinstance(ingest, dict) and ingest["tables"]["columns"]["split"] == "part"
    assert (ingest["k_core"], parameters["split"]) == (1, {"strategy": "published"})
    assert "likely: the split is the published one, taken whole, without a k-core" in told


def test_vectors_and_pictures_become_modalities(project: Path) -> None:
    data = project / "data"
    table = pa.table({"id": ITEMS[::-1], "emb": np.ones((12, 3)).tolist(), "note": ["-"] * 12})
    pq.write_table(table, data / "audio_emb.parquet")
    (data / "fotos").mkdir()
    Image.new("RGB", (8, 8)).save(data / "fotos/003.png")
    np.save(data / "video.npy", np.ones((5, 2)))
    files = ("orders.csv", "products.jsonl", "audio_emb.parquet", "fotos", "video.npy")
    parameters, told = written(project, *(data / name for name in files))
    assert parameters["features"] == {
        "modalities": {"text": "tfidf_svd", "image": "picture", "audio": "vectors"},
        "vectors": {
            "vectors": "{modality}_emb.parquet",
            "id_column": "id",
            "vector_columns": ["emb"],
        },
        "picture": {"pictures": "fotos"},
    }
    VectorsConfig.model_validate(parameters["features"]["vectors"])
    assert "video.npy is not used" in told


def test_a_column_of_paths_is_of_pictures_where_these_are_there(project: Path) -> None:
    data = project / "data"
    (data / "photos").mkdir()
    for item in ITEMS:
        Image.new("RGB", (8, 8)).save(data / f"photos/{item}.png")
    records = [{"sku": item, "photo": f"photos/{item}.png"} for item in ITEMS]
    text = "".join(json.dumps(record) + "\n" for record in records)
    (data / "products.jsonl").write_text(text)
    parameters, _ = written(project, data / "orders.csv", data / "products.jsonl")
    assert parameters["pictures"] == {"source": "paths"}
    assert parameters["features"] == {"modalities": {"text": None, "image": "picture"}}
    shutil.rmtree(project / "conf/shop")
    shutil.rmtree(data / "photos")
    parameters, told = written(project, data / "orders.csv", data / "products.jsonl")
    assert "pictures" not in parameters and "names pictures by paths, which are not read" in told
    assert "features.modalities.image=picture,pictures.source=paths` reads them" in told


def test_files_elsewhere_and_tables_of_databases_are_named_whole(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    (project / "data/orders.csv").rename(folder / "orders.csv")
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute("CREATE TABLE goods (sku TEXT, name TEXT)")
        database.executemany("INSERT INTO goods VALUES (?, 'Tea')", [(item,) for item in ITEMS])
    database.close()
    address = f"sqlite://{folder}/shop.db#goods"
    parameters, _ = written(project, folder / "orders.csv", address)
    tables = parameters["ingest"]["tables"]
    assert (tables["interactions"], tables["item_file"]) == ("orders.csv", address)
    assert yaml.safe_load((project / "conf/shop/globals.yml").read_text())["raw"] == str(folder)


def test_what_is_there_is_left_as_it_is(project: Path) -> None:
    (project / "conf/shop").mkdir()
    (project / "conf/shop/globals.yml").write_text("mine")
    with pytest.raises(UserError, match="is there already, and is left as it is"):
        written(project, project / "data/orders.csv")
    assert (project / "conf/shop/globals.yml").read_text() == "mine"


@pytest.mark.parametrize("name", ["base", "local", "a/b", "..", "", "a b", "-x"])
def test_names_that_cannot_be_are_refused(name: str, project: Path) -> None:
    with pytest.raises(UserError, match="cannot be the name of a shop"):
        list(new_shop(name, ["data/orders.csv"], project, project / "conf"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist: name the files of the shop"),
        ("", "is empty, wanted is a table"),
        ("foo,bar\n1,2\n", "No table has a column of users"),
        ("%PDF-1.4", "it is a PDF"),
    ],
)
def test_nothing_is_written_where_nothing_is_recognised(
    content: str | None, words: str, project: Path
) -> None:
    path = project / "data/x.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError) as caught:
        written(project, path)
    assert words in str(caught.value) and not list((project / "conf").iterdir())


def test_pictures_that_are_of_no_item_are_refused(project: Path) -> None:
    (project / "data/fotos").mkdir()
    Image.new("RGB", (8, 8)).save(project / "data/fotos/front.png")
    with pytest.raises(UserError, match=r"has no picture that is named after an item, such as 000"):
        written(project, project / "data/orders.csv", project / "data/fotos")


def test_a_password_is_not_written(project: Path) -> None:
    with pytest.raises(UserError, match="holds a password"):
        written(project, "postgres://me:geheim@localhost/db#orders")
