"""What the chart of a study shows, against readings of its table by loops."""

import statistics
from math import isnan

import pandas as pd
import pytest

from reporting.charts import made_tables
from reporting.charts.made_tables import LAYERS, K
from siger_pipeline.reporting.charts.chart import Look, Panel, Series
from siger_pipeline.reporting.charts.study import study_chart
from siger_pipeline.studies.measured import of_fusion

TITLE = "mine on shop: What is shown"


def seeds_of(
    table: pd.DataFrame, metric: str, model: str, variant: str = "", group: str = ""
) -> list[float]:
    """The values at test of one model under one variant, read row by row."""
    name, k = metric.split("@")
    found = []
    for _, row in table.iterrows():
        own = "" if pd.isna(row.get("group")) else row["group"]
        if (row["split"], row["metric"], row["k"]) != ("test", name, int(k)):
            continue
        if (row["model"], row["variant"], own) == (model, variant, group):
            found.append(float(row["value"]))
    return found


def of_look(panel: Panel, look: Look) -> list[Series]:
    return [series for series in panel.series if series.look == look]


def marks(panel: Panel, look: Look = "filled") -> dict[str, float]:
    """Label of the row -> x, of each mark."""
    return {panel.rows[int(s.y[0])]: s.x[0] for s in of_look(panel, look)}


def test_models_stand_from_the_best_to_the_worst_with_means_and_deviations() -> None:
    table = made_tables.of_models()
    chart = study_chart(table, TITLE)
    assert (chart.title, chart.description) == ("mine on shop", "What is shown")
    assert [panel.x_title for panel in chart.panels] == ["recall@20, test", "ndcg@20, test"]
    for metric, panel in zip(("recall@20", "ndcg@20"), chart.panels, strict=True):
        assert list(panel.rows) == ["siger_more", "siger", "bm3", "mf_bpr"]
        for series in of_look(panel, "filled"):
            values = seeds_of(table, metric, series.model)
            assert panel.rows[int(series.y[0])] == series.model
            assert series.x == pytest.approx([statistics.mean(values)])
            if len(values) == 1:
                assert isnan(series.low[0])
                assert isnan(series.high[0])
                continue
            spread = statistics.stdev(values)
            assert series.low == pytest.approx([statistics.mean(values) - spread])
            assert series.high == pytest.approx([statistics.mean(values) + spread])
    assert chart.notes == ["Bars: ± the deviation between 3 seeds."]


def test_published_figures_stand_in_the_rows_of_their_models() -> None:
    chart = study_chart(made_tables.of_models(), TITLE)
    recall, ndcg = chart.panels
    (paper,), (band,) = of_look(recall, "paper"), of_look(recall, "band")
    rows = list(recall.rows)
    assert list(zip(paper.x, paper.y, strict=True)) == [
        (0.30, rows.index("siger")),
        (0.10, rows.index("bm3")),
    ]
    assert list(zip(band.low, band.high, band.y, strict=True)) == [
        (0.08, 0.14, rows.index("bm3")),
        (0.05, 0.05, rows.index("mf_bpr")),
    ]
    assert not of_look(ndcg, "paper")
    assert {look for look, _ in chart.key} == {"paper", "band"}


def test_variants_of_one_model_stand_in_the_order_of_the_study() -> None:
    chart = study_chart(made_tables.of_variants(), TITLE)
    for panel, share in zip(chart.panels, (1, 2), strict=True):
        assert list(panel.rows) == ["SIGER", "−MP", "siger"]
        assert list(marks(panel).values()) == pytest.approx([v / share for v in (0.2, 0.3, 0.1)])
        assert {series.model for series in of_look(panel, "filled")} == {"siger"}
    assert chart.notes == ["Failed, and so not drawn: siger+beta=0."]


