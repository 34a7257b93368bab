"""The charts of differences, sweeps and coverage."""

from math import nan

import pytest

from reporting.charts import made_tables
from siger_pipeline.reporting.charts.chart import Panel
from siger_pipeline.reporting.charts.coverage import coverage_chart
from siger_pipeline.reporting.charts.differences import differences_chart
from siger_pipeline.reporting.charts.sweep import sweep_chart


def looks(panel: Panel) -> dict[str, str]:
    return {series.model: series.look for series in panel.series}


def test_differences_have_their_interval_and_their_verdict() -> None:
    tests = made_tables.differences()
    chart = differences_chart(tests, "mine on shop: What is shown")
    for metric, panel in zip(("recall", "ndcg"), chart.panels, strict=True):
        assert list(panel.rows) == ["ease", "siger", "bm3"]
        assert panel.at == 0
        assert panel.x_title == f"{metric}@20, test: difference to lightgcn"
        of = {row["model"]: row for _, row in tests.iterrows() if row["metric"] == metric}
        assert {series.model for series in panel.series} == set(of)
        for series in panel.series:
            row = of[series.model]
            drawn = (series.x[0], series.low[0], series.high[0])
            assert drawn == (row["difference"], row["low"], row["high"])
            assert panel.rows[int(series.y[0])] == series.model
    assert looks(chart.panels[0]) == {"ease": "filled", "siger": "open", "bm3": "dotted"}
    assert {look for look, _ in chart.key} == {"filled", "open", "dotted"}
    assert chart.notes == ["Bars: 95% bootstrap intervals over 60 users."]


def test_a_tie_is_hollow_even_if_the_test_calls_it_significant() -> None:
    tests = made_tables.differences()
    (tie,) = tests[(tests["model"] == "siger") & (tests["metric"] == "recall")].to_dict("records")
    assert tie["tie"]
    assert tie["significant"]
    assert looks(differences_chart(tests, "").panels[0])["siger"] == "open"


def test_variants_of_one_model_keep_their_order() -> None:
    tests = made_tables.differences().assign(model="siger")
    tests["variant"] = ["−MP", "−DA", "−EISG"] * 2
    (panel, _) = differences_chart(tests, "").panels
    assert list(panel.rows) == ["−MP", "−DA", "−EISG"]


def test_a_corrector_stands_behind_the_name_of_its_model() -> None:
    tests = made_tables.differences()
    tests["variant"] = ["", "−MP, calibrated by ease", "calibrated by itemknn"] * 2
    tests["difference"] = [0.1, 0.3, 0.2] * 2
    (panel, _) = differences_chart(tests, "").panels
    models = tests["model"].tolist()
    expected = [f"{models[1]}, −MP + ease", f"{models[2]} + itemknn", models[0]]
    assert list(panel.rows) == expected


def test_a_sweep_shows_points_in_order_and_the_best_so_far() -> None:
    siger, ease = sweep_chart(made_tables.of_sweep(), "mine on shop").panels
    assert (siger.title, ease.title) == ("siger", "ease")
    drawn = {series.look: (list(series.x), list(series.y)) for series in siger.series}
    assert drawn == {
        "step": ([1, 3, 4, 5], [0.2, 0.2, 0.3, 0.3]),
        "filled": ([1, 3, 4], [0.2, 0.15, 0.3]),
        "open": ([2], [0.1]),
        "failed": ([5], [0.1]),  # at the foot
    }
    drawn = {series.look: (list(series.x), list(series.y)) for series in ease.series}
    assert drawn == {"step": ([2, 2], [0.4, 0.4]), "filled": ([2], [0.4]), "failed": ([1], [0.4])}
    key = dict(sweep_chart(made_tables.of_sweep(), "").key)
    assert key == {
        **{"filled": "complete", "open": "pruned", "failed": "failed"},
        "step": "best so far",
    }


def test_a_sweep_of_which_all_has_failed() -> None:
    table = made_tables.of_sweep().assign(state="failed", value=nan)
    assert [series.look for panel in sweep_chart(table, "").panels for series in panel.series] == [
        "failed",
        "failed",
    ]


def test_coverage_is_a_share_of_the_items_that_have_cooccurring_ones() -> None:
    chart = coverage_chart(made_tables.of_coverage(), 2, "mine on shop")
    text, image = chart.panels[0].series
    assert (text.label, image.label) == ("kNN text k5 (hashing)", "kNN image k5 (hashing)")
    assert list(text.x) == [0, 1, 2]
    assert list(text.y) == pytest.approx([2 / 5, 1 / 5, 2 / 5])
    assert list(image.y) == pytest.approx([4 / 5, 1 / 5, 0])
