import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

import pandas as pd
import pytest

from reporting.made_up import HOSTILE
from reporting.site_made_up import (
    COMMAND,
    LONG,
    bare_trial,
    comparisons_of,
    dataset,
    studies,
    table,
)
from siger_pipeline.errors import InputError
from siger_pipeline.reporting.site.dataset import compared, features_table, undescribed
from siger_pipeline.reporting.site.documents import Comparison, DatasetResults, Row
from siger_pipeline.reporting.site.models import models_plot
from siger_pipeline.reporting.site.pages import site
from siger_pipeline.reporting.site.study import (
    are_tests_of,
    failed_trials,
    kind_of,
    study_page,
    trained_again,
)
from siger_pipeline.reporting.site.study_provenance import provenance_rows
from siger_pipeline.reporting.site.study_tables import summary_grid
from siger_pipeline.studies.summary import summary


class Reader(HTMLParser):
    """Elements with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def every(self, tag: str, attribute: str) -> list[str]:
        return [
            of[attribute] or "" for name, of in self.elements if name == tag and attribute in of
        ]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return site([dataset()])


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Reader]:
    return {name: Reader(file.decode()) for name, file in files.items() if name.endswith(".html")}


def test_every_trial_study_and_data_set_has_a_page(files: dict[str, bytes]) -> None:
    trials = {"siger", "mgcn", LONG, "siger+split.seed=3"}
    wanted = {"index.html", "shop/index.html"} | {f"shop/{name}.html" for name in trials}
    wanted |= {f"shop/studies/{name}.html" for name in ("coverage", "sweep", "table1")}
    wanted |= {"shop/studies/table1/table.csv", "shop/studies/table1/plot.pdf"}
    wanted |= {"assets/page.css", "assets/page.js", "assets/lookup.js", "assets/plotly.min.js"}
    assert set(files) == wanted


def test_every_address_is_a_file_of_the_site(
    files: dict[str, bytes], pages: dict[str, Reader]
) -> None:
    for name, page in pages.items():
        ids = page.every("section", "id") + page.every("main", "id")
        for href in page.every("a", "href") + page.every("script", "src"):
            if href.startswith("#"):
                assert href[1:] in ids, (name, href)
            elif not href.startswith("data:text/"):
                at = normpath(str(PurePosixPath(name).parent / unquote(href)))
                assert at in files, (name, href)


def test_text_from_data_makes_no_element_and_is_all_there(pages: dict[str, Reader]) -> None:
    for name, page in pages.items():
        tags = {tag for tag, _ in page.elements}
        assert not {"b", "svg", "img"} & tags, name
        assert not any("onerror" in of or "onload" in of for _, of in page.elements), name
    assert HOSTILE[0] in pages["shop/studies/table1.html"].text
    assert HOSTILE[2] in pages["shop/index.html"].text


def test_no_page_of_a_site_holds_a_script_of_its_own(files: dict[str, bytes]) -> None:
    for name, file in files.items():
        if name.endswith(".html"):
            html = file.decode()
            assert "<script>" not in html, name
            policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
            assert policy and "default-src 'none'" in unescape(policy[1])
            scripts = unescape(policy[1]).partition("script-src ")[2].partition(";")[0]
            assert scripts == "'self' file:"


def test_the_same_results_are_the_same_bytes(files: dict[str, bytes]) -> None:
    assert site([dataset()]) == files


def test_two_pages_of_one_address_are_refused() -> None:
    both = replace(dataset(), trials={"index": bare_trial("index", "index")})
    with pytest.raises(InputError, match=r"two files shop/index\.html"):
        site([both])


def test_a_page_says_what_it_lacks_and_how_to_add_it(pages: dict[str, Reader]) -> None:
    bare = pages["shop/mgcn.html"].text
    assert (
        "Not on this page: graphs, ranks of held-out items, and users and items to look up" in bare
    )
    assert COMMAND in bare
    assert "computed at once" not in bare
    assert "Not on this page" not in pages["shop/siger.html"].text
    shown = pages["shop/index.html"].text
    assert "Without test metrics: 1" in shown and "siger+beta=0.3" in shown


def test_failed_trials_older_files_and_older_figures_are_named(pages: dict[str, Reader]) -> None:
    text = pages["shop/studies/table1.html"].text
    assert f"train: {HOSTILE[0]}" in text
    assert "older than the table" in text
    trials = {"siger+seed=0": bare_trial("siger+seed=0", "siger", 0.7)}
    again = trained_again(table(), replace(dataset(), trials=trials))
    assert again == ["siger+seed=0"]


def test_many_older_figures_are_a_few_names_and_a_number() -> None:
    study = next(study for study in dataset().studies if study.name == "table1")
    many = [f"siger+seed={seed}" for seed in range(9)]
    frame = pd.concat([study.table.assign(trial=name) for name in many], ignore_index=True)
    trials = {name: bare_trial(name, "siger", 0.7) for name in many}
    page = study_page(replace(study, table=frame), replace(dataset(), trials=trials)).decode()
    assert (
        "their pages show: siger+seed=0, siger+seed=1, siger+seed=2, siger+seed=3, and 5 more."
        in page
    )


def test_rows_of_a_corrector_are_no_other_figures_of_their_trials() -> None:
    frame = table().assign(corrector=None)
    corrected = frame.assign(corrector="itemknn", value=frame["value"] + 0.1, seconds=77.0)
    both = pd.concat([corrected, frame], ignore_index=True)
    trial = bare_trial("siger+seed=0", "siger")
    keys = both["metric"] + "@" + both["k"].astype("string")
    own = both["corrector"].isna() & (both["trial"] == trial.name) & (both["split"] == "test")
    both.loc[own, "value"] = keys[own].map(trial.metrics["test"])
    assert trained_again(both, replace(dataset(), trials={trial.name: trial})) == []
    assert provenance_rows(both, dataset()) == provenance_rows(table(), dataset())


def test_a_table_has_the_best_first_and_no_paper_beside_another_split() -> None:
    results = dataset()
    shown = compared(results.comparisons[0], results)
    assert [row[0].text for row in shown.rows] == [LONG, "mgcn", "siger", "popularity (floor)"]
    assert [row[5] for row in shown.rows] == ["0.1060", "–", "0.1060", "–"]
    assert shown.rows[0][6] == "+192.5%"
    other = compared(results.comparisons[1], results)
    assert "paper, recall@20" not in other.header
    assert [cell.text for cell in other.rows[0][1:5]] == ["0.9000", "0.9100", "0.9200", "0.9300"]


def test_figures_with_a_corrector_stand_in_columns_of_their_own() -> None:
    test = {"recall@10": 0.1, "recall@20": 0.2, "recall@20+ease": 0.3, "ndcg@20+ease": 0.1}
    rows = [
        Row("siger", "siger", {**test, "ndcg@20": 0.05}),
        Row("mgcn", "mgcn", {"recall@20": 0.1}),
    ]
    empty = DatasetResults("shop", [], {})
    shown = compared(Comparison(rows), empty)
    assert list(shown.header)[-3:] == ["epochs", "recall@20+ease", "ndcg@20+ease"]
    assert [cell.text for cell in shown.rows[1][-2:]] == ["–", "–"]


def test_every_model_has_a_line_in_its_colour_and_the_papers_figure_on_it() -> None:
    rows = [
        Row("siger", "siger", {"recall@20": 0.3}),
        Row("siger+a=1", "siger", {"recall@20": 0.2}),
    ]
    rows += [Row("ease", "ease", {"recall@20": 0.25}, floor=True)]
    plot = models_plot(
        rows, {"SIGER": {"recall@20": 0.4}, "MF-BPR": {"recall@20": 0.1}}, "recall@20"
    )
    assert plot.layout.yaxis.categoryarray == ("mf_bpr", "ease", "siger")
    marks = {(mark.y[0], mark.marker.symbol): list(mark.x) for mark in plot.data if len(mark.x)}
    assert marks[("siger", "star")] == [0.3, 0.2]
    assert marks[("siger", "diamond-open")] == [0.4]
    assert marks[("mf_bpr", "diamond-open")] == [0.1]


def test_a_floor_that_has_run_as_a_trial_is_drawn_once() -> None:
    rows = [
        Row("ease", "ease", {"recall@20": 0.2}),
        Row("ease", "ease", {"recall@20": 0.2}, floor=True),
    ]
    assert [len(mark.x) for mark in models_plot(rows, {}, "recall@20").data] == [1]


def test_features_and_graphs_of_all_trials_stand_once() -> None:
    trials = [bare_trial("mgcn", "mgcn"), bare_trial("siger", "siger")]
    shown = features_table(trials)
    assert shown and shown.rows == [["text", "matrix", "–", "ab" * 6, "2"]]
    assert undescribed(trials) == ["knn-text-k5"]


def test_tests_of_an_earlier_table_are_told_from_its_own() -> None:
    frame = table()
    tests = comparisons_of(frame)
    assert are_tests_of(tests, frame)
    later = frame.assign(value=frame["value"].where(frame["model"] != "siger", 0.5))
    assert not are_tests_of(tests, later)
    assert not are_tests_of(tests, frame[frame["model"] != "siger"])


def test_kinds_of_tables() -> None:
    assert [kind_of(study.table) for study in studies()] == ["coverage", "sweep", "trials"]
    assert kind_of(table().drop(columns="paper")) == ""


def test_a_summary_has_the_papers_figure_and_no_failed_trial() -> None:
    frame = table()
    rows = frame[frame["error"].isna()]
    shown = summary_grid(summary(rows), rows)
    assert shown.header[-1] == "paper, recall@20"
    assert [row[-1] for row in shown.rows] == ["0.1500", "–", "–"]
    assert [row[0].model for row in shown.rows] == ["siger", "mgcn", "lightgcn"]
    assert failed_trials(frame) == [("bm3", f"train: {HOSTILE[0]}")]


def test_provenance_has_a_row_a_trial() -> None:
    shown = provenance_rows(table(), dataset())
    assert [row[0].text for row in shown.rows][:2] == ["siger+seed=0", "siger+seed=1"]
    cells = dict(zip(shown.header, shown.rows[0], strict=True))
    assert (cells["seconds"], cells["peak MiB"], cells["hashes of features"]) == (
        *("1,234.5", "99.0"),
        "text: ab",
    )
    assert cells["data"] == "0123456789"


def test_plots_are_json_that_closes_no_script(files: dict[str, bytes]) -> None:
    html = files["shop/studies/table1.html"].decode()
    blocks = re.findall(r'<script type="application/json" data-of="(\w+)">(.*?)</script>', html)
    assert [name for name, _ in blocks] == ["plot", "differences"]
    assert all({"data", "layout"} <= set(json.loads(text)) for _, text in blocks)
