"""Charts as Plotly figures and as PDF files."""

import json
import re
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from plotly import graph_objects as go

from reporting.charts import made_tables
from siger_pipeline.reporting.charts.chart import Chart, Panel, Series
from siger_pipeline.reporting.charts.coverage import coverage_chart
from siger_pipeline.reporting.charts.differences import differences_chart
from siger_pipeline.reporting.charts.embedded import notes_of, untitled
from siger_pipeline.reporting.charts.on_page import plotly_figure
from siger_pipeline.reporting.charts.on_paper import draw, pdf
from siger_pipeline.reporting.charts.study import study_chart
from siger_pipeline.reporting.charts.sweep import sweep_chart
from siger_pipeline.reporting.colours import colour, marker

TITLE = "mine on shop: What is shown"
STUDIES: dict[str, Callable[[], pd.DataFrame]] = {
    "models": made_tables.of_models,
    "variants": made_tables.of_variants,
    "groups": made_tables.of_pairs,
    "knockouts": made_tables.of_knockouts,
    "fusion": made_tables.of_fusion,
    "calibration": made_tables.of_calibration,
    "correctors": made_tables.of_correctors,
}
CHARTS: dict[str, Chart] = {
    **{name: study_chart(table(), TITLE) for name, table in STUDIES.items()},
    "parameters": study_chart(
        made_tables.of_parameters()[0], TITLE, made_tables.of_parameters()[1]
    ),
    "differences": differences_chart(made_tables.differences(), TITLE),
    "sweep": sweep_chart(made_tables.of_sweep(), TITLE),
    "coverage": coverage_chart(made_tables.of_coverage(), 2, TITLE),
    "nothing": study_chart(made_tables.of_models()[:0], TITLE),
}
each_chart = pytest.mark.parametrize("name", CHARTS)


@cache
def on_page(name: str) -> go.Figure:
    return plotly_figure(CHARTS[name])


@cache
def on_paper(name: str) -> bytes:
    return pdf(CHARTS[name])


def drawn_points(figure: go.Figure) -> set[tuple[float, float]]:
    return {
        (round(float(x), 9), round(float(y), 9))
        for trace in figure.data
        for x, y in zip(trace.x, trace.y, strict=True)
        if x is not None
    }


@each_chart
def test_plotly_draws_every_point(name: str) -> None:
    chart, figure = CHARTS[name], on_page(name)
    expected = {
        (round(float(x), 9), round(float(y), 9))
        for panel in chart.panels
        for series in panel.series
        if series.look != "band"
        for x, y in zip(series.x, series.y, strict=True)
    }
    assert expected <= drawn_points(figure)
    assert bool(chart.panels) == bool(expected)
    heights = [axis.domain for axis in figure.select_yaxes()]
    for upper, lower in pairwise(heights):
        assert upper[0] > lower[1]
    for words in [chart.description, *chart.notes]:
        said = re.sub("<.*?>", " ", figure.layout.title.text)
        assert words.replace(" ", "") in said.replace(" ", "")


@each_chart
def test_plotly_draws_error_bars_from_end_to_end(name: str) -> None:
    expected, found = [], []
    for panel in CHARTS[name].panels:
        for series in panel.series:
            if series.look != "band" and series.low:
                expected += list(zip(series.low, series.high, strict=True))
    for trace in on_page(name).data:
        for middle, bar in (
            ((trace.x, trace.error_x), (trace.y, trace.error_y))
            if (trace.type == "scatter")
            else ()
        ):
            for at, up, down in zip(middle, bar.array or (), bar.arrayminus or (), strict=False):
                found += [] if up is None else [(at - down, at + up)]
    ends = sorted(pair for pair in expected if not isnan(pair[0]))
    assert np.array(sorted(found)) == pytest.approx(np.array(ends))


@each_chart
def test_the_pdf_is_one_page_of_text(name: str) -> None:
    content = on_paper(name)
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    assert b"/CreationDate" not in content
    assert b"/Type3" not in content
    assert b"/Subtype /Image" not in content
    if CHARTS[name].panels:
        assert b"/CIDFontType2" in content  # TrueType, embedded: Type 42
        assert b"/FontFile2" in content
        width = re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", content)
        assert width
        assert float(width[1]) == pytest.approx(3.4 * 72)