def test_models_under_two_variants_are_joined_a_panel_a_group() -> None:
    table = made_tables.of_pairs()
    chart = study_chart(table, TITLE)
    assert [panel.title for panel in chart.panels] == [
        "all",
        "user activity Q1",
        "cold items among all",
    ]
    assert chart.key == [("open", "all"), ("filled", "cold")]
    groups = ("", "user_activity Q1", "cold_items among all")
    for panel, group in zip(chart.panels, groups, strict=True):
        assert list(panel.rows) == ["freedom", "lightgcn", "siger"]
        for look, variant in (("open", "all"), ("filled", "cold")):
            models = [m for m in panel.rows if seeds_of(table, "recall@20", m, variant, group)]
            expected = {m: seeds_of(table, "recall@20", m, variant, group)[0] for m in models}
            assert marks(panel, look) == pytest.approx(expected)  # type: ignore[arg-type]
    whole, _, cold = chart.panels
    links = [(list(link.x), list(link.y)) for link in of_look(whole, "link")]
    assert links == [([0.3, pytest.approx(0.2)], [0, 0]), ([0.2, pytest.approx(0.1)], [2, 2])]
    assert set(marks(cold)) == {"freedom", "siger"}
    assert not of_look(cold, "open")


def test_more_variants_have_a_row_each_beside_the_first_one() -> None:
    (panel, _) = study_chart(made_tables.of_knockouts(), TITLE).panels
    changed = ("text: noise", "text: zeros", "image: noise")
    assert list(panel.rows) == [f"{m}, {v}" for m in ("siger", "freedom") for v in changed]
    assert list(marks(panel).values()) == pytest.approx([0.8, 0.7, 0.6, 0.4, 0.3, 0.2])
    assert list(marks(panel, "open").values()) == pytest.approx([0.9] * 3 + [0.5] * 3)


def test_a_numeric_parameter_is_an_axis() -> None:
    table, varied = made_tables.of_parameters()
    chart = study_chart(table, TITLE, varied)
    assert [panel.x_title for panel in chart.panels] == [K, LAYERS]
    assert [panel.at for panel in chart.panels] == [5.0, 2.0]
    expected = {K: [(2, f"{K}=2"), (5, "as configured"), (10, f"{K}=10")]}
    expected[LAYERS] = [(1, f"{LAYERS}=1"), (2, "as configured")]
    for panel in chart.panels:
        (line,) = of_look(panel, "line")
        points = expected[panel.x_title]
        values = [seeds_of(table, "recall@20", "siger", variant) for _, variant in points]
        means = [statistics.mean(v) for v in values]
        spreads = [statistics.stdev(v) for v in values]
        assert list(line.x) == list(panel.ticks) == [x for x, _ in points]
        assert list(line.y) == pytest.approx(means)
        assert list(line.low) == pytest.approx([m - s for m, s in zip(means, spreads, strict=True)])
        assert list(line.high) == pytest.approx(
            [m + s for m, s in zip(means, spreads, strict=True)]
        )
    (paper,) = of_look(chart.panels[0], "paper")
    assert list(zip(paper.x, paper.y, strict=True)) == [(2.0, 0.25), (5.0, 0.30)]
    assert "On no line: lightgcn, as configured 0.1500." in chart.notes
    assert "Dotted: as configured." in chart.notes


def test_a_grid_of_two_parameters_has_a_line_for_each_value_of_the_other_one() -> None:
    rates, sizes = (0.0001, 0.001, 0.01), (512, 1024)
    trials = [
        made_tables.measured("lightgcn", 0.1 + rate + size / 1e5, f"rate={rate}, size={size}")
        for rate in rates
        for size in sizes
    ]
    names = [trial.trial["trial"] for trial in trials]
    pairs = [(rate, size) for rate in rates for size in sizes]
    varied = {
        "rate": {"values": dict(zip(names, [r for r, _ in pairs], strict=True))},
        "size": {"values": dict(zip(names, [s for _, s in pairs], strict=True))},
    }
    for of in varied.values():
        of["configured"] = None
    by_rate, by_size = study_chart(made_tables.tidy_table(trials), TITLE, varied).panels
    assert (by_rate.log, by_size.log) == (True, False)
    assert [s.label for s in by_rate.series] == ["size=512", "size=1024"]
    assert [list(s.x) for s in by_rate.series] == [list(rates)] * 2
    assert [s.label for s in by_size.series] == [f"rate={r}" for r in rates]
    assert list(by_size.series[2].y) == pytest.approx([0.11512, 0.12024])


def test_values_that_are_no_numbers_are_variants() -> None:
    trials = [made_tables.measured("siger", 0.1 * n, f"text={n}") for n in (1, 2)]
    values = {trial.trial["trial"]: name for trial, name in zip(trials, "ab", strict=True)}
    varied = {"text": {"values": values, "configured": "a"}}
    (panel, _) = study_chart(made_tables.tidy_table(trials), TITLE, varied).panels
    assert list(panel.rows) == ["text=1", "text=2"]


