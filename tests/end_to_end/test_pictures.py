"""Pictures from the addresses in the sample's metadata, through the command line.

One process runs all commands, since most of a run's seconds are imports.
"""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import Project, copy_to
from fetching.web import Server, in_turn, page, serving

PUBLISHED = "https://pictures.example.org"
METADATA = "data/01_raw/sample/metadata.json.gz"
PICTURES = "data/01_raw/sample/images"
SCOPE = "sample+pictures.source=addresses"
EXTRACT = "features.sample-pictures-source-addresses.image"
NODE = "pictures.sample-pictures-source-addresses.fetch_pictures"
RUN_EACH = """
import sys
from kedro.framework.cli.cli import main
for command in sys.argv[1:]:
    sys.argv = ["kedro", "run", *command.split()]
    try:
        main()
    except SystemExit as end:
        print(f"<{end.code}>", file=sys.stderr)
"""


@dataclass(frozen=True)
class Ran:
    """What the commands said and left, and what the server was asked for."""

    project: Project
    server: Server
    gone: set[str]  # addresses that lead nowhere, without their host
    logs: list[tuple[str, int]]

    def newest(self, name: str) -> Path:
        return self.project.newest(name)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    project = copy_to(tmp_path_factory.mktemp("pictures"))
    with serving() as server:
        path = project.path / METADATA
        text = gzip.decompress(path.read_bytes()).decode()
        path.write_bytes(gzip.compress(text.replace(PUBLISHED, server.url("")).encode()))
        files = sorted((project.path / PICTURES).iterdir())
        for file in files:  # nobody serves them at first
            server.pages[f"/{file.name}"] = in_turn(page(404), page(200, file.read_bytes()))
        for file in files[:8]:
            server.pages[f"/{file.name}"] = page(410)
            file.unlink()
        known = addresses_in(text)
        for file in files[8:]:
            if not known.get(file.stem):  # it has a picture, and no address of one
                file.unlink()
        ports = f"pictures.allow_private=true,pictures.ports=[{server.port}]"
        addresses = f"--params model=content_knn,pictures.source=addresses,{ports}"
        commands = [
            f"--pipelines pictures {addresses}",
            f"--to-nodes {EXTRACT} {addresses}",
            "--to-nodes features.image --params model=content_knn",
            f"--to-nodes {EXTRACT} {addresses}",
            f"--nodes {NODE} {addresses} --force",
        ]
        done = subprocess.run(
            [sys.executable, "-c", RUN_EACH, *commands],
            cwd=project.path,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
        parts = re.split(r"<(\d+|None)>\n", done.stderr)
        logs = [(log, int(code) if code != "None" else 0) for log, code in _pairs(parts)]
        yield Ran(project, server, {f"/{file.name}" for file in files[:8]}, logs)


def addresses_in(metadata: str) -> dict[str, str]:
    """Item -> the address in its first record; empty without one."""
    found: dict[str, str] = {}
    for record in map(json.loads, metadata.splitlines()):
        found.setdefault(record["asin"], (record.get("imageURLHighRes") or [""])[0])
    return found


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    yield from zip(parts[::2], parts[1::2], strict=False)


def table(ran: Ran) -> pd.DataFrame:
    return pd.read_parquet(ran.newest(f"02_intermediate/{SCOPE}/pictures.parquet"))


def test_where_no_picture_can_be_fetched_the_run_ends_in_a_sentence(ran: Ran) -> None:
    log, code = ran.logs[0]
    (sentence,) = re.findall("^Error: (.*)$", log, re.MULTILINE)
    assert code == 1 and "Traceback" not in log
    assert "pictures (100.00%) cannot be fetched" in sentence
    assert "127.0.0.1: 404 Not Found (" in sentence and "127.0.0.1: 410 Gone (" in sentence
    assert "max_failed_share" not in sentence  # which would not help


def test_the_table_says_what_became_of_each_item(ran: Ran) -> None:
    log, code = ran.logs[1]
    found = table(ran)
    failed = found[found["status"] == "failed"]
    assert code == 0
    assert {f"/{url.rpartition('/')[2]}" for url in failed["url"]} == ran.gone
    assert set(failed["reason"]) == {"410 Gone"}
    fetched = found[found["status"] == "fetched"]
    metadata = gzip.decompress((ran.project.path / METADATA).read_bytes()).decode()
    published = {item: url for item, url in addresses_in(metadata).items() if url}
    assert dict(zip(found["item"], found["url"], strict=True)).items() >= {
        (item, url) for item, url in published.items() if item in set(found["item"])
    }
    assert f"{len(fetched)} of {len(found)} items have a picture from its address" in log
    assert f"could not be fetched: 127.0.0.1: 410 Gone ({len(failed)})" in log
    index = ran.newest("03_primary/sample/item_index.parquet")
    assert found["item"].tolist() == pd.read_parquet(index)["item"].tolist()


def test_the_same_pictures_in_a_folder_give_the_same_features(ran: Ran) -> None:
    names = [f"04_feature/{folder}/image_features.npy" for folder in (SCOPE, "sample")]
    assert ran.newest(names[0]).read_bytes() == ran.newest(names[1]).read_bytes()
    missing = np.load(ran.newest(f"04_feature/{SCOPE}/image_missing.npy"))
    assert set(table(ran).loc[missing, "status"]) == {"failed", "no address"}


def test_a_second_run_asks_for_nothing_and_a_forced_one_for_what_failed(ran: Ran) -> None:
    assert "nodes are fresh: none had to run" in ran.logs[3][0] and ran.logs[3][1] == 0
    assert ran.logs[4][1] == 0
    times = {path: n for (_, path), n in ran.server.asked.items()}
    assert {path for path, n in times.items() if n == 3} == ran.gone
    assert {path for path, n in times.items() if n == 2} == set(times) - ran.gone
