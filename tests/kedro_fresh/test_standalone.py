"""The package installed by itself, in a Kedro project that knows nothing of it.

Commands are forks of a process that has Kedro already (`end_to_end.warm`), but for the first.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from compileall import compile_dir
from pathlib import Path

import pytest

from end_to_end import warm

ROOT = Path(__file__).parents[2]
# Run by Python at its start: this repository is not there, as in somebody else's environment.
ALONE = """
import os
import sys

sys.path[:] = [path for path in sys.path if not os.path.isdir(os.path.join(path, "siger_pipeline"))]


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "siger_pipeline":
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Absent())
"""
KIND = "kedro_datasets.json.JSONDataset"
PROJECT = {
    "pyproject.toml": """
[tool.kedro]
package_name = "bakery"
project_name = "bakery"
kedro_init_version = "1.7.0"
source_dir = "src"
""",
    "conf/base/catalog.yml": f"""
flour: {{type: {KIND}, filepath: data/flour.json}}
dough: {{type: {KIND}, filepath: data/dough.json}}
bread: {{type: {KIND}, filepath: data/bread.json, versioned: true}}
""",
    "conf/base/parameters.yml": "minutes: 30\n",
    "conf/local/.gitkeep": "",
    "data/flour.json": "[1, 2]",
    "src/bakery/__init__.py": "",
    "src/bakery/settings.py": """
from contextlib import suppress

with suppress(ModuleNotFoundError):
    import siger_pipeline

    raise SystemExit(f"{siger_pipeline} is there")
""",
    "src/bakery/pipeline_registry.py": """
from kedro.pipeline import Node, Pipeline

from bakery.nodes import bake, mix


def register_pipelines():
    mixing = Node(mix, "flour", "dough", name="mix", namespace="mixing")
    baking = Node(bake, ["dough", "params:minutes"], "bread", name="bake", namespace="baking")
    return {"__default__": Pipeline([mixing, baking]), "mixing": Pipeline([mixing])}
""",
    "src/bakery/nodes.py": """
def mix(flour):
    return {"dough": sum(flour)}


def bake(dough, minutes):
    from bakery.oven import heat

    return {**dough, "heat": heat(minutes)}
""",
    "src/bakery/oven.py": "def heat(minutes):\n    return 10 * minutes\n",
}
RUN = ("run", "--runner", "kedro_fresh.FreshRunner")


class Bakery:
    """A project, and the environment in which only kedro_fresh is installed beside Kedro."""

    def __init__(self, folder: Path, packages: Path) -> None:
        self.path = folder / "bakery"
        for name, text in PROJECT.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.environment = {**os.environ, "PYTHONPATH": str(packages), "COLUMNS": "200"}
        self.environment |= {"DO_NOT_TRACK": "1", "PYTHONDONTWRITEBYTECODE": "1"}

    def kedro(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return warm.kedro(arguments, self.path, self.environment, timeout=600)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """An interpreter of its own."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.path / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed, and what an installation notes: the entry points of `pyproject.toml`."""
    made = tmp_path_factory.mktemp("packages")
    leave_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "kedro_fresh", made / "kedro_fresh", ignore=leave_out)
    assert compile_dir(made / "kedro_fresh", quiet=1)  # once, as an installer does
    (made / "sitecustomize.py").write_text(ALONE)
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    lines: list[str] = []
    for group, entries in tables.items():
        own = [f"{key} = {value}" for key, value in entries.items() if "kedro_fresh" in value]
        lines += [f"[{group}]", *own]
    folder = made / "kedro_fresh-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: kedro-fresh\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("\n".join(lines))
    return made


@pytest.fixture
def bakery(tmp_path: Path, packages: Path) -> Bakery:
    return Bakery(tmp_path, packages)