def test_a_fusion_is_a_row_beside_its_members() -> None:
    chart = study_chart(made_tables.of_fusion(), TITLE)
    assert marks(chart.panels[0]) == {"fusion": 0.4, "ease": 0.3, "siger": 0.2}
    assert chart.notes == ["fusion: 1 · siger+seed=1 + 0.5 · ease."]


def test_a_corrector_is_a_second_mark_in_the_row_of_its_model() -> None:
    chart = study_chart(made_tables.of_calibration(), TITLE)
    for panel, share in zip(chart.panels, (1, 2), strict=True):
        assert list(panel.rows) == ["ease", "siger", "bm3"]  # by what they are by themselves
        assert marks(panel) == pytest.approx({"siger": 0.35 / share, "bm3": 0.4 / share})
        assert marks(panel, "open") == pytest.approx({"siger": 0.2 / share, "ease": 0.3 / share})
        assert [link.x for link in of_look(panel, "link")] == [[0.2 / share, 0.35 / share]]
    (paper,) = of_look(chart.panels[0], "paper")
    assert (paper.x, paper.y) == ([0.3], [1])
    said = [("open", "alone"), ("filled", "calibrated by itemknn"), ("paper", "the paper")]
    assert chart.key == said
    assert chart.notes == [
        "Failed, and so not drawn: ease+seed=1, calibrated by itemknn; bm3+seed=1."
    ]


def test_several_correctors_have_a_panel_each() -> None:
    chart = study_chart(made_tables.of_correctors(), TITLE)
    *panels, group = chart.panels
    assert [panel.title for panel in chart.panels] == [
        *("calibrated by itemknn", "calibrated by ease_text", "user activity Q1")
    ]
    assert {panel.x_title for panel in chart.panels} == {"recall@20, test"}
    rows = ["mgcn, SIGER", "mgcn, −MP", "siger, SIGER", "siger, −MP"]
    for panel, more in zip(panels, (0.05, -0.01), strict=True):
        assert list(panel.rows) == rows
        values = (0.4, 0.1, 0.3, 0.2)
        assert list(marks(panel, "open").values()) == pytest.approx(values)
        assert list(marks(panel).values()) == pytest.approx([value + more for value in values])
        assert len(of_look(panel, "link")) == 4
    assert (list(group.rows), set(marks(group, "open")), marks(group)) == (rows, {*rows}, {})
    assert chart.key == [("open", "alone"), ("filled", "calibrated")]


def test_a_corrector_has_a_line_of_its_own() -> None:
    trials = [made_tables.measured("siger", k / 10, f"{K}={k}") for k in (2, 5)]
    again = [made_tables.calibrated(trial, "ease", 0.9) for trial in trials]
    names = [trial.trial["trial"] for trial in trials]
    varied = {K: {"values": dict(zip(names, (2, 5), strict=True)), "configured": None}}
    (panel,) = study_chart(made_tables.tidy_table([*trials, *again]), TITLE, varied).panels
    assert [(line.label, list(line.y)) for line in of_look(panel, "line")] == [
        ("siger", [0.2, 0.5]),
        ("calibrated by ease", [0.9, 0.9]),
    ]


def test_a_fusion_beside_calibrated_models_stands_alone() -> None:
    (siger, *_), took = [made_tables.measured("siger", 0.2)], made_tables.TOOK
    fusion = {"trials": ["siger"], "weights": [1], "metrics": {"test": {"recall@20": 0.4}}}
    rows = [siger, made_tables.calibrated(siger, "ease", 0.3)]
    rows.append(of_fusion(fusion, took, ["siger"], [made_tables.ORIGIN]))
    (panel, *_) = study_chart(made_tables.tidy_table(rows), TITLE).panels
    assert (marks(panel), marks(panel, "open")) == ({"siger": 0.3}, {"siger": 0.2, "fusion": 0.4})


@pytest.mark.parametrize("drop", ["all", "error", "k"])
def test_a_table_without_figures_has_a_chart_that_says_so(drop: str) -> None:
    table = made_tables.of_variants()
    left = {
        "all": table[:0],
        "error": table[table["error"].notna()],
        "k": table[table["k"].isna()],
    }[drop]
    chart = study_chart(left, TITLE)
    assert not chart.panels
    assert "No trial has a metric to draw." in chart.notes
