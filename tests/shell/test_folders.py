"""Folders that Kedro cannot work in are refused with a sentence, before anything runs."""

from pathlib import Path

import pytest

from siger_pipeline.errors import UserError
from siger_pipeline.settings import data_root
from siger_pipeline.shell.folders import BRACES, PATTERNS, check_folder


@pytest.mark.parametrize("name", ["a?b", "a*b", "a[b]", "[ab]", "[", "{a,b}", "a{b}", "${a}", "}"])
def test_the_folder_and_the_character_are_named(name: str) -> None:
    with pytest.raises(UserError, match="the project cannot stand below a folder") as caught:
        check_folder(f"/home/me/{name}/project/conf", "the project", PATTERNS | BRACES)
    assert repr(name) in str(caught.value) and f"/home/me/{name}/project" in str(caught.value)


@pytest.mark.parametrize("name", ["brand=acme", "a#b", "a%20b", "a b", "ünï", "a'b", "a:b", "$a"])
def test_other_names_are_names(name: str) -> None:
    check_folder(f"/home/me/{name}/project/conf", "the project", PATTERNS | BRACES)


def test_data_may_lie_below_any_name_without_braces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGER_DATA", str(tmp_path / "[ab]*?"))
    assert data_root() == str(tmp_path / "[ab]*?")
    monkeypatch.setenv("SIGER_DATA", str(tmp_path / "{ab}"))
    with pytest.raises(UserError, match=r"SIGER_DATA cannot stand below a folder named '\{ab\}'"):
        data_root()