@each_chart
def test_the_pdf_draws_every_mark(name: str) -> None:
    chart, figure = CHARTS[name], draw(CHARTS[name])
    found = {
        (round(float(x), 9), round(float(y), 9))
        for ax in figure.axes
        for line in ax.lines
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    expected = {
        (round(float(x), 9), round(float(y), 9))
        for panel in chart.panels
        for series in panel.series
        if series.look not in ("band", "bars")
        for x, y in zip(series.x, series.y, strict=True)
    }
    assert expected <= found
    bars = sorted(bar.get_height() for ax in figure.axes for bar in ax.patches)
    series = [s for panel in chart.panels for s in panel.series if s.look == "bars"]
    assert bars == pytest.approx(sorted(y for s in series for y in s.y))


@pytest.mark.parametrize("name", ["models", "coverage"])
def test_the_pdf_is_the_same_each_time(name: str) -> None:
    assert pdf(CHARTS[name]) == on_paper(name)


def grey(text: str) -> float:
    return float(np.array([int(text[n : n + 2], 16) for n in (1, 3, 5)]) @ [0.299, 0.587, 0.114])


def test_neighbours_are_told_apart_in_grey() -> None:
    models = ["siger", "lightgcn", "mgcn", "freedom"]
    values = [[0.1, 0.2], [0.2, 0.3], [0.2, 0.1], [0.1, 0.3]]
    series = [Series("line", [1, 2], y, m, label=m) for m, y in zip(models, values, strict=True)]
    series += [Series("line", [1, 2], [n, n], "bm3", label=f"bm3 {n}") for n in range(5)]
    figure = plotly_figure(Chart("", "", (), [Panel("", "x", series)]))
    seen = [(t.marker.symbol, t.line.dash, round(grey(t.line.color) / 40)) for t in figure.data]
    assert len(set(seen)) == len(seen)
    bars = on_page("coverage").data
    assert len({bar.marker.pattern.shape for bar in bars}) == len(bars)
    (ax,) = draw(CHARTS["coverage"]).axes
    assert len({bar.get_hatch() for bar in ax.patches}) == 2


def test_a_model_has_its_colour_and_shape_on_page_and_paper() -> None:
    chart, figure = CHARTS["models"], on_page("models")
    for model in ("siger", "bm3", "mf_bpr", "siger_more"):
        marks = [t.marker for t in figure.data if t.x[0] and t.marker.symbol == marker(model)]
        assert {mark.color for mark in marks} == {colour(model)}
    colours = {line.get_markeredgecolor() for ax in draw(chart).axes for line in ax.lines}
    assert {colour(model) for model in ("siger", "bm3", "mf_bpr", "siger_more")} <= colours


AWKWARD = "<b>$x_1$ & more & " + "long " * 20 + "name" * 12


def test_names_are_text_and_no_markup() -> None:
    series = [Series("filled", [0.1], [0], AWKWARD), Series("line", [1, 2], [1, 2], label=AWKWARD)]
    panels = [
        Panel(AWKWARD, AWKWARD, series, rows=[AWKWARD] * 3),
        Panel("", "x", series, y_title="y"),
    ]
    chart = Chart(AWKWARD, AWKWARD, [AWKWARD], panels, [("filled", AWKWARD)])
    figure = plotly_figure(chart).update_layout(meta=None)  # that is data, which nothing draws
    assert not any("<b>$" in text for text in texts(figure.to_plotly_json()))
    assert pdf(chart)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def test_a_reader_s_own_settings_change_nothing() -> None:
    import matplotlib

    with matplotlib.rc_context({"font.size": 20, "axes.grid": False, "lines.linewidth": 9}):
        assert pdf(CHARTS["models"]) == on_paper("models")
        assert matplotlib.rcParams["font.size"] == 20


def test_text_can_be_searched() -> None:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", on_paper("models"), re.DOTALL)
    inflated = b"".join(zlib.decompressobj().decompress(s) for s in streams if s[:1] == b"x")
    assert b"Tj" in inflated or b"TJ" in inflated


@pytest.mark.parametrize("name", sorted(CHARTS.keys() - {"nothing"}))
def test_without_its_head_a_figure_is_less_high_and_its_panels_are_as_high(name: str) -> None:
    whole = json.loads(on_page(name).to_json())
    cut = untitled(whole)
    before, after = whole["layout"], cut["layout"]
    head = before["height"] - after["height"]
    assert head == before["meta"]["head"] > 0
    assert (cut["data"], after["title"]) == (whole["data"], {})
    margins = before["margin"]["t"] + before["margin"]["b"]
    for axis in (key for key in before if key.startswith("yaxis")):
        of_both = [
            [end * (of["height"] - margins) for end in of[axis].get("domain", [0])]
            for of in (before, after)
        ]
        assert of_both[0] == pytest.approx(of_both[1])
    assert all(0 <= each["y"] <= 1 for each in after.get("annotations", ()))
    assert notes_of(whole) == [*CHARTS[name].notes]


def test_a_figure_of_its_title_alone_stays_as_it_is() -> None:
    whole = json.loads(on_page("nothing").to_json())
    assert (untitled(whole), notes_of(whole)) == (whole, [])
