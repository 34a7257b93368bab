"""`kedro site`: which results have pages, and which versions of files stand on one page."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog

from kedro_fresh.locations import Location
from reporting.site_made_up import comparisons_of, origin, table, whole_trial
from shell.configured import ROOT
from siger_pipeline.errors import InputError
from siger_pipeline.reporting.lookup_users import COLUMNS
from siger_pipeline.shell.current import project_loader
from siger_pipeline.shell.site import environments, write_site
from siger_pipeline.shell.versions_together import newest_until, unchanged_since

FIRST, SECOND, THIRD = (f"2026-11-0{n}T10.00.00.000Z" for n in (1, 2, 3))
FIGURES = {"recall@10": 0.1, "recall@20": 0.2, "ndcg@10": 0.05, "ndcg@20": 0.08}
METRICS = {"test": FIGURES, "validation": FIGURES}
DATA = {"users": 9, "items": 8, "interactions": 7, "train": 5, "validation": 1, "test": 1}


class Shop:
    """Results of one data set, written as runs write them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "08_reporting" / "shop"
        self.site = self.folder.parent / "site"
        figures = ["table1", "shop", "SIGER", "recall@20", "0.3"]
        (root / "paper.csv").write_text(f"source,dataset,model,metric,value\n{','.join(figures)}\n")

    def catalog(self) -> DataCatalog:
        def entry(kind: str, path: str) -> dict[str, Any]:
            kinds = f"siger_pipeline.datasets.{kind}"
            return {"type": kinds, "filepath": str(self.root / path), "versioned": True}

        paper = {"type": "siger_pipeline.datasets.delimited.DelimitedDataset", "delimiter": ","}
        return DataCatalog.from_config(
            {
                "metrics": entry("json.JsonDataset", "08_reporting/env/siger/metrics.json"),
                "floors": entry("json.JsonDataset", "08_reporting/env/floors.json"),
                "counts": entry("table.TableDataset", "03_primary/env/counts.parquet"),
                "studies/{study}/table": entry(
                    "table.TableDataset", "08_reporting/env/studies/{study}/table.parquet"
                ),
                "paper_figures": {**paper, "filepath": str(self.root / "paper.csv")},
            }
        )

    def write(self, name: str, content: Any, version: str = FIRST) -> None:
        path = self.folder / name / version / Path(name).name
        path.parent.mkdir(parents=True)
        if isinstance(content, pd.DataFrame):
            content.to_parquet(path)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))

    def trial(self, name: str, version: str = FIRST, **more: Any) -> dict[str, Any]:
        fingerprint = more.pop("fingerprint", "sha256:0123456789abcdef")
        said = {"data": {"fingerprint": fingerprint, **DATA}, "floors": "shop", **more}
        told = origin(name, name.partition("+")[0], **said)
        told["dataset"] = "shop"
        told["parameters"] = {"evaluate": {"mask": "train"}}
        self.write(f"{name}/metrics.json", METRICS, version)
        self.write(f"{name}/provenance.json", told, version)
        return told

    def trained(self, name: str, epochs: int, version: str = FIRST) -> None:
        rows = list(range(1, epochs + 1))
        history = {"epoch": rows, "loss": 1.0, "recall@20": 0.1, "best": True}
        timings = {"epoch": rows, "seconds_train": 1.0, "seconds_validation": 1.0}
        self.write(f"{name}/history.parquet", pd.DataFrame(history), version)
        self.write(f"{name}/timings.parquet", pd.DataFrame(timings), version)

    def reported(self, name: str, told: dict[str, Any], version: str = FIRST) -> None:
        report = {"metrics": METRICS, "provenance": told, "missing": {}}
        self.write(f"{name}/report.json", report, version)
        self.write(f"{name}/graph_statistics.json", whole_trial().graphs, version)
        self.write(f"{name}/lookup.json", lookup(), version)
        self.write(f"{name}/reasons.json", {"user": [], "why": []}, version)
        self.write(f"{name}/held_out_ranks.json", {"top_k": 1, "splits": {}}, version)
        self.write(f"{name}/report.html", "a page", version)

    def make(self) -> list[str]:
        return list(write_site(self.catalog(), {"shop": "shop"}, None))

    def page(self, name: str) -> str:
        return (self.site / "shop" / f"{name}.html").read_text(encoding="utf-8")