def succeeds(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done.stderr.partition("Error: ")[2]


def test_runs_and_status_of_a_project_that_only_installed_the_package(bakery: Bakery) -> None:
    status = succeeds(bakery.python("-m", "kedro", "fresh", "status"))
    assert "0 of 2 nodes are fresh." in status
    assert "2 nodes: 2 ran" in succeeds(bakery.kedro(*RUN))
    assert "All 2 nodes are fresh: none had to run" in succeeds(bakery.kedro(*RUN))
    assert "All 2 nodes are fresh" in succeeds(bakery.kedro("fresh", "status"))
    bakery.edit("src/bakery/oven.py", "10 *", "20 *")
    stale = succeeds(bakery.kedro("fresh", "status"))
    assert "code of bakery.oven changed" in stale
    assert "1 of 2 nodes are fresh." in stale
    told = r"bake: ran in \d+\.\d s \(code of bakery\.oven changed\)"
    assert re.search(told, succeeds(bakery.kedro(*RUN)))
    why = succeeds(bakery.kedro("fresh", "status", "--params", "minutes=45"))
    assert "minutes changed 30 → 45" in why
    assert "All 1 nodes" in succeeds(bakery.kedro("fresh", "status", "--namespaces", "mixing"))


def test_a_forced_run_by_the_runner_s_own_parameter(bakery: Bakery) -> None:
    succeeds(bakery.kedro(*RUN))
    assert "2 nodes: 2 ran" in succeeds(bakery.kedro(*RUN, "--runner-params", "force=true"))


def test_nodes_are_verified(bakery: Bakery) -> None:
    done = bakery.kedro("fresh", "verify", "baking.bake")
    assert "baking.bake reads dough, which no run has made yet" in sentence(done)
    assert done.returncode == 1
    succeeds(bakery.kedro(*RUN))
    assert "bread  same bytes" in succeeds(bakery.kedro("fresh", "verify", "baking.bake"))
    bakery.edit("src/bakery/nodes.py", '"heat": heat(minutes)', '"heat": __import__("time").time()')
    done = bakery.kedro("fresh", "verify", "baking.bake")
    assert done.returncode == 1
    assert "bread  differs: byte" in done.stdout


def test_what_crosses_stages_unpersisted_is_found(bakery: Bakery) -> None:
    told = "1 datasets go from one stage to another; the catalog persists all of them."
    assert told in succeeds(bakery.kedro("fresh", "check"))
    assert "There is one stage (mixing)" in succeeds(
        bakery.kedro("fresh", "check", "--pipelines", "mixing")
    )
    bakery.edit("conf/base/catalog.yml", f"dough: {{type: {KIND}, filepath: data/dough.json}}", "")
    done = bakery.kedro("fresh", "check")
    assert done.returncode == 1
    assert "dough: mixing → baking: not persisted by the catalog" in done.stdout


def test_old_versions_are_pruned_by_a_rule_that_is_said_first(bakery: Bakery) -> None:
    for minutes in (10, 20, 30):
        succeeds(bakery.kedro(*RUN, "--params", f"minutes={minutes}"))
    versions = bakery.path / "data" / "bread.json"
    told = "  bread  2 of 3 versions, 0.0 MiB"
    dry = succeeds(bakery.kedro("fresh", "prune", "--keep", "1", "--dry-run"))
    rule, shown, total = (dry.find(text) for text in ("Of each versioned", told, "To be removed: "))
    assert 0 < rule < shown < total
    assert "1 of 3 versions" in succeeds(
        bakery.kedro("fresh", "prune", "--keep", "1", "--dry-run", "--params", "minutes=10")
    )
    asked = bakery.kedro("fresh", "prune", "--keep", "1")  # nobody answers
    assert asked.returncode == 1
    assert "Remove 2 versions of 1 datasets, 0.0 MiB? [y/N]" in asked.stdout
    assert len(list(versions.iterdir())) == 3
    done = succeeds(bakery.kedro("fresh", "prune", "--keep", "1", "--yes"))
    assert "Removed: 2 versions of 1 datasets, 0.0 MiB." in done
    assert len(list(versions.iterdir())) == 1


def test_errors_that_the_user_can_mend_are_sentences(bakery: Bakery) -> None:
    succeeds(bakery.kedro(*RUN))
    (newest,) = (bakery.path / "data" / "bread.json").iterdir()
    newest.rename(newest.with_name("9999-01-01T00.00.00.000Z"))
    bakery.edit("src/bakery/oven.py", "10 *", "20 *")
    done = bakery.kedro(*RUN)
    assert done.returncode == 1
    assert sentence(done).startswith("bread has a version of 9999-01-01T00.00.00.000Z")
    done = bakery.kedro("fresh", "status", "--pipelines", "zzz")
    assert sentence(done) == "no pipeline 'zzz'; there are: __default__, mixing\n"
    assert done.returncode == 2
    assert "zzz" in sentence(bakery.kedro("fresh", "status", "--nodes", "zzz"))
    (bakery.path / "src/bakery/oven.py").write_text("def heat(:\n")
    done = bakery.kedro("fresh", "status")
    assert sentence(done).strip().endswith("oven.py, line 1: invalid syntax")


def test_the_package_itself_imports_neither_kedro_nor_libraries(bakery: Bakery) -> None:
    code = "import sys, kedro_fresh, kedro_fresh.loaded; print(*sys.modules)"
    loaded = bakery.python("-c", code).stdout.split()
    tops = {name.partition(".")[0] for name in loaded}
    assert "kedro_fresh" in tops
    assert not tops & {"kedro", "click", "pydantic", "filelock", "siger_pipeline"}
