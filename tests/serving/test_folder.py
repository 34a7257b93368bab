"""Folders that are whole, and folders that are not."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from serving.conftest import ITEMS, USERS, fitted_of
from siger_pipeline.errors import InputError
from siger_pipeline.serving import FittedRecommender, load
from siger_pipeline.serving.files import write_array
from siger_pipeline.serving.folder import about_folder


@pytest.fixture(scope="module")
def saved(siger: FittedRecommender, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "folder"
    siger.save(folder)
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved, tmp_path / "folder"))


def refused(folder: Path, **options: bool) -> str:
    with pytest.raises(InputError) as error:
        load(folder, **options)
    return str(error.value)


def changed(folder: Path, **values: Any) -> None:
    path = folder / "recommender.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_what_is_loaded_is_what_was_saved(siger: FittedRecommender, folder: Path) -> None:
    loaded = load(folder, verify=True)
    everybody = [*USERS]
    pd.testing.assert_frame_equal(loaded.recommend(everybody), siger.recommend(everybody))
    assert loaded.parts.inputs.matrices.keys() == siger.parts.inputs.matrices.keys()
    assert loaded.parts.inputs.modalities == siger.parts.inputs.modalities
    assert isinstance(loaded.parts.embeddings[0], np.memmap)  # type: ignore[index]
    assert torch.equal(loaded.model.score(torch.arange(5)), siger.model.score(torch.arange(5)))


def test_a_folder_that_exists_is_not_written_over(siger: FittedRecommender, folder: Path) -> None:
    before = (folder / "recommender.json").read_bytes()
    with pytest.raises(InputError, match="is there already: name a folder that is new, or empty"):
        siger.save(folder)
    assert (folder / "recommender.json").read_bytes() == before


def test_a_folder_whose_writing_was_broken_off(
    siger: FittedRecommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("siger_pipeline.serving.folder.model_card", broken)
    with pytest.raises(KeyboardInterrupt):
        siger.save(tmp_path / "half")
    assert "has no recommender.json, which is written last" in refused(tmp_path / "half")


def test_no_folder(tmp_path: Path) -> None:
    assert "there is no folder" in refused(tmp_path / "none")


def test_another_format(folder: Path) -> None:
    changed(folder, format=2)
    assert "is of format 2, and this version reads 3: export it again" in refused(folder)


def test_a_manifest_of_something_else(folder: Path) -> None:
    (folder / "recommender.json").write_text('{"name": "x"}')
    assert "recommender.json is not the manifest of a recommender" in refused(folder)


@pytest.mark.parametrize("name", ["/etc/hostname", "../other/weights.pt", "strange.npy"])
def test_a_manifest_that_names_files_elsewhere(folder: Path, name: str) -> None:
    about = json.loads((folder / "recommender.json").read_text())
    about["requests"][0]["file"] = name
    changed(folder, requests=about["requests"])
    assert f"names {name!r}, which is no file of this folder" in refused(folder)


def test_features_behind_graphs_are_kept_and_mapped(tmp_path: Path) -> None:
    fitted = fitted_of("content_knn")
    fitted.save(tmp_path / "folder")
    loaded = load(tmp_path / "folder", verify=True).parts.behind
    assert {*loaded} == {"image", "text"}
    for modality, matrix in fitted.parts.behind.items():
        assert isinstance(loaded[modality], np.memmap)
        np.testing.assert_array_equal(loaded[modality], matrix)
    changed(tmp_path / "folder", behind={"text": "../text.npy"})
    assert "names '../text.npy', which is no file of this folder" in refused(tmp_path / "folder")


def test_a_file_that_is_missing(folder: Path) -> None:
    (folder / "users.npy").unlink()
    assert "users.npy is missing" in refused(folder)


def test_a_file_that_is_cut_off(folder: Path) -> None:
    path = folder / "inputs" / "features-text.npy"
    path.write_bytes(path.read_bytes()[:-4])
    assert "features-text.npy has" in refused(folder)


def test_a_file_of_the_same_size_with_other_bytes_is_told_by_its_hash(folder: Path) -> None:
    path = folder / "items.npy"
    path.write_bytes(path.read_bytes()[:-4] + b"abcd")
    load(folder)
    assert "items.npy does not have the SHA-256" in refused(folder, verify=True)


class Evil:
    """What would leave a file behind if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["weights.pt", "items.npy", "seen.npz"])
def test_nothing_is_unpickled(folder: Path, name: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    (folder / name).write_bytes(pickle.dumps(Evil(trap)))
    about = json.loads((folder / "recommender.json").read_text())
    about["files"][name]["bytes"] = (folder / name).stat().st_size
    changed(folder, files=about["files"])
    assert f"{name} cannot be read as" in refused(folder)
    assert not trap.exists()


def test_the_manifest_says_what_it_is(folder: Path) -> None:
    about = about_folder(folder)
    counts = {"users": 30, "items": 40, "interactions": 261, "dimensions": 64}
    assert (about["model"], about["counts"]) == ("siger", counts)
    assert "time" not in json.dumps(about)
    assert "# siger\n" in (folder / "README.md").read_text()


def test_a_whole_memory_map_is_linked_and_a_part_of_one_is_copied(tmp_path: Path) -> None:
    np.save(tmp_path / "source.npy", np.arange(12, dtype=np.float32).reshape(4, 3))
    mapped = np.load(tmp_path / "source.npy", mmap_mode="r")
    write_array(tmp_path / "whole.npy", mapped)
    write_array(tmp_path / "part.npy", mapped[1:])
    write_array(tmp_path / "turned.npy", mapped.T)
    assert (tmp_path / "whole.npy").samefile(tmp_path / "source.npy")
    for name, wanted in (("whole", mapped), ("part", mapped[1:]), ("turned", mapped.T)):
        assert np.array_equal(np.load(tmp_path / f"{name}.npy"), wanted)
    assert not (tmp_path / "part.npy").samefile(tmp_path / "source.npy")


@pytest.mark.parametrize(
    ("users", "items", "words"),
    [
        (USERS[:29], ITEMS, "there are 29 ids of users, and the model has 30 users"),
        (np.arange(30), ITEMS, "among the ids of users is a int64: ids are texts"),
        (np.array(["a"] * 30, dtype=object), ITEMS, "'a' stands twice among the ids of users"),
        (USERS, ITEMS.assign(item="i"), "'i' stands twice among the ids of items"),
    ],
)
def test_ids_that_fit_no_model(users: np.ndarray, items: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        fitted_of("popularity", users, items)
