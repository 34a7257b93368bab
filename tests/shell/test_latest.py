"""`latest/report.html` is the newest version's page, and is itself no version."""

import os
import shutil
from pathlib import Path

import pytest
from kedro.io.core import Version

from kedro_fresh.locations import Location
from siger_pipeline.datasets.text import TextDataset
from siger_pipeline.shell.latest import renew_latest

OLD, NEW = "2026-11-01T10.00.00.000Z", "2026-11-02T10.00.00.000Z"


def place(folder: Path) -> Location:
    path = folder / "siger" / "report.html"
    return Location("report_page", {}, str(path), path, versioned=True, load_version=None)


def write(page: Location, version: str, text: str) -> None:
    file = page.at(version)
    assert file is not None
    file.parent.mkdir(parents=True)
    file.write_text(text)


def test_it_follows_the_newest_version(tmp_path: Path) -> None:
    page = place(tmp_path)
    assert renew_latest(page) is None
    for version in (OLD, NEW):
        write(page, version, version)
        latest = renew_latest(page)
        assert latest == tmp_path / "siger" / "latest" / "report.html"
        assert latest.read_text() == version
    assert page.at(OLD).read_text() == OLD  # type: ignore[union-attr]
    assert [found.name for found in latest.parent.iterdir()] == ["report.html"]


def test_a_version_brought_forward_is_followed(tmp_path: Path) -> None:
    page, latest = place(tmp_path), tmp_path / "siger" / "latest" / "report.html"
    write(page, OLD, "one")
    renew_latest(page)
    (page.path / NEW).mkdir()  # type: ignore[operator]
    os.link(page.at(OLD), page.at(NEW))  # type: ignore[arg-type]
    renew_latest(page)
    assert latest.samefile(page.at(NEW))  # type: ignore[arg-type]


def test_an_overwritten_or_copied_one_is_mended(tmp_path: Path) -> None:
    page = place(tmp_path)
    write(page, OLD, "one")
    latest = renew_latest(page)
    assert latest is not None
    latest.unlink()
    latest.write_text("something else")
    renew_latest(page)
    assert latest.read_text() == "one"
    shutil.copytree(tmp_path / "siger", tmp_path / "copy" / "siger")
    other = renew_latest(place(tmp_path / "copy"))
    assert other is not None
    assert other.read_text() == "one"


def test_one_that_is_right_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = place(tmp_path)
    write(page, OLD, "one")
    latest = renew_latest(page)
    assert latest is not None
    before = latest.stat().st_ctime_ns
    renew_latest(page)
    assert latest.stat().st_ctime_ns == before


def test_a_copy_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refused)
    page = place(tmp_path)
    for version in (OLD, NEW):
        write(page, version, version)
        latest = renew_latest(page)
        assert latest is not None
        assert latest.read_text() == version


def test_what_another_run_writes_meanwhile_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = place(tmp_path)
    write(page, OLD, "one")
    copy = __import__("siger_pipeline.shell.latest", fromlist=["link_or_copy"]).link_or_copy

    def slow(source: Path, target: Path) -> None:
        if not page.at(NEW).exists():  # type: ignore[union-attr]
            write(page, NEW, "two")
        copy(source, target)

    monkeypatch.setattr("siger_pipeline.shell.latest.link_or_copy", slow)
    latest = renew_latest(page)
    assert latest is not None
    assert latest.read_text() == "two"


def test_kedro_and_the_caching_runner_find_the_same_version_as_before(tmp_path: Path) -> None:
    page = place(tmp_path)
    for version in (OLD, NEW):
        write(page, version, version)
    renew_latest(page)
    assert page.newest() == NEW
    assert TextDataset(filepath=str(page.path), version=Version(None, None)).load() == NEW
