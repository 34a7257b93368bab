"""`docs/data.md` says what the code does: files, environments, sources, extractors, columns."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from end_to_end.project import ROOT
from plugin.package import PARTS, SOURCE
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import load_source
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.plugins import EXTRACTORS, SOURCES, own_names

TEXT = (ROOT / "docs" / "data.md").read_text()
FENCE = re.compile(r"`([\w/]+\.py)`\n\n```python\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
CONFIGS = {
    **{f"ingest.{name}": load_source(name).config for name in own_names(SOURCES)},
    **{f"features.{name}": load_extractor(name).config for name in own_names(EXTRACTORS)},
}


def parameters_of(folder: Path) -> dict[str, dict[str, object]]:
    """The blocks of all parameters*.yml of an environment."""
    files = sorted(folder.glob("parameters*.yml"))
    return {key: block for file in files for key, block in yaml.safe_load(file.read_text()).items()}


def test_the_shown_files_are_those_that_the_tests_run() -> None:
    shown = dict(FENCE.findall(TEXT))
    assert set(shown) == {"pairs.py", "letters.py"}
    for file, text in shown.items():
        assert text == (SOURCE / file).read_text(), file
    for group in ("siger_pipeline.data.sources", "siger_pipeline.features.extractors"):
        for name, module in PARTS[group].items():
            assert f'[project.entry-points."{group}"]\n{name} = "{module}"\n' in TEXT


@pytest.mark.parametrize("block", CONFIGS)
def test_the_parameters_are_those_of_the_configuration(block: str) -> None:
    config: type[BaseModel] = CONFIGS[block]
    assert f"\n### {block.partition('.')[2]}\n" in TEXT
    _, _, table = TEXT.partition(f"| `{block}.` | default | |\n")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", table.partition("\n\n")[0], re.MULTILINE)
    shown = {
        name: value if "{dat" in value or "{mod" in value else yaml.safe_load(value)
        for name, value in rows
    }
    assert shown == config().model_dump()


def test_the_environments_are_those_of_conf() -> None:
    table = TEXT.partition("| `--env` |")[2].partition("\n\n")[0]
    base = parameters_of(ROOT / "conf" / "base")
    shown = set()
    for names, files, source, modalities in ROW.findall(table.partition("|---|---|---|---|\n")[2]):
        for name in re.findall(r"`(\w+)`", names) or ["base"]:
            shown.add(name)
            folder = ROOT / "conf" / name
            raw = yaml.safe_load((folder / "globals.yml").read_text())["raw"]
            below = files.strip("`").replace("<env>", name).rstrip("/")
            assert raw.removeprefix("${data_root:}/") in below, name
            own = parameters_of(folder)
            assert source == {**base["ingest"], **own.get("ingest", {})}["source"]
            both = {
                **base["features"]["modalities"],
                **own.get("features", {}).get("modalities", {}),
            }
            chosen = [f"{modality}: {by}" for modality, by in both.items() if by]
            assert modalities.startswith(", ".join(chosen) or "none"), name
    folders = {path.parent.name for path in (ROOT / "conf").glob("*/globals.yml")}
    assert shown == folders


def test_the_columns_are_those_of_the_layout() -> None:
    interactions = ", ".join(name for name in INTERACTION_TYPES if name != Columns.LINE_NUMBER)
    assert f"| `interactions` | {interactions} |" in TEXT
    assert f"| `items` | {', '.join(ITEM_TYPES)} |" in TEXT


def test_its_lines_are_at_most_100_wide() -> None:
    prose = [line for line in TEXT.splitlines() if not line.startswith("|")]
    assert [line for line in prose if len(line) > 100] == []
