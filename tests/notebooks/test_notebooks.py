"""The notebooks run from top to bottom in a clone, and show what they say.

In the copy of the project in which they run, trainings have a few epochs (`conf/local`).
"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import ROOT, Project

nbclient = pytest.importorskip(
    "nbclient", reason="nbclient is not installed: pip install -e .[dev]"
)
nbformat = pytest.importorskip("nbformat")

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
DATA, TRAINING, OWN_DATA, OWN_MODEL = (path.stem for path in NOTEBOOKS)
MOST_CELLS = 12
MOST_LINES = 30  # of the classes of a model of one's own, imports aside
PATH = re.compile(r"(?<![\w.}\])])/(?:home|root|tmp|Users|work|mnt|opt)\b|https?://localhost")
TABLE, TEXT = "text/html", "stream"
PLOT = "application/vnd.plotly.v1+json"

Shown = dict[str, dict[str, Any]]  # cell id -> kind of output -> what is shown


def execute(notebook: Path, folder: Path) -> Shown:
    """Run a notebook where it would lie in the project; a cell that fails ends the test."""
    document = nbformat.read(notebook, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(document, timeout=300, resources=resources).execute()
    return {cell.id: shown_by(cell) for cell in document.cells if cell.cell_type == "code"}


def shown_by(cell: Any) -> dict[str, Any]:
    """What a cell shows by kind; all that it prints is one text."""
    text = "".join(output.text for output in cell.outputs if output.output_type == TEXT)
    data = [output.get("data", {}) for output in cell.outputs]
    return {TEXT: text} | {kind: shown for each in data for kind, shown in each.items()}


@pytest.fixture(scope="module")
def project(sample_results: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which SIGER and LightGCN were run, with the notebooks and the tests."""
    copy = Project(tmp_path_factory.mktemp("project") / "copy")
    shutil.copytree(sample_results.path, copy.path)
    for name in ("notebooks", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, copy.path / name, ignore=ignored)
    return copy


@pytest.fixture(scope="module")
def executed(project: Project) -> dict[str, Shown]:
    """What every notebook shows, by its name."""
    folder = project.path / "notebooks"
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("KEDRO_ENV", "SIGER_DATA", "PYTEST_ADDOPTS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        return {notebook.stem: execute(notebook, folder) for notebook in NOTEBOOKS}


def sources(notebook: Path, kind: str) -> dict[str, str]:
    """The text of each cell of a kind, by its id."""
    cells = nbformat.read(notebook, as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == kind}


def cells_of(table: str) -> list[str]:
    return re.findall(r"<td>(.+?)</td>", table)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_notebooks_are_short_and_stored_without_outputs(notebook: Path) -> None:
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if "outputs" in cell]
    assert 0 < len(cells) <= MOST_CELLS
    for cell in cells:
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id
    assert PATH.search(notebook.read_text()) is None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_their_links_lead_to_files(notebook: Path) -> None:
    for text in sources(notebook, "markdown").values():
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert "://" in link or (FOLDER / link).exists(), link


def test_a_command_that_fails_fails_its_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    from command import run

    run("platform")
    assert capsys.readouterr().out.strip()
    with pytest.raises(subprocess.CalledProcessError):
        run(f"json.tool {tmp_path / 'missing'}")
    assert "No such file" in capsys.readouterr().out


def test_the_graphs_are_drawn_and_counted(executed: dict[str, Shown], project: Project) -> None:
    shown = executed[DATA]
    assert "nodes are fresh" in shown["stages"][TEXT]
    assert len(shown["matrices"][PLOT]["data"]) == 3
    assert {dots["xaxis"] for dots in shown["content-maps"][PLOT]["data"]} == {"x", "x2"}
    bars = {bar["name"] for bar in shown["coverage"][PLOT]["data"]}
    assert bars == {"similar text", "similar picture"}
    splits = pd.read_parquet(project.newest("03_primary/sample/splits.parquet"))
    counts = splits[splits["split"] == "train"].value_counts("item_id").to_numpy()
    half = np.searchsorted(counts.cumsum() / counts.sum(), 0.5) + 1
    assert f"{half} of {len(counts)} items" in shown["long-tail"][PLOT]["layout"]["title"]["text"]


def test_an_item_has_five_neighbours_in_each_graph(executed: dict[str, Shown]) -> None:
    table = executed[DATA]["neighbours"][TABLE]
    cards = cells_of(table)
    assert len(cards) == 5 * 3
    assert sum('<img src="data:image/jpeg;base64,' in card for card in cards) > 10
    (item,) = re.findall(r"<th>like (.+?)</th>", table)
    assert item not in cards


def test_metrics_stand_side_by_side_beside_the_floors(
    executed: dict[str, Shown], project: Project
) -> None:
    table = executed[TRAINING]["metrics"][TABLE]
    for row in ("siger", "lightgcn", "popularity (floor)", "random (floor)"):
        assert f"<th>{row}</th>" in table
    for model in ("siger", "lightgcn"):
        assert f"{project.metrics(model)['test']['recall@20']:.6f}" in cells_of(table)


