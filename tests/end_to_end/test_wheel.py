"""The wheel alone, without the repository: a project is laid out, and its sample runs."""

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockerfile import copied, dockerfile
from end_to_end.project import ROOT

# What an image is built from is enough to build from.
BUILT_FROM = copied(dockerfile())
TEMPLATE = "siger_pipeline/template"
MARK = "From the wheel of a test."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an sdist, and of the wheel that was made from it; of a project with secrets."""
    source = tmp_path_factory.mktemp("source")
    leave_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "local")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=leave_out)
        else:
            shutil.copy(ROOT / name, source)
    with (source / "src" / TEMPLATE / "README.md").open("a") as readme:
        readme.write(MARK)
    for secret in ("conf/local/credentials.yml", "conf/local/deep/credentials.yml"):
        (source / secret).parent.mkdir(parents=True)
        (source / secret).write_text("password: secret\n")
    command = ["-m", "build", "--no-isolation", "--outdir", "dist", "."]
    run(source, sys.executable, *command)
    return source / "dist"


def run(folder: Path, *command: str, **environment: str) -> str:
    """What a command prints, which must succeed."""
    variables = {k: v for k, v in os.environ.items() if k not in ("SIGER_DATA", "PYTHONPATH")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**variables, "OMP_NUM_THREADS": "1", "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def wheel_of(built: Path) -> Path:
    [wheel] = built.glob("*.whl")
    return wheel


def test_all_of_the_package_is_in_it_and_nothing_of_this_machine_alone(built: Path) -> None:
    with zipfile.ZipFile(wheel_of(built)) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    source = built.parent / "src"
    files = (path for path in walk(source) if not path.match("*.egg-info/*"))
    wanted = {path.relative_to(source).as_posix() for path in files}
    private = {name for name in wanted if name.startswith(f"{TEMPLATE}/conf/local/")}
    assert len(private) == 2
    assert names == wanted - private - {"kedro_fresh/README.md"}


def walk(folder: Path) -> Iterator[Path]:
    """Files below a folder, and below the folders that it links to."""
    for place, _, names in os.walk(folder, followlinks=True):
        yield from (Path(place, name) for name in names)


def test_a_project_from_it_runs_outside_the_repository(built: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    python = (sys.executable, "-P")  # without the folder that the command runs in
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target")
    run(tmp_path, *python, *pip, str(installed), str(wheel_of(built)))
    siger = (*python, str(installed / "bin" / "siger-pipeline"))
    run(tmp_path, *siger, "init", "shop", PYTHONPATH=str(installed))
    assert MARK in (tmp_path / "shop" / "README.md").read_text()
    told = run(tmp_path / "shop", *siger, "run", "--pipelines=ingest", PYTHONPATH=str(installed))
    assert "of 5,831 interactions" in told
    assert list((tmp_path / "shop" / "data" / "03_primary" / "sample").rglob("*.parquet"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_a_clean_environment_is_all_it_needs(kind: str, built: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "clean", with_pip=True)
    binaries = tmp_path / "clean" / "bin"
    [archive] = built.glob(kind)
    constraints = str(ROOT / "constraints.txt")
    pip = (str(binaries / "python"), "-m", "pip", "install", "--quiet")
    run(tmp_path, *pip, "--constraint", constraints, str(archive))
    run(tmp_path, str(binaries / "siger-pipeline"), "init", "shop")
    module = (str(binaries / "python"), "-m", "siger_pipeline")
    told = run(tmp_path / "shop", *module, "run", "--params", "train.max_epochs=1")
    assert "siger+max_epochs=1 on sample, test: recall@20" in told
    told = run(tmp_path / "shop", str(binaries / "kedro"), "run", "--params", "train.max_epochs=1")
    assert "All 27 nodes are fresh" in told
