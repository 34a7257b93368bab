"""What is printed in any encoding, and into a pipe that nobody reads any more."""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from end_to_end.project import Project

SCRIPT = """
import logging, sys
from siger_pipeline.shell.console import prepare_console
prepare_console()
logging.basicConfig(level="INFO", stream=sys.stderr)
text = "λ_p 0.01 → 0.02 ← best, Müller’s 日本 \\U0001f600 \\udce9"
print(text)
logging.info(text)
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8", "utf-16"])
def test_every_character_in_every_encoding(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, env=environment, check=False
    )
    told, logged = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert done.returncode == 0, logged
    assert "Error" not in logged
    for text in (told, logged):
        assert "best" in text
        assert "\\udce9" in text
    if encoding == "ascii":
        assert told.startswith("lambda_p 0.01 -> 0.02 <- best, Muller's \\u65e5\\u672c \\U0001f600")


def test_a_stream_that_cannot_be_set_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from siger_pipeline.shell.console import prepare_console

    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", io.BytesIO())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    prepare_console()


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the results, since a status notes what it has read."""
    folder = tmp_path_factory.mktemp("console") / "project"
    shutil.copytree(sample_results.path, folder)
    return Project(folder)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_the_projects_commands(project: Project, encoding: str) -> None:
    for command in (["compare"], ["status", "--params", "train.block_mib=32"]):
        done = project.kedro(*command, PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr
        assert "UnicodeEncodeError" not in done.stderr
    # click writes UTF-8 where it is told ASCII.
    assert (" → " if encoding == "ascii" else " -> ") in done.stdout


def test_a_pipe_that_nobody_reads(project: Project) -> None:
    for command in ("compare", "status"):
        done = piped(project.path, f"-m kedro {command} 2>errors | head -0; cat errors")
        assert "Traceback" not in done, done
        assert "BrokenPipe" not in done, done


def test_a_closed_output(project: Project) -> None:
    done = piped(project.path, "-m kedro compare 2>&1 >&-; echo code $?")
    assert "Traceback" not in done, done
    assert "code 0" in done, done


def piped(folder: Path, command: str) -> str:
    done = subprocess.run(
        f"{sys.executable} {command}",
        shell=True,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return done.stdout + done.stderr