def lookup() -> dict[str, Any]:
    users = {"total": 0, "counted": 0} | {name: [] for name in COLUMNS}
    items = {"total": 1, "item": [0], "trained": [3], "graphs": []}
    return {"item": ["a lamp"], "title": [None], "users": users, "items": items}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_results_become_pages_and_the_folder_is_named(shop: Shop) -> None:
    shop.trial("siger")
    shop.trial("mgcn")
    assert shop.make() == [
        "shop: 2 trials, 0 studies",
        f"site: {shop.site / 'index.html'}",
    ]
    assert "0.3000" in shop.page("index")  # the paper's


def test_nothing_has_run(shop: Shop) -> None:
    shop.folder.mkdir(parents=True)
    with pytest.raises(InputError, match=r"no results under .*08_reporting: run `kedro run` first"):
        shop.make()
    assert not shop.site.exists()


def test_a_page_vanishes_with_its_trial_and_a_site_is_no_data_set(shop: Shop) -> None:
    for name in ("siger", "mgcn"):
        shop.trial(name)
    shop.make()
    (shop.folder / "mgcn").rename(shop.root / "gone")
    assert shop.make()[0] == "shop: 1 trial, 0 studies"
    assert not (shop.site / "shop" / "mgcn.html").exists()


def test_the_history_is_that_of_the_metrics_and_not_of_a_training_under_way(shop: Shop) -> None:
    shop.trial("siger", SECOND)
    shop.trained("siger", 4, FIRST)
    shop.trained("siger", 7, THIRD)
    shop.make()
    assert "4 epochs, weights of epoch 4" in shop.page("siger")


def test_a_trial_that_was_only_in_a_study_says_what_its_page_lacks(shop: Shop) -> None:
    shop.trial("siger+seed=3", overrides={"train.seed": 3})
    shop.make()
    page = shop.page("siger+seed=3")
    assert "kedro run --env shop --params model=siger,train.seed=3" in page
    assert "graphs, ranks of held-out items" in page
    assert "how it was trained, epoch by epoch" in page


def test_what_the_report_stage_made_of_these_metrics_is_shown(shop: Shop) -> None:
    shop.reported("siger", shop.trial("siger"), SECOND)
    shop.make()
    assert "a lamp" in shop.page("siger")


def test_a_report_of_earlier_metrics_is_not_shown(shop: Shop) -> None:
    told = shop.trial("siger")
    shop.reported("siger", told)
    other = {"test": {**FIGURES, "recall@20": 0.21}, "validation": FIGURES}
    shop.write("siger/metrics.json", other, SECOND)
    shop.make()
    assert "a lamp" not in shop.page("siger")
    assert "graphs, ranks of held-out" in shop.page("siger")


def test_a_report_of_other_graphs_is_not_shown(shop: Shop) -> None:
    shop.reported("siger", {**shop.trial("siger"), "fingerprints": {}})
    shop.make()
    assert "a lamp" not in shop.page("siger")


def test_a_report_stage_that_was_broken_off_is_not_shown_in_part(shop: Shop) -> None:
    told = shop.trial("siger")
    shop.reported("siger", told)
    shop.write("siger/report.json", {"metrics": METRICS, "provenance": told}, SECOND)
    shop.make()
    assert "a lamp" not in shop.page("siger")


def test_parts_that_were_written_again_as_they_were_are_shown(shop: Shop) -> None:
    told = shop.trial("siger")
    shop.reported("siger", told)
    shop.write("siger/lookup.json", lookup(), SECOND)
    shop.make()
    assert "a lamp" in shop.page("siger")


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        ("siger/provenance.json", "siger has no page: it has no provenance"),
        ("siger/provenance.json/x", "siger has no page: its provenance is of an earlier release"),
    ],
)
def test_a_trial_without_provenance_is_named(shop: Shop, lost: str, words: str) -> None:
    shop.trial("siger")
    shop.trial("mgcn")
    path = shop.folder / "siger/provenance.json" / FIRST / "provenance.json"
    if lost.endswith("x"):
        path.write_text(json.dumps({"model": "siger", "data": {"fingerprint": "sha256:0"}}))
    else:
        path.unlink()
    lines = shop.make()
    assert any(words in line for line in lines)
    assert words.partition(":")[2] in shop.page("index")
    assert not (shop.site / "shop" / "siger.html").exists()


