"""The notebooks run from top to bottom on what `make run` leaves, and show what they say."""

import re
from pathlib import Path
from typing import Any

import pytest

from end_to_end.project import ROOT, Project

nbclient = pytest.importorskip(
    "nbclient", reason="nbclient is not installed: pip install -e .[dev]"
)
nbformat = pytest.importorskip("nbformat")

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
GRAPHS = ["graphs/cooccurrence-k5", "graphs/knn-text-k10", "graphs/knn-image-k10"]
TABLE = "text/html"
PLOT = "application/vnd.plotly.v1+json"

Shown = dict[str, dict[str, Any]]  # cell id -> kind of output -> what is shown


def execute(notebook: Path, project: Project) -> Shown:
    """Run a notebook where it would lie in the project; a cell that fails ends the test."""
    folder = project.path / "notebooks"
    folder.mkdir(exist_ok=True)
    document = nbformat.read(notebook, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(document, timeout=300, resources=resources).execute()
    return {
        cell.id: {
            kind: shown for output in cell.outputs for kind, shown in output.get("data", {}).items()
        }
        for cell in document.cells
        if cell.cell_type == "code"
    }


@pytest.fixture(scope="module")
def executed(sample_results: Project) -> dict[str, Shown]:
    """What every notebook shows, by its name."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("KEDRO_ENV", raising=False)
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        return {notebook.stem: execute(notebook, sample_results) for notebook in NOTEBOOKS}


@pytest.fixture(scope="module")
def results(executed: dict[str, Shown]) -> Shown:
    return executed["results"]


def cells_of(table: str) -> list[str]:
    return re.findall(r"<td>(.+?)</td>", table)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: str(path.stem))
def test_notebooks_are_stored_without_outputs(notebook: Path) -> None:
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if "outputs" in cell]
    assert cells
    for cell in cells:
        assert (cell.outputs, cell.execution_count) == ([], None), cell.id


def test_every_notebook_runs(executed: dict[str, Shown]) -> None:
    assert set(executed) == {path.stem for path in NOTEBOOKS}


def test_metrics_stand_side_by_side_beside_the_floors(
    results: Shown, sample_results: Project
) -> None:
    table = results["metrics"][TABLE]
    for row in ("siger", "lightgcn", "popularity (floor)", "random (floor)"):
        assert f"<th>{row}</th>" in table
    for model in ("siger", "lightgcn"):
        assert f"{sample_results.metrics(model)['test']['recall@20']:.6f}" in cells_of(table)


def test_learning_curves_are_drawn(results: Shown) -> None:
    assert results["learning-curves"][PLOT]["data"]
    lines = results["comparison"][PLOT]["data"]
    assert {line["name"] for line in lines} == {"siger", "lightgcn"}


def test_a_user_has_a_history_and_ten_titles_of_each_model(results: Shown) -> None:
    assert {"train", "test"} <= set(cells_of(results["history"][TABLE]))
    table = results["recommendations"][TABLE]
    assert "<th>siger</th>" in table
    assert "<th>lightgcn</th>" in table
    assert len(cells_of(table)) == 20


def test_an_item_has_five_neighbours_in_each_graph(results: Shown) -> None:
    table = results["neighbours"][TABLE]
    for graph in GRAPHS:
        assert f"<th>{graph}</th>" in table
    assert len(cells_of(table)) == 5 * len(GRAPHS)
    (item,) = re.findall(r"<th>like (.+?)</th>", table)
    assert item not in cells_of(table)
