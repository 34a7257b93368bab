"""The features stage as Kedro runs it, from catalog files to catalog files."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from omegaconf import OmegaConf
from PIL import Image
from scipy import sparse

from kedro_fresh.extra import extra_modules
from siger_pipeline.datasets.matrix import MatrixDataset
from siger_pipeline.datasets.pictures import PicturesDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.datasets.vector_store import VectorStoreDataset
from siger_pipeline.errors import InputError
from siger_pipeline.features.config import Missing, features_model
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.pipelines.features.pipeline import create_pipeline
from siger_pipeline.plugins import EXTRACTORS, module_of, names
from siger_pipeline.shell.selection import Selection

CONF = Path(__file__).parents[2] / "conf" / "base"
CHOICE = {"text": "tfidf_svd", "image": "picture", "audio": "matrix"}
WORDS = ["blue", "red", "socks", "hat", "knife"]


def pipeline_of(missing: Missing = "zero", **modalities: str) -> Pipeline:
    return create_pipeline(Selection("amazon", modalities, "siger", (), missing=missing))


def base_parameters() -> Any:
    return OmegaConf.to_container(OmegaConf.load(CONF / "parameters_features.yml").features)


@pytest.fixture
def catalog(tmp_path: Path) -> DataCatalog:
    ids = [f"B{n:03}" for n in range(6)]
    titles = [f"{WORDS[n % 2]} {WORDS[2 + n % 3]}" for n in range(6)]
    empty = dict.fromkeys(["brand", "categories", "description"])
    items = pd.DataFrame({"item": ids, "title": titles, **empty, "row": range(6)})
    index = pd.DataFrame({"item_id": np.arange(5, dtype=np.int32), "item": ids[:0:-1]})
    index["row"] = range(5, 0, -1)
    (tmp_path / "images").mkdir()
    rng = np.random.default_rng(0)
    for item in ids[2:]:
        noise = rng.integers(0, 256, (20, 20, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "images" / f"{item}.png")
    np.save(tmp_path / "audio_feat.npy", np.eye(6, dtype=np.float16))
    datasets: dict[str, Any] = {
        "items": TableDataset(filepath=tmp_path / "items.parquet"),
        "item_index": TableDataset(filepath=tmp_path / "index.parquet"),
        "image_pictures": PicturesDataset(filepath=tmp_path / "images"),
        "audio_matrix": MatrixDataset(filepath=tmp_path / "audio_feat.npy"),
    }
    datasets["items"].save(items.astype(dict.fromkeys(empty, "string")))
    datasets["item_index"].save(index)
    for modality in CHOICE:
        for kind in ("features", "missing"):
            path = tmp_path / f"{modality}_{kind}.npy"
            datasets[f"{kind}_{modality}"] = MatrixDataset(filepath=path)
    for name in names(EXTRACTORS):
        block = load_extractor(name).config().model_dump()
        datasets[f"params:features.{name}"] = MemoryDataset(block)
    for modality, name in CHOICE.items():
        datasets[f"params:features.modalities.{modality}"] = MemoryDataset(name)
    datasets["params:features.missing"] = MemoryDataset("zero")
    datasets["train_matrix"] = MemoryDataset()
    return DataCatalog(datasets)


def test_base_parameters_are_valid() -> None:
    checked = features_model(base_parameters()).model_validate(base_parameters())
    assert checked.modalities == {"text": "tfidf_svd", "image": "picture"}
    assert checked.missing == "zero"


def test_one_node_a_modality() -> None:
    pipeline = pipeline_of(text="tfidf_svd", image="matrix")
    assert {node.name: node.tags for node in pipeline.nodes} == {
        "image": {"features"},
        "text": {"features"},
    }
    assert pipeline.outputs() == {
        f"{kind}_{modality}" for kind in ("features", "missing") for modality in ("text", "image")
    }
    assert "image_matrix" in pipeline.inputs()
    assert not pipeline_of().nodes


def test_pictures_that_are_fetched_take_the_place_of_a_folder() -> None:
    choice = {"image": "picture", "cover": "picture", "text": "tfidf_svd"}
    selection = Selection("amazon", choice, "siger", (), pictures="addresses")
    inputs = {node.name: node.inputs for node in create_pipeline(selection).nodes}
    assert "pictures" in inputs["image"] and "pictures" in inputs["cover"]
    assert "pictures" not in inputs["text"]
    assert not {"image_pictures", "cover_pictures"} & {*inputs["image"], *inputs["cover"]}


@pytest.mark.parametrize("name", names(EXTRACTORS))
def test_every_extractor_can_be_wired(name: str) -> None:
    (node,) = pipeline_of(audio=name).nodes
    choice = {f"params:features.{key}" for key in ("modalities.audio", "missing", name)}
    assert {"item_index", *choice} < set(node.inputs)
    assert extra_modules(node.func) == (module_of(EXTRACTORS, name),)


def test_files_in_files_out(catalog: DataCatalog) -> None:
    SequentialRunner().run(pipeline_of(**CHOICE), catalog)
    # "red" is in too many titles, "socks" in too few; B001 has no picture.
    expected = {"text": [0, 0, 1, 0, 0], "image": [0, 0, 0, 0, 1], "audio": [0] * 5}
    for modality, missing in expected.items():
        features = catalog.load(f"features_{modality}")
        assert (features.dtype, len(features)) == (np.float32, 5)
        assert catalog.load(f"missing_{modality}").tolist() == missing
    np.testing.assert_array_equal(catalog.load("features_audio"), np.eye(6)[:0:-1])


def test_items_without_features_are_counted_in_the_log(
    catalog: DataCatalog, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        SequentialRunner().run(pipeline_of(**CHOICE), catalog)
    told = [record.getMessage() for record in caplog.records if record.name.endswith("nodes")]
    limits = "features.tfidf_svd.min_df = 2, max_df = 0.5"
    assert sorted(told) == [
        "1 of 5 items (20.00%) have no picture features: 1 have no picture.",
        f"1 of 5 items (20.00%) have no text features: 1 have no word that counts ({limits}).",
    ]


def test_a_new_item_alone_is_encoded(
    catalog: DataCatalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    catalog["vector_store"] = VectorStoreDataset(str(tmp_path / "encoded"))
    catalog["params:features.modalities.text"] = "wordllama"
    index = catalog.load("item_index").to_pandas()
    pipeline = pipeline_of(text="wordllama")
    found = []
    for items in (index[:4], index):
        caplog.clear()
        catalog.save("item_index", items)
        with caplog.at_level(logging.INFO, "siger_pipeline"):
            SequentialRunner().run(pipeline, catalog)
        found.append([line for line in caplog.messages if "to encode" in line])
    assert found == [
        ["wordllama: 4 contents to encode"],
        ["wordllama: 1 contents to encode; 4 are kept from earlier"],
    ]
    lengths = np.linalg.norm(catalog.load("features_text"), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-5)


def test_a_row_of_zeros_is_counted(
    catalog: DataCatalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    np.save(tmp_path / "audio_feat.npy", np.diag([1, 1, 0, 1, 1, 1]).astype(np.float16))
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        SequentialRunner().run(pipeline_of(audio="matrix"), catalog)
    found = f"1 have a row of zeros in {tmp_path}/audio_feat.npy"
    assert f"1 of 5 items (20.00%) have no ready-made features: {found}." in caplog.text


def test_items_without_metadata_or_text_are_counted(
    catalog: DataCatalog, caplog: pytest.LogCaptureFixture
) -> None:
    items = catalog.load("items").to_pandas().assign(row=range(6))
    items["title"] = ["", "", None, "red socks", "red socks", "blue hat"]
    catalog.save("items", items[items["item"] != "B001"])
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        SequentialRunner().run(pipeline_of(text="tfidf_svd"), catalog)
    reasons = "1 have no metadata; 1 have no text; 1 have no word that counts"
    assert f"3 of 5 items (60.00%) have no text features: {reasons}" in caplog.text


def test_the_split_is_read_for_means_over_neighbours_alone() -> None:
    for missing, read in (("zero", False), ("mean", False), ("neighbours", True)):
        assert ("train_matrix" in pipeline_of(missing, text="matrix").inputs()) == read


# Items 0 to 3 have audio features, and item 4 has none.
TRAINING = sparse.csr_matrix(
    [[1, 1, 0, 0, 1], [1, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]],
    dtype=np.float32,
)


@pytest.mark.parametrize(
    ("missing", "row", "words"),
    [
        ("zero", [0, 0, 0, 0, 0, 0], ""),
        ("mean", [0, 0, 0.25, 0.25, 0.25, 0.25], "the mean of the items that have some"),
        ("neighbours", [0, 0, 0, 0, 1 / 3, 2 / 3], "that the same users have in training"),
    ],
)
def test_items_without_features_get_those_of_others(
    catalog: DataCatalog,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    missing: Missing,
    row: list[float],
    words: str,
) -> None:
    np.save(tmp_path / "audio_feat.npy", np.diag([1, 0, 1, 1, 1, 1]).astype(np.float16))
    catalog.save("params:features.missing", missing)
    catalog.save("train_matrix", TRAINING)
    with caplog.at_level(logging.INFO, "siger_pipeline"):
        SequentialRunner().run(pipeline_of(missing, audio="matrix"), catalog)
    assert catalog.load("missing_audio").tolist() == [False] * 4 + [missing == "zero"]
    np.testing.assert_allclose(catalog.load("features_audio")[4], row, rtol=1e-6)
    assert ("Of the items without audio features, 1 got" in caplog.text) == bool(words)
    assert words in caplog.text


def test_a_bad_picture_ends_the_run_and_names_its_file(
    catalog: DataCatalog, tmp_path: Path
) -> None:
    (tmp_path / "images" / "B003.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"B003\.png cannot be read"):
        SequentialRunner().run(pipeline_of(image="picture"), catalog)
    assert not (tmp_path / "image_features.npy").exists()