def test_a_file_that_is_no_metrics_is_named(shop: Shop) -> None:
    shop.trial("siger")
    shop.write("mgcn/metrics.json", "nonsense")
    shop.make()
    assert "mgcn" in shop.page("index").partition("Without test metrics")[2]


def test_trials_on_other_data_stand_apart_without_the_papers_figures(shop: Shop) -> None:
    shop.trial("siger", SECOND)
    overrides = {"split.seed": 3}
    shop.trial("siger+split.seed=3", overrides=overrides, fingerprint="sha256:ffffffffffff")
    shop.make()
    first, _, apart = shop.page("index").partition("On other interactions or another split")
    assert "siger+split.seed=3" not in first.partition("<main")[2].partition("</script>")[2]
    assert "siger+split.seed=3" in apart
    assert "0.3000" not in shop.page("siger+split.seed=3")
    assert "0.3000" in shop.page("siger")


def test_a_study_has_its_table_tests_and_files(shop: Shop) -> None:
    tests = comparisons_of(table())
    # As a file has them: a failed trial has neither seed nor list length.
    frame = table().astype({"seed": "float64", "k": "float64"})
    shop.write("studies/mine/tests.parquet", tests)
    for name in ("table.parquet", "table.csv", "table.md", "plot.pdf"):
        content = frame if name == "table.parquet" else "# mine on shop: What it is for\n\n| a |\n"
        shop.write(f"studies/mine/{name}", content)
    lines = shop.make()
    page = shop.page("studies/mine")
    assert lines[0] == "shop: 0 trials, 1 study"
    assert "What it is for" in page and "Differences to the baseline" in page
    assert "0.1050" in page.partition("Results at test")[2]  # the mean of two seeds
    files = {path.name for path in (shop.site / "shop/studies/mine").iterdir()}
    assert files == {"table.parquet", "table.csv", "table.md", "plot.pdf", "tests.parquet"}


def test_files_and_tests_of_an_earlier_table_are_left_out_and_named(shop: Shop) -> None:
    frame = table()
    shop.write("studies/mine/tests.parquet", comparisons_of(frame))
    shop.write("studies/mine/plot.json", {"data": [], "layout": {}})
    shop.write("studies/mine/table.parquet", frame)
    later = frame.assign(value=frame["value"].where(frame["model"] != "siger", 0.5))
    shop.write("studies/mine/table.parquet", later, SECOND)
    shop.make()
    page = shop.page("studies/mine")
    assert "older than the table: plot.json" in page
    assert "Differences to the baseline" not in page
    assert 'class="plot"' not in page


def test_a_table_of_another_release_is_named(shop: Shop) -> None:
    shop.trial("siger")
    shop.write("studies/old/table.parquet", pd.DataFrame({"a": [1]}))
    shop.write("studies/torn/table.parquet", "nonsense")
    lines = "\n".join(shop.make())
    assert "the study old has no page: its table has the columns of another release" in lines
    assert "the study torn has no page: its table cannot be read" in lines


def place(path: Path, *contents: str) -> Location:
    for n, content in enumerate(contents):
        file = path / f"v{n}" / path.name
        file.parent.mkdir(parents=True)
        file.write_text(content)
    return Location("any", {}, str(path), path, versioned=True, load_version=None)


def test_unchanged_since_is_the_first_of_the_last_equal_versions(tmp_path: Path) -> None:
    assert unchanged_since(place(tmp_path / "a", "x", "y", "x", "x")) == "v2"
    assert unchanged_since(place(tmp_path / "b", "x", "x")) == "v0"
    assert unchanged_since(place(tmp_path / "c", "x", "y")) == "v1"
    assert unchanged_since(place(tmp_path / "d")) is None


def test_newest_until_leaves_out_what_came_later(tmp_path: Path) -> None:
    made = place(tmp_path / "a", "x", "y", "z")
    assert newest_until(made, "v1") == tmp_path / "a" / "v1" / "a"
    assert newest_until(made, "u") is None


def test_the_environment_of_each_data_set_is_found(
    conf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGER_DATA", str(ROOT))
    bootstrap_project(ROOT)
    found = environments(project_loader(None, str(conf)))
    assert found["sample"] == ""
    assert (found["baby"], found["microlens"]) == ("baby", "microlens")
