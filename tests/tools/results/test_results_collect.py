"""Tables of studies and single trials are collected: the newest versions, small and complete."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from end_to_end.project import ROOT
from siger_pipeline.errors import InputError, UserError
from siger_pipeline.studies import comparisons, coverage
from siger_pipeline.studies.config import HEADLINE
from tools.results.__main__ import gather, main
from tools.results.collect import Said, counted
from tools.results.tables import read_table

MadeUp = Callable[..., pd.DataFrame]
SAID = Said("two cores", "rebuilt")
OLD, NEW, NEWEST = (f"2026-11-2{day}T10.00.00.000Z" for day in (4, 5, 6))
VALUES = {
    split: {**dict.fromkeys(HEADLINE, 0.5), "map@20": 0.1} for split in ("test", "validation")
}
HISTORY = pd.DataFrame({"epoch": [1, 2, 3], "best": [False, True, False]})
TIMINGS = pd.DataFrame({"epoch": [1], "seconds_train": [3.0], "seconds_validation": [1.0]})
ONE = ("SIGER", [0.5])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the environments baby and sports, and no tables."""
    (tmp_path / "conf").mkdir()
    for name in ("base", "baby", "sports"):
        (tmp_path / "conf" / name).symlink_to(ROOT / "conf" / name)
    return tmp_path


