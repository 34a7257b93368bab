"""Catalog entries of raw files: where each source and extractor looks, and what may be changed."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from end_to_end.project import copy_to
from siger_pipeline.errors import ConfigurationError
from siger_pipeline.shell.raw_files import raw_folder

PROJECT = Path(__file__).parents[2]


def catalog_of(env: str | None = None, project: Path = PROJECT, **params: Any) -> Any:
    bootstrap_project(project)
    with KedroSession.create(project, env=env, runtime_params=params) as session:
        return session.load_context().catalog


def path_of(catalog: Any, name: str) -> str:
    return str(catalog[name]._filepath)


def test_the_sample_reads_its_own_files() -> None:
    paths = partial(path_of, catalog_of())
    folder = PROJECT / "data" / "01_raw" / "sample"
    assert paths("amazon_reviews") == str(folder / "reviews.json.gz")
    assert paths("amazon_metadata") == str(folder / "metadata.json.gz")
    assert paths("image_pictures") == str(folder / "images")


@pytest.mark.parametrize(
    ("env", "files"),
    [
        ("baby", {"mmrec_interactions": "baby/baby.inter", "text_matrix": "baby/text_feat.npy"}),
        ("sports", {"mmrec_item_file": "sports/item_text.tsv"}),
        ("microlens", {"mmrec_item_file": "microlens/item_text.tsv"}),
        ("clothing", {"mmrec_user_file": "clothing/u_id_mapping.csv"}),
        ("tiktok", {"audio_matrix": "tiktok/audio_feat.npy"}),
        ("gift_cards", {"amazon_reviews": "raw/amazon_2018/Gift_Cards_5.json.gz"}),
        ("amazon_baby", {"image_vectors": "raw/amazon_2014/image_features_Baby.b"}),
        ("amazon_sports", {"amazon_metadata": "raw/amazon_2014/meta_Sports_and_Outdoors.json.gz"}),
        ("microlens_50k", {"microlens_titles": "raw/microlens_50k/MicroLens-50k_titles.csv"}),
    ],
)
def test_environments_read_theirs_below_the_data_root(
    env: str, files: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIGER_DATA", str(tmp_path))
    catalog = catalog_of(env)
    assert {name: path_of(catalog, name) for name in files} == {
        name: str(tmp_path / file) for name, file in files.items()
    }


def test_a_path_of_its_own_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "all.json.gz")
    catalog = catalog_of(ingest={"amazon": {"reviews": elsewhere, "metadata": "a/b.json.gz"}})
    assert path_of(catalog, "amazon_reviews") == elsewhere
    assert path_of(catalog, "amazon_metadata").endswith("/01_raw/sample/a/b.json.gz")


def test_an_entry_in_conf_counts_instead(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project").path
    entry = "amazon_reviews:\n  type: siger_pipeline.datasets.text.TextDataset\n  filepath: a.txt\n"
    (project / "conf" / "local" / "catalog.yml").write_text(entry)
    catalog = catalog_of(project=project)
    assert path_of(catalog, "amazon_reviews") == str(project / "a.txt")
    assert type(catalog["amazon_metadata"]).__name__ == "RecordLinesDataset"


def test_a_missing_file_is_said_with_where_it_comes_from_and_what_names_it() -> None:
    catalog = catalog_of(ingest={"amazon": {"reviews": "absent.json.gz"}})
    words = catalog["amazon_reviews"].why_missing()
    assert "absent.json.gz does not exist. Amazon reviews, a category's" in words
    assert "and ingest.amazon.reviews the file in it." in words


@pytest.mark.parametrize("values", [{}, {"raw": None}, {"raw": 7}, {"raw": ""}])
def test_the_folder_of_raw_files_is_wanted(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="global 'raw'"):
        raw_folder(values)


@pytest.mark.parametrize(
    ("item_file", "pictures", "expected"),
    [
        ("export/products.csv", {}, "/01_raw/sample/export"),
        ("sqlite:///shop.db#goods", {}, "/01_raw/sample"),
        ("export/products.csv", {"folder": "photos"}, "/01_raw/sample/photos"),
    ],
)
def test_paths_of_pictures_start_from_the_item_file_or_from_a_folder(
    item_file: str | None, pictures: dict[str, str], expected: str
) -> None:
    ingest = {"source": "tables", "tables": {"item_file": item_file}}
    given = {"pictures": {"source": "paths", **pictures}, "model": "lightgcn"}
    catalog = catalog_of(ingest=ingest, split={"strategy": "random_per_user"}, **given)
    assert path_of(catalog, "picture_files").endswith(expected)


def test_a_null_is_no_file() -> None:
    absent = {"amazon_validation", "amazon_test", "amazon_split_users"}
    assert not absent & set(catalog_of().keys())
    catalog = catalog_of(ingest={"amazon": {"validation": "v.csv.gz", "test": "t.csv.gz"}})
    assert path_of(catalog, "amazon_validation").endswith("/01_raw/sample/v.csv.gz")