def test_learning_curves_are_drawn(executed: dict[str, Shown]) -> None:
    assert executed[TRAINING]["learning-curves"][PLOT]["data"]
    lines = executed[TRAINING]["comparison"][PLOT]["data"]
    assert {line["name"] for line in lines} == {"siger", "lightgcn"}


def test_differences_are_those_of_the_users_metrics(
    executed: dict[str, Shown], project: Project
) -> None:
    of_users = {}
    for model in ("siger", "lightgcn"):
        path = project.newest(f"08_reporting/sample/{model}/user_metrics.parquet")
        rows = pd.read_parquet(path)
        of_users[model] = rows[rows["split"] == "test"].set_index("user")["recall@20"]
    difference = of_users["siger"] - of_users["lightgcn"]
    row = executed[TRAINING]["tests"][TABLE].partition("<td>recall@20</td>")[2]
    assert float(cells_of(row)[2]) == pytest.approx(difference.mean(), abs=6e-5)
    shares = executed[TRAINING]["users"][PLOT]["data"]
    users = {bar["name"]: len(bar["x"]) for bar in shares}
    assert users["siger"] == (difference > 0).sum()
    assert users["equal"] == (difference == 0).sum()
    assert executed[TRAINING]["intervals"][PLOT]["data"][0]["error_x"]["arrayminus"]


def test_the_study_has_a_row_for_each_variant(executed: dict[str, Shown], project: Project) -> None:
    table = executed[TRAINING]["study"][TABLE]
    assert re.findall(r"<th>(SIGER|−\w+\*?)</th>", table) == [
        *("SIGER", "−EISG", "−MP", "−MP*", "−DA", "−DA*")
    ]
    without = project.metrics("siger+lambda_alignment=0")["test"]["recall@20"]
    assert f"{without:.6f}" in cells_of(table)


def test_a_user_has_a_history_and_ten_titles_of_each_model(executed: dict[str, Shown]) -> None:
    rows = re.findall(r"<tr>(.+?)</tr>", executed[TRAINING]["recommendations"][TABLE], re.DOTALL)
    columns = [re.findall(r"<td>(.*?)</td>", row) for row in rows]
    had, *lists = ([title for title in column if title] for column in zip(*columns, strict=False))
    assert had
    for titles in lists:
        assert len(titles) == 10
        assert not set(titles) & set(had)
    assert any(title.startswith("✓ ") for titles in lists for title in titles)


def test_a_shop_of_ones_own_gets_recommendations(
    executed: dict[str, Shown], project: Project
) -> None:
    shown = executed[OWN_DATA]
    assert project.metrics("siger", "teahouse")["test"]["recall@20"] > 0
    assert "<th>popularity</th>" in shown["metrics"][TABLE]
    rows = cells_of(shown["recommendations"][TABLE])
    assert len(rows) == 10 * 3
    assert all(title.endswith(f"{family} tea") for _, title, family in batches_of_three(rows))
    features = np.load(project.newest("04_feature/teahouse/flavour_features.npy"))
    assert features.shape == (48, 8)
    assert {bar["name"] for bar in shown["taste"][PLOT]["data"]} == {"ordered", "recommended"}
    assert "did you mean 'matrix'?" in shown["mistake"][TEXT]
    assert not (project.path / "conf" / "teahouse").exists()


def batches_of_three(values: list[str]) -> list[tuple[str, str, str]]:
    return list(zip(values[::3], values[1::3], values[2::3], strict=True))


def test_a_model_of_ones_own_runs_beside_the_others(
    executed: dict[str, Shown], project: Project
) -> None:
    shown = executed[OWN_MODEL]
    metrics = project.metrics("lightfm")["test"]
    assert re.search(rf"lightfm +[\d.]+ +{metrics['recall@20']:.4f}", shown["ablation"][TEXT])
    assert "lightfm+features.modalities.image=null" in shown["ablation"][TEXT]
    lines = shown["curves"][PLOT]["data"]
    assert {line["name"] for line in lines} == {"lightfm", "lightgcn"}


def test_a_model_of_ones_own_passes_the_contract_tests(executed: dict[str, Shown]) -> None:
    text = executed[OWN_MODEL]["contracts"][TEXT]
    (passed,) = re.findall(r"(\d+) passed", text)
    assert int(passed) > 20
    assert "failed" not in text


def test_a_model_of_ones_own_takes_thirty_lines() -> None:
    code = sources(FOLDER / f"{OWN_MODEL}.ipynb", "code")
    classes = "".join(code[name].partition("\nclass ")[2] for name in ("config", "model"))
    assert len([line for line in classes.splitlines() if line.strip()]) <= MOST_LINES
