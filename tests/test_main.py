"""`siger-pipeline` outside a project, and in one of another package."""

import sys
from pathlib import Path

import pytest

from siger_pipeline import __version__
from siger_pipeline.__main__ import main

THEIRS = """[tool.kedro]
package_name = "shop"
project_name = "shop"
kedro_init_version = "1.7.0"
"""


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["siger-pipeline", *arguments])
    monkeypatch.setattr("siger_pipeline.__main__.prepare_console", lambda: None)
    with pytest.raises(SystemExit) as end:
        main()
    return int(str(end.value.code))


@pytest.mark.parametrize("pyproject", ["", THEIRS])
def test_a_command_of_a_project_says_how_to_have_one(
    pyproject: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject)
    assert run(tmp_path, monkeypatch, "run", "--env", "baby") == 2
    told = capsys.readouterr().err.partition("Error: ")[2]
    assert told == (
        f"'run' works in a project of siger_pipeline, and {tmp_path} is in none: "
        "`siger-pipeline init FOLDER` lays one out\n"
    )


def test_the_version_is_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"siger-pipeline, version {__version__}\n"


def test_init_says_what_comes_next_and_refuses_to_do_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, monkeypatch, "init", "shop") == 0
    assert "cd shop\n  siger-pipeline run\n" in capsys.readouterr().out
    assert run(tmp_path, monkeypatch, "init", "shop") == 1
    assert capsys.readouterr().err.startswith("Error: shop is not empty (.telemetry is there)")
