"""A newer version takes the place of the one before, unless something is wrong with it."""

import logging
import shutil
from pathlib import Path

import pytest

from serving.conftest import fitted_of
from siger_pipeline.service.current import Current
from siger_pipeline.serving.manifest import MANIFEST


def version(folder: Path, name: str, source: Path) -> Path:
    return Path(shutil.copytree(source, folder / name / folder.name))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("other") / "recommender"
    fitted_of("lightgcn").save(place)
    return place


def test_a_newer_version_answers_and_the_older_one_lives_on_for_who_holds_it(
    folder: Path, other: Path, tmp_path: Path
) -> None:
    place = tmp_path / "recommender"
    first = version(place, "2026-01-01", folder)
    current = Current(place)
    held = current.loaded
    assert not current.renew()
    assert current.loaded is held
    version(place, "2026-01-02", other)
    assert current.renew()
    assert current.loaded.fitted.parts.checkpoint["model"] == "lightgcn"
    assert current.loaded.name != held.name
    shutil.rmtree(first.parent)
    assert len(held.fitted.recommend(["001"], 3)) == 3


def test_a_half_written_version_is_refused_once_and_answers_when_it_is_whole(
    folder: Path, other: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "recommender"
    version(place, "2026-01-01", folder)
    current = Current(place)
    newer = version(place, "2026-01-02", other)
    manifest = (newer / MANIFEST).read_bytes()
    (newer / MANIFEST).unlink()
    with caplog.at_level(logging.WARNING):
        assert not current.renew()
        assert not current.renew()
    assert [
        each.getMessage().count("goes on answering")
        for each in caplog.records
        if each.levelno > logging.INFO
    ] == [1]
    assert current.refused is not None
    assert MANIFEST in current.refused
    assert current.loaded.fitted.parts.checkpoint["model"] == "siger"
    (newer / MANIFEST).write_bytes(manifest)
    assert current.renew()
    assert current.refused is None


def test_a_damaged_version_is_refused_and_a_fault_that_nobody_thought_of_too(
    folder: Path, other: Path, tmp_path: Path
) -> None:
    place = tmp_path / "recommender"
    version(place, "2026-01-01", folder)
    current = Current(place)
    newer = version(place, "2026-01-02", other)
    table = bytearray((newer / "items.npy").read_bytes())
    table[-1] ^= 1
    (newer / "items.npy").write_bytes(table)
    assert not current.renew()
    assert current.refused is not None
    assert "SHA-256" in current.refused
    (newer / MANIFEST).write_text('{"format": 2}')
    assert not current.renew()
    assert "SHA-256" not in current.refused
    shutil.rmtree(place)
    assert not current.renew()
    assert "neither" in current.refused
    assert len(current.loaded.fitted.recommend(["001"], 3)) == 3


def test_a_link_that_is_turned_to_another_folder_is_followed(
    folder: Path, other: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    current = Current(link)
    new = tmp_path / "new"
    new.symlink_to(other)
    new.replace(link)
    assert current.renew()
    assert current.loaded.fitted.parts.checkpoint["model"] == "lightgcn"
