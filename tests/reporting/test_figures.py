from typing import Any

import numpy as np
import pytest

from reporting.made_up import HOSTILE, made_up_report
from siger_pipeline.reporting.colours import colour
from siger_pipeline.reporting.figures import comparison, degrees, groups, main_metrics
from siger_pipeline.reporting.graphs import distribution
from siger_pipeline.reporting.style import BEST, CLEAR


@pytest.fixture
def report() -> dict[str, Any]:
    return made_up_report(4)


def test_the_run_stands_among_floors_and_published_models_by_value(report: dict[str, Any]) -> None:
    report["floors"] = {"popularity": {"test": {"recall@20": 0.01}}, "odd": {"test": {}}}
    (bars,) = comparison(report).data
    assert next(iter(bars.y)) == "popularity (floor)"
    assert list(bars.y)[2:] == ["SIGER (paper)", "siger (this run)"]
    assert list(bars.x) == [0.01, 0.1, 0.106, 0.2]
    assert list(bars.marker.color).index(BEST) == 3


def test_each_model_has_its_colour_and_what_is_published_an_outline(report: dict[str, Any]) -> None:
    report["paper"]["figures"] = {"MF-BPR": {"recall@20": 0.1}, "Unheard": {"recall@20": 0.2}}
    (bars,) = comparison(report).data
    looks = {
        label: (fill, line)
        for label, fill, line in zip(bars.y, bars.marker.color, bars.marker.line.color, strict=True)
    }
    assert looks["MF-BPR (paper)"] == (CLEAR, colour("mf_bpr"))
    assert looks["Unheard (paper)"] == (CLEAR, colour("Unheard"))
    assert looks["popularity (floor)"] == (colour("popularity"),) * 2
    assert looks["siger (this run)"] == (colour("siger"),) * 2


def test_groups_have_a_cluster_a_group_and_bars_a_metric(report: dict[str, Any]) -> None:
    figure = groups(report, "user_activity", "users")
    assert [bars.name for bars in figure.data] == ["recall@20", "ndcg@20"]
    assert next(iter(figure.data[0].x)) == "Q1<br>(1-3)"
    assert list(figure.data[0].y) == [0.2, 0.2]


def test_no_label_holds_markup_from_data(report: dict[str, Any]) -> None:
    for figure in (comparison(report), groups(report, "item_popularity", "items")):
        text = figure.to_json(engine="json").replace("\\u003c", "<")
        assert not any(word in text for word in ("<b>bold", "<a href", "<svg"))
    assert any("&lt;b&gt;bold" in label for label in comparison(report).data[0].y)
    assert HOSTILE[2].startswith("<b>bold")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["recall@10", "recall@20", "ndcg@20", "gini@50"], ["recall@20", "ndcg@20"]),
        (["recall@5", "recall@50"], ["recall@50"]),
        ([], []),
    ],
)
def test_the_longest_headline_lists_are_drawn(names: list[str], wanted: list[str]) -> None:
    assert main_metrics(dict.fromkeys(names, 0.0)) == wanted


def test_a_narrow_distribution_is_drawn_as_counts() -> None:
    figure = degrees(distribution("users", {"users": np.array([0, 1, 1, 3])}))
    (bars,) = figure.data
    assert (list(bars.x), list(bars.y)) == ([1, 2, 3], [2, 0, 1])
    assert figure.layout.xaxis.type != "log"


def test_a_long_tail_is_drawn_as_a_density_on_logarithmic_axes() -> None:
    values = np.array([1] * 90 + [100] * 10)
    figure = degrees(distribution("items", {"items": values}))
    (points,) = figure.data
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert (points.x[0], points.y[0]) == (1, 0.9)
    assert figure.layout.yaxis.title.text == "share of items per step of degree"
    result = next(
        b
        for b in distribution("items", {"items": values})["curves"][0]["bins"]
        if b[0] > 50 and b[2]
    )
    assert points.x[1] == pytest.approx((result[0] * result[1]) ** 0.5)
    assert points.y[1] == pytest.approx(0.1 / (result[1] - result[0] + 1))
    assert len(points.x) == 2


def test_several_graphs_share_a_figure() -> None:
    made = distribution("in_degree", {"knn-text-k10": np.array([1, 2]), "bipartite": np.array([3])})
    figure = degrees(made)
    assert [curve.name for curve in figure.data] == ["kNN text k10", "bipartite"]
    assert figure.layout.showlegend
