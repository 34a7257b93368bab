"""`kedro compare`: what stands in the table, and models that cannot stand in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from kedro.io import DataCatalog

from siger_pipeline.errors import UserError
from siger_pipeline.shell.comparison import comparison

KIND = "siger_pipeline.datasets.json.JsonDataset"
Document = dict[str, Any]
VERSION = "2026-11-01T10.00.00.000Z"
FIGURES = {"recall@10": 0.1, "recall@20": 0.2, "ndcg@10": 0.05, "ndcg@20": 0.08}


def catalog(folder: Path) -> DataCatalog:
    def entry(path: str) -> dict[str, Any]:
        return {"type": KIND, "filepath": str(folder / path), "versioned": True}

    return DataCatalog.from_config(
        {"metrics": entry("siger/metrics.json"), "floors": entry("floors.json")}
    )


def write(folder: Path, name: str, document: Document, version: str = VERSION) -> None:
    path = folder / name / version / Path(name).name
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))


def replace(folder: Path, name: str, document: Document) -> None:
    (folder / name / VERSION / Path(name).name).write_text(json.dumps(document))


def results(folder: Path, *models: str, figures: dict[str, float] = FIGURES) -> None:
    for model in models:
        write(folder, f"{model}/metrics.json", {"test": figures, "validation": figures})
        write(folder, f"{model}/provenance.json", origin(floors=folder.name))


def origin(
    data: str = "sha256:aaaaaaaaaaaa", floors: str = "shop", mask: str = "train"
) -> Document:
    return {
        "data": {"fingerprint": data},
        "floors": floors,
        "parameters": {"evaluate": {"mask": mask}},
    }


def with_floors(folder: Path) -> None:
    floors = {name: {"test": FIGURES} for name in ("popularity", "random")}
    write(folder, "floors.json", floors)


def test_all_models_and_the_floors(tmp_path: Path) -> None:
    results(tmp_path, "siger", "lightgcn")
    with_floors(tmp_path)
    (tmp_path / "siger" / "latest").mkdir()
    lines = list(comparison(catalog(tmp_path), [], "sample"))
    names = {line.split("  ")[1] for line in lines[1:-1]}
    assert names == {"siger", "lightgcn", "popularity (floor)", "random (floor)"}


def test_chosen_models_and_the_floors(tmp_path: Path) -> None:
    results(tmp_path, "siger", "lightgcn")
    with_floors(tmp_path)
    text = "\n".join(comparison(catalog(tmp_path), ["lightgcn"], "sample"))
    assert "lightgcn" in text
    assert "popularity (floor)" in text
    assert "siger" not in text


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["nonsense"], ["no trial 'nonsense'", "trials with results are lightgcn, siger"]),
        (["siger", "nonsense"], ["no trial 'nonsense'", "lightgcn, siger"]),
        (["lightgnc"], ["did you mean 'lightgcn'?", "lightgcn, siger"]),
        (["SIGER"], ["no trial 'SIGER'", "did you mean 'siger'?"]),
        (["popularity"], ["popularity has not run as a model", "every comparison"]),
        (["latest"], ["no trial 'latest'"]),
        ([""], ["no trial ''"]),
    ],
)
def test_a_model_without_results_is_an_error_that_names_what_there_is(
    tmp_path: Path, names: list[str], words: list[str]
) -> None:
    results(tmp_path, "siger", "lightgcn")
    with_floors(tmp_path)
    with pytest.raises(UserError) as error:
        list(comparison(catalog(tmp_path), names, "sample"))
    for word in words:
        assert word in str(error.value)


def test_a_model_that_has_not_run_yet(tmp_path: Path) -> None:
    results(tmp_path, "siger")
    with pytest.raises(UserError, match=r"lightgcn has no results .*--params model=lightgcn"):
        list(comparison(catalog(tmp_path), ["lightgcn"], "sample"))


def test_floors_alone_are_no_result_of_a_model(tmp_path: Path) -> None:
    with_floors(tmp_path)
    with pytest.raises(UserError, match="no trial has any yet"):
        list(comparison(catalog(tmp_path), ["siger"], "sample"))
    assert len(list(comparison(catalog(tmp_path), [], "sample"))) == 4


@pytest.mark.parametrize("names", [[], ["siger"], ["nonsense"]])
def test_nothing_has_run(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(UserError, match="no results under"):
        list(comparison(catalog(tmp_path), names, "sample"))


def test_a_metric_that_was_not_measured_is_a_dash(tmp_path: Path) -> None:
    results(tmp_path, "siger", figures={"recall@5": 0.1, "recall@10": 0.2})
    (_, line, _) = comparison(catalog(tmp_path), [], "sample")
    assert line.split() == ["siger", "0.2000", "–", "–", "–"]


NO_METRICS = {
    "not JSON": "nonsense",
    "empty": "",
    "a list": "[]",
    "no splits": '{"recall@20": 0.1}',
    "no test split": '{"validation": {"recall@20": 0.1}}',
    "no figures": '{"test": {}}',
    "words for figures": '{"test": {"recall@20": "high"}}',
}


@pytest.mark.parametrize("content", NO_METRICS)
def test_a_file_without_metrics_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    results(tmp_path, "siger")
    with_floors(tmp_path)
    write(tmp_path, "copy/metrics.json", {})
    (tmp_path / "copy/metrics.json" / VERSION / "metrics.json").write_text(NO_METRICS[content])
    lines = list(comparison(catalog(tmp_path), [], "sample"))
    assert [line.split()[0] for line in lines[1:-1]] == ["siger", "popularity", "random"]
    (record,) = caplog.records
    assert "copy/metrics.json" in record.getMessage()
    assert "is left out" in record.getMessage()


def test_floors_that_cannot_be_read_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    results(tmp_path, "siger")
    write(tmp_path, "floors.json", {"popularity": 3})
    lines = list(comparison(catalog(tmp_path), [], "sample"))
    assert [line.split()[0] for line in lines[1:-1]] == ["siger"]
    assert "floors.json" in caplog.text


def test_trials_on_other_data_stand_apart_with_their_own_floors(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    results(shop, "siger", "siger+split.seed=3")
    other = origin("sha256:bbbbbbbbbbbb", "shop+split.seed=3")
    replace(shop, "siger+split.seed=3/provenance.json", other)
    write(tmp_path, "shop/floors.json", {"popularity": {"test": FIGURES}})
    write(tmp_path, "shop+split.seed=3/floors.json", {"random": {"test": FIGURES}})
    text = "\n".join(comparison(catalog(shop), [], "shop"))
    first, _, second = text.partition("On other interactions or another split (sha256:bbbbbbbb):")
    assert "siger " in first and "popularity (floor)" in first and "split" not in first
    assert "siger+split.seed=3" in second and "random (floor)" in second
    assert "popularity" not in second


def test_trials_under_another_mask_stand_apart(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    results(shop, "siger", "siger+evaluate.mask=other")
    masked = origin(floors="shop+evaluate.mask=other", mask="train+validation")
    replace(shop, "siger+evaluate.mask=other/provenance.json", masked)
    write(tmp_path, "shop/floors.json", {"popularity": {"test": FIGURES}})
    write(tmp_path, "shop+evaluate.mask=other/floors.json", {"random": {"test": FIGURES}})
    text = "\n".join(comparison(catalog(shop), [], "shop"))
    first, _, second = text.partition(
        "With other items masked at test (evaluate.mask: train+validation):"
    )
    assert "siger " in first and "popularity (floor)" in first and "random" not in first
    assert "siger+evaluate.mask=other" in second and "random (floor)" in second


def test_trials_without_provenance_stand_alone_and_beside_no_floors(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    results(shop, "siger", "lightgcn", "random")
    write(tmp_path, "shop/floors.json", {"popularity": {"test": FIGURES}})
    for trial in ("lightgcn", "random"):
        (shop / trial / "provenance.json" / VERSION / "provenance.json").unlink()
    first, *others = "\n".join(comparison(catalog(shop), [], "shop")).split("Without provenance")
    assert "siger" in first and "popularity" in first
    assert sorted("lightgcn" in other for other in others) == [False, True]
    assert not any("popularity" in other for other in others)


@pytest.mark.parametrize("names", [[], ["lightgcn"]])
def test_results_of_before_a_split_was_changed_stand_beside_no_newer_floors(
    tmp_path: Path, names: list[str]
) -> None:
    shop = tmp_path / "shop"
    results(shop, "lightgcn")
    figures = {"test": FIGURES, "validation": FIGURES}
    write(shop, "siger/metrics.json", figures, "2026-11-02T10.00.00.000Z")
    write(shop, "siger/provenance.json", origin("sha256:bbbbbbbbbbbb"), "2026-11-02T10.00.00.000Z")
    write(tmp_path, "shop/floors.json", {"popularity": {"test": FIGURES}})
    lines = list(comparison(catalog(shop), names, "shop"))
    table = lines[next(n for n, line in enumerate(lines) if "lightgcn" in line) - 1 :]
    assert not any("popularity" in line for line in table)


def calibration(corrector: str, alone: dict[str, float], recall: float) -> Document:
    after = {**FIGURES, "recall@20": recall}
    return {
        "corrector": corrector,
        "weight": 0.6,
        "alone": {"test": alone, "validation": alone},
        "calibrated": {"test": after, "validation": after},
    }


def test_figures_with_a_corrector_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    results(tmp_path, "siger", "lightgcn")
    with_floors(tmp_path)
    made = calibration("itemknn", FIGURES, 0.3)
    write(tmp_path, "siger/calibrated/itemknn.json", made)
    head, *lines = comparison(catalog(tmp_path), [], "sample")
    assert head.split()[-2:] == ["recall@20+itemknn", "ndcg@20+itemknn"]
    cells = {line.split()[0]: line.split()[-2:] for line in lines[:-1]}
    assert cells["siger"] == ["0.3000", "0.0800"]
    assert cells["lightgcn"] == cells["popularity"] == ["–", "–"]
    assert len({len(line) for line in (head, *lines[:-1])}) == 1


def test_a_calibration_of_other_metrics_is_not_shown(tmp_path: Path) -> None:
    results(tmp_path, "siger")
    before = calibration("itemknn", {**FIGURES, "recall@20": 0.19}, 0.3)
    write(tmp_path, "siger/calibrated/itemknn.json", before)
    write(tmp_path, "siger/calibrated/ease_text.json", {"corrector": "ease_text"})
    head, *_ = comparison(catalog(tmp_path), [], "sample")
    assert head.split()[-1] == "ndcg@20"
