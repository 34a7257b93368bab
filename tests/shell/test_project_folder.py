"""A project laid out from the package is the repository's own configuration and samples."""

import shutil
import tomllib
from pathlib import Path

import pytest

from end_to_end.project import ROOT
from kedro_fresh.code import SourceCode
from kedro_fresh.contents import Contents
from siger_pipeline.errors import UserError
from siger_pipeline.shell import project_folder
from siger_pipeline.shell.project_folder import TEMPLATE, lay_out

SAMPLES = ("data/01_raw/sample", "data/01_raw/samples")


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_it_holds_the_repositorys_files(tmp_path: Path) -> None:
    made = tmp_path / "new" / "project"
    lay_out(made)
    own = {
        name: data for name, data in contents(ROOT / "conf").items() if not name.startswith("local")
    }
    assert contents(made / "conf") == own
    for name in SAMPLES:
        assert contents(made / name) == contents(ROOT / name)
    assert (made / "conf" / "local").is_dir()
    assert not list(made.rglob("*.py"))
    assert not any(path.is_symlink() for path in made.rglob("*"))


def test_it_is_no_node_s_code(tmp_path: Path) -> None:
    package = TEMPLATE.parent
    code = SourceCode(package.name, {package.name: [package]}, Contents(tmp_path / "memo"))
    assert not code.reached([package.name])[package.name].data


def test_it_is_of_the_same_package_and_kedro(tmp_path: Path) -> None:
    lay_out(tmp_path)
    ours, theirs = (
        tomllib.loads((folder / "pyproject.toml").read_text())["tool"]["kedro"]
        for folder in (ROOT, tmp_path)
    )
    assert {**ours, "source_dir": "."} == theirs


def test_what_is_this_machines_alone_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    (template / "conf" / "local").mkdir(parents=True)
    (template / "conf" / "local" / "credentials.yml").write_text("password: secret\n")
    monkeypatch.setattr(project_folder, "TEMPLATE", template)
    lay_out(tmp_path / "project")
    assert contents(tmp_path / "project") == {}


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match=r"is not empty \(thesis.txt is there\): name a new or an"):
        lay_out(tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    file = tmp_path / "project"
    file.write_text("mine")
    with pytest.raises(UserError, match=r"cannot be laid out there \(.*Not a directory"):
        lay_out(file)
    assert file.read_text() == "mine"


def test_kedro_could_not_work_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot stand below a folder named '\[a\]'"):
        lay_out(tmp_path / "[a]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("was_there", [True, False])
def test_a_full_disk_leaves_nothing_behind(
    was_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, copied = shutil.copyfile, list[str]()

    def full(source: str, target: str, **options: bool) -> str:
        copied.append(target)
        if len(copied) > 20:
            raise OSError(28, "No space left on device", target)
        return str(copy(source, target, **options))

    monkeypatch.setattr(shutil, "copyfile", full)
    made = tmp_path / "new" / "project"
    if was_there:
        made.mkdir(parents=True)
    with pytest.raises(UserError, match=r"laid out there .*No space left on device"):
        lay_out(made)
    assert list(tmp_path.rglob("*")) == ([made.parent, made] if was_there else [])
