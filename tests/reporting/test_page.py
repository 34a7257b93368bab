import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from reporting.made_up import HOSTILE, page
from siger_pipeline.reporting.lookup import spread
from siger_pipeline.reporting.page import counts_table, graph_table
from siger_pipeline.reporting.rendering import integrity

SECTIONS = {"results", "held-out", "training", "data", "groups"}
SECTIONS |= {"users", "items", "provenance"}
FIGURES = 10
SCRIPTS = 3


class Reader(HTMLParser):
    """Counts elements, and keeps ids, links and what stands between the tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: dict[str, int] = {}
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] = self.elements.get(tag, 0) + 1
        of = dict(attrs)
        self.ids += [of["id"]] if of.get("id") else []
        self.anchors += [of["href"]] if tag == "a" and of.get("href") else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def html() -> str:
    return page()


@pytest.fixture(scope="module")
def whole(html: str) -> Reader:
    return Reader(html)


def test_every_section_is_there_and_reached_from_the_top(whole: Reader) -> None:
    assert set(whole.ids) >= SECTIONS
    inside = {href for href in whole.anchors if not href.startswith("data:")}
    assert {f"#{name}" for name in SECTIONS} == inside - {"#main"}
    assert len(whole.ids) == len(set(whole.ids))


def test_text_from_data_makes_no_element(whole: Reader) -> None:
    # The page's own, the data of each figure, and what is looked up.
    assert whole.elements["script"] == SCRIPTS + FIGURES + 1
    assert not {"b", "svg"} & set(whole.elements)
    text = "".join(whole.texts)
    for hostile in HOSTILE:
        assert hostile in text


def test_figures_are_json_that_closes_no_script(html: str) -> None:
    blocks = re.findall(r'<script type="application/json" data-of="(\w+)">(.*?)</script>', html)
    assert len(blocks) == FIGURES
    for _, text in blocks:
        assert {"data", "layout"} <= set(json.loads(text))
        assert "<" not in text


def test_only_the_pages_own_scripts_may_run(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "default-src 'none'" in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    assert len(scripts) == SCRIPTS
    assert all(integrity(script) in policy[1].replace("&#39;", "'") for script in scripts)
    assert "unsafe" not in policy[1].partition("script-src")[2].partition(";")[0]


def test_the_page_is_under_six_megabytes_and_asks_for_nothing(html: str) -> None:
    assert len(html.encode()) < 6_000_000
    without_scripts = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r'<(link|img|script)[^>]*(src|href)="(?!data:)', without_scripts)


def test_the_same_results_are_the_same_page(html: str) -> None:
    assert page() == html


def test_items_without_features_are_counted_where_there_are_any(html: str) -> None:
    assert "Items: 3 of 30 without text features (10.00%)." in html
    assert "image features (" not in html


def test_what_can_be_looked_up_is_counted(html: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "All 20 users with training interactions" in html
    assert "All 30 items" in html
    monkeypatch.setattr(spread, "__defaults__", (7,))
    assert "7 of 20 users can be looked up here" in page()
    assert "7 of 30 items can be looked up here" in page()


def test_what_is_looked_up_is_json_that_closes_no_script(html: str) -> None:
    (text,) = re.findall(r'<script type="application/json" id="lookup">(.*?)</script>', html)
    assert "<" not in text
    assert {"item", "title", "users", "items", "pictures", "reasons"} == set(json.loads(text))


def test_every_table_can_be_taken_along(html: str, whole: Reader) -> None:
    files = re.findall(r'download="([^"]*)"', html)
    assert len(files) == 2 * whole.elements["table"]
    assert len(set(files)) == len(files), "no file overwrites another"


def test_a_run_without_graphs_epochs_and_pictures_leaves_them_out() -> None:
    html = page(graphs=False, epochs=0, pictures=False)
    result = Reader(html)
    assert SECTIONS - set(result.ids) == {"items"}
    assert "#items" not in result.anchors
    assert "computed at once" in html
    assert "made without item graphs" in html
    assert not {"losses", "validation", "seconds"} & set(result.ids)
    assert "img" not in result.elements
    assert 'class="blank"' not in html


def test_tables_of_counts_and_graphs_are_rounded_for_people() -> None:
    counts = pd.DataFrame({"step": ["read"], "users": [1234], "removed": [0]})
    table = counts_table(counts)
    assert (list(table.header), table.rows) == (["", "users", "removed"], [["read", "1,234", "0"]])
    splits = pd.DataFrame(
        {"step": ["split: train", "split: test"], "users": [9, 9], "removed": [0, 3]}
    )
    assert [cells[-1] for cells in counts_table(splits).rows] == ["–", "3"]
    unknown = pd.DataFrame({"step": ["items without metadata"], "users": [9], "removed": [0]})
    assert counts_table(unknown).rows == [["items without metadata", "9", "–"]]
    degree = {"mean": 1.5, "min": 0, "max": 2345}
    row = {"graph": "knn-text-k10", "nodes": 10, "edges": 15, "density": 0.0125, "isolated": 1}
    (cells,) = graph_table({"graphs": [{**row, "degree": degree, "in_degree": None}]}).rows
    assert cells == ["kNN text k10", "10", "15", "1.50", "0 – 2,345", "–", "1", "1.250%"]
