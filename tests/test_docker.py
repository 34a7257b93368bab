"""The image, as far as it can be known without building it; `test_wheel` builds from its files."""

import json
import shutil
import subprocess
import tomllib

import pytest

from dockerfile import copied, dockerfile
from end_to_end.project import ROOT

INSTRUCTIONS = dockerfile()
LAST = dict(INSTRUCTIONS)  # of each instruction the last one, which counts
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def test_what_it_copies_exists_and_reaches_the_builder() -> None:
    names = copied(INSTRUCTIONS)
    assert [name for name in names if not (ROOT / name).exists()] == []
    kept = {line[1:] for line in IGNORED if line.startswith("!")}
    assert "*" in IGNORED
    assert set(names) == kept


def test_what_is_this_machines_alone_does_not() -> None:
    later = IGNORED[IGNORED.index("!conf") :]
    assert "conf/local" in later


def test_it_runs_as_nobody_special_the_command_of_the_package() -> None:
    assert int(LAST["USER"]) > 0
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    [command] = json.loads(LAST["ENTRYPOINT"])
    assert command in scripts
    assert json.loads(LAST["CMD"]) == ["run"]
    assert f"{command} init {LAST['WORKDIR']}" in [rest for word, rest in INSTRUCTIONS]


def test_there_are_two_stages_and_the_second_has_no_source() -> None:
    first, second = (n for n, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM")
    assert copied(INSTRUCTIONS[first:second])
    assert copied(INSTRUCTIONS[second:]) == []


@pytest.mark.skipif(not shutil.which("hadolint"), reason="no hadolint on the PATH")
def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["hadolint", str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
