"""What a run says at its end."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from siger_pipeline.shell.results import closing_lines

KIND = "siger_pipeline.datasets.json.JsonDataset"
VERSION = "2026-11-01T10.00.00.000Z"


def figures(recall: float) -> dict[str, dict[str, float]]:
    test = {"recall@10": recall / 2, "recall@20": recall, "ndcg@20": recall / 4}
    return {"test": test, "validation": {name: value + 0.01 for name, value in test.items()}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    trial("siger", 0.2)
    trial("lightgcn", 0.3)
    write("floors.json", {"popularity": figures(0.1), "random": figures(0.01)})
    write("siger/report.html", "page")
    return tmp_path


def trial(name: str, recall: float, data: str = "a", mask: str = "train") -> None:
    write(f"{name}/metrics.json", figures(recall))
    parameters = {"evaluate": {"mask": mask}}
    origin = {"data": {"fingerprint": data}, "floors": "shop", "parameters": parameters}
    write(f"{name}/provenance.json", origin)


def write(name: str, document: Any, version: str = VERSION) -> None:
    path = Path("data/shop", name, version, Path(name).name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


def lines(*outputs: str) -> list[tuple[int, str]]:
    names = {"siger/metrics": "siger/metrics.json", "floors": "floors.json"}
    names |= {"siger/report_page": "siger/report.html", "knn_text": "graphs/knn_text.json"}
    names |= {"knn_image": "graphs/knn_image.json", "lightgcn/metrics": "lightgcn/metrics.json"}
    names |= {"siger/calibrated/itemknn": "siger/calibrated/itemknn.json"}
    names |= {"studies/seeds/table_markdown": "studies/seeds/table.md"}
    config = {
        name: {"type": KIND, "filepath": str(Path.cwd() / "data/shop" / path), "versioned": True}
        for name, path in names.items()
    }
    catalog = DataCatalog.from_config(config)
    catalog["params:dataset"] = "shop"
    nodes = [Node(lambda: 1, None, name, name=f"make_{name.replace('/', '-')}") for name in outputs]
    return list(closing_lines(Pipeline(nodes), catalog))


@pytest.mark.usefixtures("folder")
def test_figures_beside_others_and_the_page_in_three_lines() -> None:
    assert lines("siger/metrics", "floors", "siger/report_page") == [
        (
            logging.INFO,
            "siger on shop, test: recall@20 0.2000 (validation 0.2100), ndcg@20 0.0500",
        ),
        (
            logging.INFO,
            "recall@20 beside it: lightgcn 0.3000, popularity 0.1000, random 0.0100",
        ),
        (logging.INFO, "report: data/shop/siger/latest/report.html"),
    ]
    assert Path("data/shop/siger/latest/report.html").read_text() == '"page"'


@pytest.mark.usefixtures("folder")
def test_below_popularity_is_a_warning() -> None:
    write("siger/metrics.json", figures(0.05), "2026-11-02T10.00.00.000Z")
    ((_, said),) = [line for line in lines("siger/metrics") if line[0] == logging.WARNING]
    assert said.startswith("siger is below popularity on the test split (recall@20 0.0500 against")


@pytest.mark.usefixtures("folder")
def test_a_run_without_the_report_names_no_page() -> None:
    assert not [text for _, text in lines("siger/metrics", "floors") if "report" in text]


@pytest.mark.usefixtures("folder")
def test_of_many_models_the_best_are_told() -> None:
    for n in range(9):
        trial(f"model_{n}", 0.4 + n / 100)
    (beside,) = [text for _, text in lines("siger/metrics") if "beside it" in text]
    assert beside.startswith("recall@20 beside it: model_8 0.4800, model_7 0.4700")
    assert beside.endswith("model_4 0.4400, … (`kedro compare` has all 12)")


@pytest.mark.usefixtures("folder")
def test_a_model_measured_by_other_lists_is_left_out() -> None:
    other = {"recall@5": 0.9, "ndcg@5": 0.9}
    write("lightgcn/metrics.json", {"test": other, "validation": other}, "2026-11-02T10.00.00.000Z")
    (beside,) = [text for _, text in lines("siger/metrics") if "beside it" in text]
    assert "lightgcn" not in beside


@pytest.mark.usefixtures("folder")
def test_a_part_of_the_pipeline_says_where_it_ends() -> None:
    assert lines("knn_text", "knn_image") == [
        (logging.INFO, "This run ends at knn_image, knn_text: see data/shop/graphs")
    ]


def test_nothing_is_said_of_figures_that_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lines("siger/metrics") == [
        (logging.INFO, "This run ends at siger/metrics: see data/shop/siger")
    ]


@pytest.mark.usefixtures("folder")
def test_a_damaged_file_of_another_model_does_not_end_the_run() -> None:
    Path("data/shop/lightgcn/metrics.json", VERSION, "metrics.json").write_text("nonsense")
    (beside,) = [text for _, text in lines("siger/metrics") if "beside it" in text]
    assert beside == "recall@20 beside it: popularity 0.1000, random 0.0100"


@pytest.mark.usefixtures("folder")
def test_where_latest_cannot_be_written_the_version_itself_is_named() -> None:
    Path("data/shop/siger/latest").write_text("a note")
    (_, warning), (_, page) = lines("siger/metrics", "siger/report_page")[-2:]
    assert "latest is a file and must be a folder" in warning
    assert page == f"report: data/shop/siger/report.html/{VERSION}/report.html"


@pytest.mark.usefixtures("folder")
def test_the_trial_is_named_and_those_on_other_data_are_not_beside_it() -> None:
    trial("siger+split.seed=3", 0.9, data="b")
    trial("siger+evaluate.mask=other", 0.9, mask="other")
    write("siger+split.seed=4/metrics.json", figures(0.9))
    (beside,) = [text for _, text in lines("siger/metrics") if "beside it" in text]
    assert beside == "recall@20 beside it: lightgcn 0.3000, popularity 0.1000, random 0.0100"


@pytest.mark.usefixtures("folder")
def test_a_study_says_where_its_table_is() -> None:
    write("studies/seeds/table.md", "table")
    said = lines("siger/metrics", "lightgcn/metrics", "studies/seeds/table_markdown")
    path = f"data/shop/studies/seeds/table.md/{VERSION}/table.md"
    assert said == [(logging.INFO, f"seeds, 2 trials: see {path}")]


@pytest.mark.usefixtures("folder")
def test_figures_with_the_corrector_of_the_run_are_told() -> None:
    made = {"corrector": "itemknn", "weight": 0.6, "alone": figures(0.2)}
    write("siger/calibrated/itemknn.json", {**made, "calibrated": figures(0.24)})
    said = [text for _, text in lines("siger/metrics", "siger/calibrated/itemknn")]
    told = "calibrated by itemknn (weight 0.6), test: recall@20 0.2400, ndcg@20 0.0600"
    assert said[1] == told
    assert told not in [text for _, text in lines("siger/metrics")]
    made |= {"calibrated": figures(0.24), "at_end": True}
    write("siger/calibrated/itemknn.json", made)
    said = [text for _, text in lines("siger/metrics", "siger/calibrated/itemknn")]
    assert said[1] == told.replace("0.6)", "0.6, the largest of calibration.weights: widen it)")
