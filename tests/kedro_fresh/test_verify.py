"""`verify` runs nodes twice and compares bytes: the proof of determinism by experiment."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kedro_fresh.difference import difference

FILES = {
    "pyproject.toml": """
[tool.kedro]
package_name = "tiny"
project_name = "tiny"
kedro_init_version = "1.7.0"
source_dir = "src"
""",
    "conf/base/catalog.yml": "\n".join(
        f"{name}: {{type: kedro_datasets.json.JSONDataset, filepath: data/{name}.json}}"
        for name in ("entropy", "name", "order", "time", "same", "seen")
    ),
    "conf/base/parameters.yml": "size: 3",
    "conf/local/.gitkeep": "",
    "src/tiny/__init__.py": "",
    "src/tiny/settings.py": "",
    "src/tiny/pipeline_registry.py": """
from kedro.pipeline import Node, Pipeline
from tiny.nodes import broken, make, see

MADE = ["entropy", "name", "order", "time", "same", "memory"]


def register_pipelines():
    nodes = [
        Node(make, "params:size", MADE, name="make"),
        Node(see, "same", "seen", name="see"),
        Node(see, "memory", "lost", name="forget"),
        Node(broken, "params:size", "nothing", name="broken"),
    ]
    return {"__default__": Pipeline(nodes)}
""",
    "src/tiny/nodes.py": """
import time
import uuid

import numpy as np


def make(size):
    entropy = np.random.default_rng().random(size).tolist()
    order = list({"tea", "milk", "sugar", "bread", "butter", "salt"})
    return entropy, str(uuid.uuid4()), order, time.time(), {"size": size}, [1]


def see(same):
    return same


def broken(size):
    raise ValueError("no luck")
""",
}
VERIFY = """
import sys
from pathlib import Path

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from kedro_fresh.verify import verify
from kedro_fresh.errors import FreshError

bootstrap_project(Path.cwd())
with KedroSession.create() as session:
    try:
        for found in verify(sys.argv[1:], session.load_context().catalog, {"env": None}):
            print(found.same, found.text)
    except FreshError as error:
        print("FreshError", error)
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def verified(project: Path, *nodes: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", VERIFY, *nodes],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wanted = ("True", "False", "None", "FreshError")
    return [line for line in done.stdout.splitlines() if line.startswith(wanted)]


def test_outputs_that_follow_from_no_seed_differ_and_are_shown(tiny: Path) -> None:
    begun, *lines = verified(tiny, "make")
    assert begun == "None make: runs twice, in two processes"
    found = {line.split()[1]: line.split()[0] for line in lines}
    unseeded = dict.fromkeys(("entropy", "name", "order", "time"), "False")
    assert found == unseeded | {"same": "True", "memory": "None"}
    # Which element of a set comes first depends on who compiled the module, too.
    assert any(re.search(r"order    differs: byte [\d,]+, line [2-8]: ", line) for line in lines)
    assert "None   memory   not compared: memory is not persisted by the catalog" in lines
    assert not (tiny / "data").exists()


def test_measured_outputs_may_differ(tiny: Path) -> None:
    catalog = tiny / "conf/base/catalog.yml"
    catalog.write_text(
        catalog.read_text().replace("time.json}", "time.json, metadata: {measured: true}}")
    )
    lines = verified(tiny, "make")
    (line,) = [line for line in lines if line.split()[1] == "time"]
    assert line.startswith("None   time ")
    assert line.endswith("; it is measured, so it may")


def test_what_cannot_be_verified_is_said_before_anything_runs(tiny: Path) -> None:
    told = "see reads same, which no run has made yet: run the pipeline first"
    assert verified(tiny, "make", "see") == [f"FreshError {told}"]
    (line,) = verified(tiny, "forget")
    assert line == "FreshError forget reads memory, which the catalog does not persist"


def test_a_node_that_fails_is_told_with_its_error(tiny: Path) -> None:
    *_, line = verified(tiny, "broken")
    assert line.startswith("FreshError broken failed in the run with PYTHONHASHSEED=1: ")
    assert "no luck" in line


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("same", "same", ""),
        ("one\ntwo\n", "one\ntwo!\n", "byte 7 (8 and 9 bytes), line 2: 'two' and 'two!'"),
        ("one", "onetwo", "byte 3 (3 and 6 bytes), line 1: 'one' and 'onetwo'"),
        (
            "x" * 100 + "a" + "y" * 100,
            "x" * 100 + "b" + "y" * 100,
            "byte 100, line 1: '" + "x" * 15,
        ),
        ("\0a", "\0b", "byte 1"),
        ("z" * (1 << 20) + "\0a", "z" * (1 << 20) + "\0b", "byte 1,048,577"),
        ("日本語", "日本誤", "byte 8, line 1: '"),
    ],
)
def test_the_first_difference_is_shown(tmp_path: Path, one: str, other: str, told: str) -> None:
    for folder, text in (("one", one), ("other", other)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").write_text(text)
    found = difference(tmp_path / "one", tmp_path / "other")
    assert found.startswith(f"differs: {told}" if told else "")
    assert bool(found) == bool(told)


def test_folders_are_compared_file_by_file(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        (tmp_path / folder / "below").mkdir(parents=True)
        (tmp_path / folder / "a").write_text("a")
        (tmp_path / folder / "below" / "b").write_text(folder)
    told = "differs: below/b, byte 1 (3 and 5 bytes)"
    assert difference(tmp_path / "one", tmp_path / "other").startswith(told)
    (tmp_path / "one" / "c").write_text("c")
    told = "differs: c was written in one run only"
    assert difference(tmp_path / "one", tmp_path / "other") == told
    assert difference(tmp_path / "none", tmp_path / "nothing") == "differs: it was not written"
