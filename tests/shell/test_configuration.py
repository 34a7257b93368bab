"""A slip in conf/ ends every command with one sentence that names file and line."""

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from end_to_end.project import ROOT, Project, copy_to
from siger_pipeline.shell.cli import cli

TRAIN = "conf/base/parameters_train.yml"
CATALOG = "conf/base/catalog_train.yml"
SETTINGS = """train:
  seed: 999
  max_epochs: 1000
  patience: 20          # epochs in a row without a better validation metric
  monitor: recall@20
  batch_size: 2048
  learning_rate: 0.001
  device: auto          # auto | cpu | cuda
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project without data, in which this process is."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder)
    (folder / "src").mkdir()
    before = Path.cwd()
    os.chdir(folder)
    bootstrap_project(folder)
    yield folder
    os.chdir(before)


@pytest.fixture
def project(whole: Path) -> Iterator[Path]:
    """Its configuration, anew."""
    conf = whole / "conf"
    shutil.copytree(ROOT / "conf", conf, ignore=shutil.ignore_patterns("local"))
    (conf / "local").mkdir()
    (whole / TRAIN).write_text(SETTINGS)  # the defaults, which the code has, spelt out
    yield whole
    shutil.rmtree(conf)


def sentence(*arguments: str) -> str:
    """What a command ends with, which must be a sentence and exit code 1."""
    done = CliRunner().invoke(cli, arguments)
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == 1, done.output
    told = done.output.partition("Error: ")[2].strip()
    assert len(told.splitlines()) == 1, told
    return told


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        text = (project / file).read_text()
        assert old in text
        (project / file).write_text(text.replace(old, new, 1))

    return change


def written(file: str, content: str | bytes) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        (project / file).write_bytes(raw)

    return change


def copied(file: str, name: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        shutil.copy(project / file, project / "conf" / "base" / name)

    return change


def removed(file: str) -> Callable[[Path], None]:
    def change(project: Path) -> None:
        path = project / file
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


SLIPS = {
    "tab": (replaced(TRAIN, "  seed", "\tseed"), [f"{TRAIN}, line 2", "tab"]),
    "key twice": (
        replaced(TRAIN, "  patience", "  seed: 1\n  patience"),
        [f"{TRAIN}, line 4", "'seed'", "second time"],
    ),
    "latin-1": (written(TRAIN, "train: {}  # Größe\n".encode("latin-1")), ["line 1", "UTF-8"]),
    "utf-16": (written(TRAIN, "train: {}\n".encode("utf-16")), ["line 1", "UTF-8"]),
    "open bracket": (
        replaced("conf/base/parameters_ingest.yml", "0.1]", "0.1"),
        ["parameters_ingest.yml, line 14", "not closed"],
    ),
    "open quote": (replaced(TRAIN, "auto", '"auto'), [f"{TRAIN}, line 8", "not closed"]),
    "copy beside it": (
        copied(TRAIN, "parameters_train copy.yml"),
        ["train.seed", f"{TRAIN}, line 2", "parameters_train copy.yml, line 2", "Keep one"],
    ),
    "numbered copy": (copied(TRAIN, "parameters (1).yml"), ["parameters (1).yml, line 2"]),
    "copy of a catalog": (
        copied(CATALOG, "catalog_train.yaml"),
        ["{trial}/checkpoint", "catalog_train.yaml, line 1", f"{CATALOG}, line 1"],
    ),
    "empty parameters": (written(TRAIN, ""), ["'train' is missing"]),
    "empty catalog": (
        written(CATALOG, "# \n"),
        ["no entry for siger/checkpoint", f"{CATALOG} is empty"],
    ),
    "list": (written(TRAIN, "- seed\n"), [f"{TRAIN}, line 1", "a list"]),
    "no blank after the colon": (
        written("conf/local/globals.yml", "model:lightgcn\n"),
        ["conf/local/globals.yml, line 1", "model:lightgcn", "key: value"],
    ),
    "block without its lines": (
        replaced(TRAIN, "  seed", "seed"),
        [f"{TRAIN}, line 3"],
    ),
    "block not indented": (
        written(TRAIN, SETTINGS.replace("\n  ", "\n")),
        [f"{TRAIN}, line 1", "'train' has nothing below it", "indent"],
    ),
    "misspelt global": (
        replaced(CATALOG, "${globals:dataset}", "${globals:datset}"),
        [
            f"{CATALOG}, line 3",
            "{trial}/checkpoint.filepath",
            "'datset'",
            "did you mean 'dataset'",
        ],
    ),
    "missing global": (
        replaced("conf/base/globals.yml", "raw:", "row:"),
        ["global 'raw' is None, wanted is the folder of the data set's raw files"],
    ),
    "unknown resolver": (
        replaced(CATALOG, "${globals:dataset}", "${global:dataset}"),
        [f"{CATALOG}, line 3", "${global:…} is not known", "globals"],
    ),
    "unknown resolver in globals": (
        replaced("conf/base/globals.yml", "data/01_raw/sample", "${dataroot:}/sample"),
        ["conf/base/globals.yml, line 6", "dataroot", "data_root"],
    ),
    "interpolation not closed": (
        replaced(CATALOG, "${globals:dataset}", "${globals:dataset"),
        [f"{CATALOG}, line 3", "{trial}/checkpoint.filepath"],
    ),
    "unknown class": (
        replaced(CATALOG, "CheckpointDataset", "ChekpointDataset"),
        [f"{CATALOG}, line 1", "'siger/checkpoint'", "'ChekpointDataset' not found"],
    ),
    "unknown module": (
        replaced(CATALOG, "datasets.checkpoint", "datasets.chekpoint"),
        [f"{CATALOG}, line 1", "'siger/checkpoint'", "siger_pipeline.datasets.chekpoint"],
    ),
    "unknown argument": (
        replaced(CATALOG, "filepath", "filepaht"),
        [f"{CATALOG}, line 1", "'siger/checkpoint'", "'filepaht'"],
    ),
    "no class": (replaced(CATALOG, "  type", "  typ"), [f"{CATALOG}, line 1", "'type' is missing"]),
    "entry without lines": (
        replaced(CATALOG, '/checkpoint":\n', '/checkpoint":\nother:\n'),
        [f"{CATALOG}, line 1", "'{trial}/checkpoint'", "wanted are its type"],
    ),
    "misspelt entry": (
        replaced(CATALOG, '/checkpoint":', '/chekpoint":'),
        ["no entry for siger/checkpoint", "is 'siger/chekpoint' meant to be 'siger/checkpoint'?"],
    ),
    "tab in credentials": (
        written("conf/local/credentials.yml", "mine:\n\tkey: x\n"),
        ["conf/local/credentials.yml, line 2", "tab"],
    ),
    "unknown credentials": (
        replaced(CATALOG, "  type", "  credentials: mine\n  type"),
        ["credentials 'mine'"],
    ),
    "no base": (removed("conf/base"), ["conf/base does not exist"]),
    "word for a number": (
        replaced(TRAIN, "2048", "many"),
        [f"{TRAIN}, line 6", "train.batch_size", "'many'", "integer"],
    ),
    "yes for a number": (
        replaced(TRAIN, "patience: 20", "patience: yes"),
        [f"{TRAIN}, line 4", "train.patience", "True", "a number is wanted"],
    ),
    "globals as a list": (
        written("conf/base/globals.yml", "- model: siger\n"),
        ["conf/base/globals.yml, line 1", "a list"],
    ),
    "no globals": (removed("conf/base/globals.yml"), ["globals.yml is missing or empty"]),
    "empty globals": (written("conf/base/globals.yml", ""), ["globals.yml is missing or empty"]),
    "a word for credentials": (
        written("conf/local/credentials.yml", "secret\n"),
        ["conf/local/credentials.yml, line 1", "'secret'"],
    ),
    "credentials as a list": (
        written("conf/local/credentials.yml", "- key\n"),
        ["conf/local/credentials.yml, line 1", "a list"],
    ),
    "two documents": (
        replaced(TRAIN, "train:", "a: 1\n---\ntrain:"),
        [f"{TRAIN}, line 2", "second document", "---"],
    ),
    "a path for the data set's name": (
        replaced("conf/base/globals.yml", "dataset: sample", "dataset: ../sample"),
        ["'dataset' = '../sample'", "`dataset` of globals.yml"],
    ),
    "a pattern for the data set's name": (
        replaced("conf/base/globals.yml", "dataset: sample", 'dataset: "shop[1]"'),
        ["'dataset' = 'shop[1]'", "`dataset` of globals.yml"],
    ),
    "a data set's name with overrides": (
        replaced("conf/base/globals.yml", "dataset: sample", "dataset: sample+split.seed=3"),
        ["'dataset' = 'sample+split.seed=3'", "`dataset` of globals.yml"],
    ),
    "a number for a key of globals": (
        written("conf/local/globals.yml", "a: 2\n1: 3\n"),
        ["conf/local/globals.yml, line 2: the key 1 is no text for YAML", "quotation marks"],
    ),
    "null for a key": (
        written("conf/local/parameters.yml", "null: 3\n"),
        ["conf/local/parameters.yml, line 1: the key null is no text"],
    ),
    "null for a model's own training setting": (
        written("conf/local/parameters.yml", "siger:\n  train:\n    seed: null\n"),
        ["conf/local/parameters.yml, line 3", "'siger.train.seed' = None", "a value is wanted"],
    ),
    "misspelt key": (
        replaced(TRAIN, "patience", "patiense"),
        [f"{TRAIN}, line 4", "train.patiense", "did you mean 'patience'"],
    ),
    "key of a block": (
        replaced("conf/base/parameters_ingest.yml", "  k_core", "  reviews: a.gz\n  k_core"),
        ["parameters_ingest.yml, line 6", "ingest.reviews", "did you mean 'amazon.reviews'"],
    ),
}


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.parametrize("command", ["run", "status"])
def test_a_slip_is_told_with_file_and_line(project: Path, command: str, name: str) -> None:
    slip, words = SLIPS[name]
    slip(project)
    told = sentence(command)
    for word in words:
        assert word in told, told


def test_a_slip_of_the_environment_asked_for(project: Path) -> None:
    replaced("conf/baby/globals.yml", "dataset: baby", "dataset: baby\ndataset: sports")(project)
    for command in ("run", "status", "compare"):
        told = sentence(command, "--env", "baby")
        assert "conf/baby/globals.yml, line 2: key 'dataset' stands here for the second" in told


def test_a_broken_environment_that_is_not_used_does_not_matter(project: Path) -> None:
    written("conf/baby/parameters.yml", "a: [b\n")(project)
    assert CliRunner().invoke(cli, ["status"]).exit_code == 0
    assert "conf/baby/parameters.yml, line 1" in sentence("status", "--env", "baby")


@pytest.mark.parametrize("text", ["1e-4", "1.0e-04", "1E-4", ".0001"])
def test_numbers_with_an_exponent(project: Path, text: str) -> None:
    replaced(TRAIN, "learning_rate: 0.001", f"learning_rate: {text}")(project)
    with KedroSession.create(project) as session:
        assert session.load_context().catalog.load("params:train.learning_rate") == 1e-4


@pytest.mark.parametrize(
    "harmless",
    [
        written(TRAIN, b"\xef\xbb\xbf" + (ROOT / TRAIN).read_bytes()),
        written(TRAIN, (ROOT / TRAIN).read_bytes().replace(b"\n", b"\r\n")),
        lambda project: (project / "conf/base/parameters_x.yml").mkdir(),
        copied("conf/base/catalog_ingest.yml", "catalog_ingest.yml.orig"),
        copied("conf/base/catalog_ingest.yml", ".catalog_ingest.yml.swp"),
        removed("conf/local"),
    ],
    ids=["BOM", "CRLF", "folder", "orig", "hidden", "no local"],
)
def test_what_does_no_harm(project: Path, harmless: Callable[[Path], None]) -> None:
    harmless(project)
    done = CliRunner().invoke(cli, ["status"])
    assert done.exit_code == 0, done.output


def test_a_file_without_permission_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fsspec.implementations.local import LocalFileOpener

    own = LocalFileOpener.__init__

    def refused(opener: LocalFileOpener, path: str, *rest: object, **options: object) -> None:
        if str(path).endswith("parameters_train.yml"):
            raise PermissionError(13, "Permission denied", path)
        own(opener, path, *rest, **options)

    monkeypatch.setattr(LocalFileOpener, "__init__", refused)
    assert f"{TRAIN} cannot be read (Permission denied)" in sentence("status")


def warnings_of(caplog: pytest.LogCaptureFixture, *arguments: str) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.WARNING, "siger_pipeline"):
        CliRunner().invoke(cli, arguments)
    return [record.getMessage() for record in caplog.records if "conf/" in record.getMessage()]


def test_conf_local_beside_env_is_told(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    (project / "conf/local/.gitkeep").touch()
    assert warnings_of(caplog, "status", "--env", "baby") == []
    written("conf/local/parameters.yml", "train: {seed: 1}\n")(project)
    written("conf/local/credentials.yml", "mine: {key: x}\n")(project)
    (told,) = warnings_of(caplog, "status", "--env", "baby")
    assert told.startswith("conf/local/credentials.yml, conf/local/parameters.yml: not read")
    assert "--env baby" in told
    assert "conf/baby" in told
    assert warnings_of(caplog, "status") == []
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setenv("KEDRO_ENV", "baby")
        assert warnings_of(caplog, "status") == [told]


@pytest.mark.parametrize("name", ["globals.yaml", "paramters.yml", "parameters.yml.txt"])
def test_a_file_that_no_one_reads_is_told(
    project: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    written(f"conf/baby/{name}", "train: {seed: 1}\n")(project)
    (told,) = warnings_of(caplog, "status", "--env", "baby")
    assert told.startswith(f"conf/baby/{name}: not read")


def test_a_link_to_nothing_is_told(project: Path, caplog: pytest.LogCaptureFixture) -> None:
    (project / "conf/local/parameters.yml").symlink_to("elsewhere.yml")
    (told,) = warnings_of(caplog, "status")
    assert told == "conf/local/parameters.yml: not read, since it is a link to nothing"


@pytest.mark.parametrize("env", ["..", "../conf/baby", "conf/baby", "/tmp", "baby/"])
def test_an_environment_is_a_name_and_no_path(project: Path, env: str) -> None:
    assert sentence("status", "--env", env).startswith(f"--env {env}: an environment is the name")


def test_a_misspelt_global_of_an_environment_is_told(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    replaced("conf/baby/globals.yml", "dataset: baby", "dataset: baby\nmodle: lightgcn")(project)
    (told,) = warnings_of(caplog, "status", "--env", "baby")
    assert told.startswith("conf/baby/globals.yml, line 2")
    assert "did you mean 'model'" in told


def test_a_global_that_was_a_raw_files_name_is_named_with_its_parameter(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    replaced("conf/base/globals.yml", "model: siger", "model: siger\nreviews: mine.gz")(project)
    (message,) = warnings_of(caplog, "status")
    assert re.match(r"conf/base/globals.yml, line \d: nothing reads the global 'reviews'", message)
    assert message.endswith("did you mean 'ingest.amazon.reviews'?")


def test_kedros_own_commands_say_it_too(tmp_path: Path) -> None:
    project: Project = copy_to(tmp_path)
    written(TRAIN, SETTINGS.replace("  seed", "\tseed"))(project.path)
    for command in (["registry", "list"], ["catalog", "describe-datasets"], ["run"], ["compare"]):
        done = project.kedro(*command)
        assert done.returncode == 1, command
        assert "Traceback" not in done.stderr, (command, done.stderr)
        assert f"Error: {TRAIN}, line 2: a tab" in done.stderr, (command, done.stderr)