@pytest.fixture
def reporting(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "data" / "08_reporting"
    (folder / "baby").mkdir(parents=True)
    return folder


def save(folder: Path, name: str, content: Any, version: str = NEW) -> None:
    path = folder / name / version / name
    path.parent.mkdir(parents=True)
    if isinstance(content, pd.DataFrame):
        content.to_parquet(path)
    else:
        path.write_text(json.dumps(content))


def save_trial(folder: Path, version: str = NEW, **changes: Any) -> None:
    model, _, _ = folder.name.partition("+")
    origin = {
        **{"trial": folder.name, "model": model, "dataset": folder.parent.name, "device": "cpu"},
        **{"seed": 3, "overrides": {"train.seed": 3}, "features": {"text": "matrix"}},
        **{"data": {"fingerprint": "sha256:1"}, "versions": {"siger-pipeline": "1", "torch": "2"}},
        **{"parameters": {model: {"cooccurrence_k": 5}}},
    }
    save(folder, "metrics.json", VALUES, version)
    save(folder, "provenance.json", origin | changes, version)
    save(folder, "history.parquet", HISTORY, version)
    save(folder, "timings.parquet", TIMINGS, version)


def save_calibrated(folder: Path, corrector: str, alone: Any) -> None:
    better = {split: dict.fromkeys(of, 0.8) for split, of in VALUES.items()}
    document = {"corrector": corrector, "weight": 0.7, "alone": alone, "calibrated": better}
    document["features"] = {"text": {"extractor": "tfidf_svd"}}
    save(folder / "calibrated", f"{corrector}.json", document)


def tables(root: Path, dataset: str = "baby") -> dict[str, pd.DataFrame]:
    folder = root / "docs" / "results" / "tables" / dataset
    return {path.stem: read_table(path) for path in folder.glob("*.csv")}


def study_of(made_up: MadeUp, *variants: tuple[str, list[float]]) -> pd.DataFrame:
    rows = made_up({("siger", name): values for name, values in variants})
    return rows.drop(columns=["made", "machine", "note"])


def test_the_newest_table_of_a_study_and_the_tests_of_its_version(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    folder = reporting / "baby" / "studies" / "ablation"
    save(folder, "table.parquet", study_of(made_up, ("SIGER", [0.1])), OLD)
    save(folder, "table.parquet", study_of(made_up, ("SIGER", [0.3, 0.4])), NEW)
    tests = dict.fromkeys(comparisons.COLUMNS, "x")
    numbers = dict.fromkeys(("k", "users", "seeds", "baseline_seeds"), 20)
    numbers |= dict.fromkeys(("comparisons", "resamples"), 1)
    floats = dict.fromkeys(("value", "baseline_value", "difference", "low", "high"), 0.1)
    floats |= dict.fromkeys(("p_t", "p_wilcoxon", "p_corrected", "spread", "level"), 0.2)
    row = {**tests, **numbers, **floats, "significant": True, "tie": False}
    save(folder, "tests.parquet", pd.DataFrame([row]), OLD)
    save(folder, "tests.parquet", pd.DataFrame([{**row, "model": "later"}]), NEWEST)
    gather(root, reporting, SAID, [])
    found = tables(root)
    assert set(found) == {"ablation", "ablation.tests"}
    rows = found["ablation"]
    assert rows.loc[rows["split"] == "test", "value"].tolist() == [0.3] * 4 + [0.4] * 4
    assert rows[["made", "machine", "note"]].drop_duplicates().to_numpy().tolist() == [
        ["2026-11-25", "two cores", "rebuilt"]
    ]
    assert found["ablation.tests"]["model"].tolist() == ["x"]
    assert found["ablation.tests"]["tie"].tolist() == [False]


def test_a_table_of_another_version_of_the_code_is_refused_and_nothing_is_written(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    save_trial(reporting / "baby" / "siger+seed=3")
    rows = study_of(made_up, ONE).rename(columns={"peak_mib": "memory"})
    save(reporting / "sports" / "studies" / "ablation", "table.parquet", rows)
    with pytest.raises(InputError, match=r"lacks peak_mib and has memory besides: run the study"):
        gather(root, reporting, SAID, [])
    assert not (root / "docs").exists()


def test_a_single_trial(root: Path, reporting: Path) -> None:
    folder = reporting / "baby" / "siger+seed=3"
    save_trial(folder)
    save(folder, "history.parquet", HISTORY.iloc[:1], NEWEST)  # a training under way
    save_calibrated(folder, "itemknn", VALUES)
    save_calibrated(folder, "ease", {})  # of an earlier training
    gather(root, reporting, SAID, [])
    rows = tables(root)["trials"]
    assert len(rows) == 16  # two splits, four metrics, with and without a corrector
    again = rows[rows["corrector"].notna()]
    assert set(again["corrector"]) == {"itemknn"}
    assert set(again["variant"]) == {"calibrated by itemknn"}
    assert (set(again["weight"]), set(again["value"])) == ({0.7}, {0.8})
    assert again["paper"].isna().all()
    assert set(again["features"]) == {"text: matrix / tfidf_svd"}
    assert again["seconds"].isna().all()  # no file says what the corrector took
    assert rows["paper"].max() == 0.106  # as the trial is, on the environment's split
    one = rows.iloc[0]
    assert (one["trial"], one["variant"], one["seed"]) == ("siger+seed=3", "", 3)
    assert (one["best_epoch"], one["epochs"], one["seconds"]) == (2, 3, 4.0)


def test_a_calibrated_trial_has_the_provenance_and_timings_of_its_corrector(
    root: Path, reporting: Path
) -> None:
    folder = reporting / "baby" / "siger"
    save_trial(folder)
    save_calibrated(folder, "ease_text", VALUES)
    fitted = reporting / "baby" / "correctors" / "ease_text"
    hashes = {"features": {"text": "sha256:abc"}, "graphs": {}}
    origin = {"features": {"text": "other"}, "device": "cuda", "versions": {"torch": "2"}}
    save(fitted, "provenance.json", {**origin, "fingerprints": hashes})
    save(fitted, "provenance.json", {}, NEWEST)  # of another setting, fitted afterwards
    took = pd.DataFrame({"seconds_fit": [2.0], "peak_mib": [70.0]})
    save(fitted, "timings.parquet", took)
    save(folder / "weights" / "ease_text", "timings.parquet", took)
    gather(root, reporting, SAID, [])
    rows = tables(root)["trials"]
    one = rows[rows["corrector"].notna()].iloc[0]
    assert (one["features"], one["device"]) == ("text: matrix / other", "cpu / cuda")
    assert (one["feature_hashes"], one["seconds"], one["peak_mib"]) == ("text: abc", 4.0, 70.0)


def test_a_study_replaces_what_it_has_of_a_trial_alone_or_calibrated(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    folder = reporting / "baby" / "siger+SIGER+seed=0"
    save_trial(folder, overrides={"siger.beta": 0})
    for name in ("itemknn", "ease"):
        save_calibrated(folder, name, VALUES)
    study = reporting / "baby" / "studies" / "ablation"
    save(study, "table.parquet", study_of(made_up, ONE))
    gather(root, reporting, SAID, [])
    assert set(tables(root)["trials"]["corrector"]) == {"itemknn", "ease"}
    again = made_up({("siger", "SIGER"): [0.5]}, again={("siger", "SIGER"): [0.6]})
    save(study, "table.parquet", again.drop(columns=["made", "machine", "note"]), NEWEST)
    gather(root, reporting, SAID, [])
    assert set(tables(root)["trials"]["corrector"]) == {"ease"}
    assert tables(root)["ablation"]["corrector"].isna().tolist() == [True] * 8 + [False] * 8


def test_trials_of_a_study_are_no_single_ones_and_others_stay(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    for name in ("siger+SIGER+seed=0", "mgcn", "vbpr+regularisation=2.0"):
        overrides = {"siger": {"siger.beta": 0}, "vbpr": {"vbpr.regularisation": 2.0}}
        save_trial(reporting / "baby" / name, overrides=overrides.get(name.partition("+")[0], {}))
    gather(root, reporting, SAID, [])
    save(reporting / "baby" / "studies" / "ablation", "table.parquet", study_of(made_up, ONE))
    save(
        reporting / "baby" / "mgcn", "metrics.json", {**VALUES, "test": {"recall@20": 0.7}}, NEWEST
    )
    lines = gather(root, reporting, SAID, ["ablation", "mgcn"])
    rows = tables(root)["trials"]
    assert rows["trial"].unique().tolist() == ["mgcn", "vbpr+regularisation=2.0"]
    assert rows["variant"].unique().tolist() == ["", "regularisation=2"]
    assert rows.loc[(rows["trial"] == "mgcn") & (rows["split"] == "test"), "value"].tolist() == [
        0.7
    ]
    assert lines == [
        "docs/results/tables/baby/ablation.csv: 8 rows",
        f"docs/results/tables/baby/trials.csv: {len(rows)} rows",
    ]


def test_a_study_with_all_trials_leaves_no_file_of_single_ones(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    save_trial(reporting / "baby" / "siger+SIGER+seed=0", overrides={"siger.beta": 0})
    gather(root, reporting, SAID, [])
    assert set(tables(root)) == {"trials"}
    save(reporting / "baby" / "studies" / "ablation", "table.parquet", study_of(made_up, ONE))
    gather(root, reporting, SAID, [])
    assert set(tables(root)) == {"ablation"}


@pytest.mark.parametrize(("study", "among"), [("fusion", True), ("table1", False)])
def test_a_model_as_it_is_stays_among_the_single_trials_until_all_are_in_table1(
    study: str, among: bool, root: Path, reporting: Path, made_up: MadeUp
) -> None:
    folder = reporting / "baby" / "siger+seed=0"
    save_trial(folder)
    save_calibrated(folder, "ease", VALUES)
    of_study = made_up({("siger", ""): [0.5]}, again={("siger", ""): [0.6]})
    of_study = of_study.replace({"corrector": {"itemknn": "ease"}})
    of_study = of_study.drop(columns=["made", "machine", "note"])
    save(reporting / "baby" / "studies" / study, "table.parquet", of_study)
    gather(root, reporting, SAID, [])
    single = tables(root).get("trials")
    assert (single is not None) == among
    assert single is None or single["corrector"].fillna("").unique().tolist() == ["", "ease"]


def test_what_is_left_out_is_said(root: Path, reporting: Path) -> None:
    save_trial(reporting / "baby" / "mgcn")
    save(reporting / "baby" / "siger", "history.parquet", HISTORY)
    (reporting / "baby" / "studies" / "sweep").mkdir(parents=True)
    (reporting / "mine").mkdir()
    assert gather(root, reporting, SAID, []) == [
        "baby: left out, since not measured at test: siger, sweep",
        "mine: left out, since there is no conf/mine",
        "docs/results/tables/baby/trials.csv: 8 rows",
    ]


def test_what_as_configured_means_is_read_from_the_trial(
    root: Path, reporting: Path, made_up: MadeUp
) -> None:
    rows = study_of(made_up, ("as configured", [0.5]), ("siger.cooccurrence_k=2", [0.5]))
    save(reporting / "baby" / "studies" / "sensitivity", "table.parquet", rows)
    save_trial(reporting / "baby" / "siger+as configured+seed=0")
    gather(root, reporting, SAID, ["sensitivity"])
    found = tables(root)["sensitivity"].drop_duplicates("variant")
    assert found["configured"].tolist() == ["siger.cooccurrence_k=5", ""]


def test_a_coverage_is_counted() -> None:
    values = [["a", 2, 1, 1.5, 0.5], ["b", 2, 1, 1.0, 0.25], ["c", 2, 2, 1.0, 1.0]]
    columns = ["item", "cooccurring", "covered", "weight", "weight_covered"]
    rows = pd.DataFrame(values, columns=columns)
    said = dict.fromkeys(set(coverage.COLUMNS) - set(columns), "x")
    found = counted(rows.assign(**said))
    chosen = found[["covered", "items", "weight", "weight_covered"]]
    assert chosen.to_numpy().tolist() == [[1, 2, 2.5, 0.75], [2, 1, 1.0, 1.0]]


def test_bad_input(root: Path, reporting: Path) -> None:
    with pytest.raises(UserError, match="has no results of a data set of conf/"):
        gather(root, reporting, SAID, [])
    save(reporting / "baby" / "mgcn", "metrics.json", VALUES)
    with pytest.raises(InputError, match=r"mgcn lacks metrics.json or provenance.json"):
        gather(root, reporting, SAID, [])
    save(reporting / "baby" / "mgcn", "provenance.json", [])
    with pytest.raises(InputError, match="has no JSON object, but list"):
        gather(root, reporting, SAID, [])
    (reporting / "baby" / "mgcn" / "provenance.json" / NEW / "provenance.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        gather(root, reporting, SAID, [])
    save(reporting / "baby" / "studies" / "trials", "table.parquet", HISTORY)
    with pytest.raises(InputError, match="a study cannot have the name trials"):
        gather(root, reporting, SAID, ["trials"])


def test_the_machine_must_be_named(reporting: Path) -> None:
    result = CliRunner().invoke(main, ["--from", str(reporting)])
    assert (result.exit_code, "--machine is missing" in result.output) == (1, True)
