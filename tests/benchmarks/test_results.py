"""Verdicts, ratios, slopes, tables, files and plots, of made-up figures."""

import json
import os
import platform
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.harness import Measured
from benchmarks.machine import one_line, provenance
from benchmarks.plots import apart, growth_plot, speed_plot
from benchmarks.results import Row, load, save
from benchmarks.scale import growth_table
from benchmarks.slopes import Series, slope
from benchmarks.tables import table


def measured(label: str, *samples: float, share: float = 1.0) -> Measured:
    return Measured(label, list(samples), [9.0], share, 2, 50.0, 60.0, 70.0, {"steps": 58})


def row(name: str = "epoch", aim: float | None = 3.0, *samples: float) -> Row:
    own = measured("ours", *(samples or (1.0, 2.0, 6.0)))
    other = measured("plain", 10.0, 30.0, 20.0, share=0.5)
    return Row(name, f"the {name}", "s", own.median, aim, own, (other,), "a note")


def test_medians_and_their_ratio() -> None:
    one = row()
    assert one.value == 2.0
    assert one.ratios() == {"plain": 10.0}


@pytest.mark.parametrize(("aim", "verdict"), [(2.0, "met"), (1.99, "not met"), (None, "")])
def test_verdicts(aim: float | None, verdict: str) -> None:
    assert row("epoch", aim).verdict == verdict


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_slope_of_a_power_law_is_its_power(power: float) -> None:
    sizes = [1e5, 3e5, 1e6, 1e7]
    assert slope(sizes, [7 * n**power for n in sizes]) == pytest.approx(power)


def test_the_slope_is_that_of_least_squares() -> None:
    assert slope([1, 10, 100], [1, 10, 10]) == pytest.approx(0.5)


def test_a_series_of_one_size_has_no_slope_and_no_verdict() -> None:
    one = Series("stage", "items", [10], [1.0], [5.0], [False])
    assert (one.slope, one.verdict) == (None, "")


def test_the_growth_table_marks_what_is_extrapolated_and_judges() -> None:
    steep = Series("stage", "items", [10, 100], [1.0, 100.0], [5, 6], [False, True])
    flat = Series("other", "items", [10, 100], [1.0, 10.0], [5, 6], [False, False])
    told = growth_table([steep, flat]).splitlines()
    assert "1 / 100*" in told[2]
    assert "2.00  not met" in told[2]
    assert "1.00      met" in told[3]


def test_a_table_shows_aims_verdicts_ratios_and_what_is_extrapolated() -> None:
    told = table([row(), row("graphs", 1.0), Row("m", "memory", "MiB", 1234.5, 2000.0)])
    lines = told.splitlines()
    assert len({line.index("aim") for line in lines[:1]}) == 1
    assert "≤ 3 s" in lines[2]
    assert "not met" in lines[3]
    assert "1,234 MiB" in lines[4]
    assert "plain 10×" in lines[2]
    assert "  plain: extrapolated from 50.0% of it" in lines


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "results" / "speed.json"
    save(path, provenance(["--repeat", "5"], "benchmarks.speed"), rows=[row().to_json()])
    held = load(path)
    assert held["rows"] == [row()]
    stored = json.loads(path.read_text())["rows"][0]
    assert stored["verdict"] == "met"
    assert stored["measured"]["samples"] == [1.0, 2.0, 6.0]
    assert (stored["measured"]["min"], stored["measured"]["max"]) == (1.0, 6.0)


def test_provenance_names_no_machine_and_no_folder(tmp_path: Path) -> None:
    run = provenance(["--mmrec", str(tmp_path), "--full"], "benchmarks.speed")
    text = json.dumps(run)
    assert run["command"] == "python -m benchmarks.speed --mmrec PATH --full"
    assert os.getcwd() not in text  # noqa: PTH109
    assert str(tmp_path) not in text
    assert platform.node() not in (text if len(platform.node()) > 3 else "")
    assert run["machine"]["cores"] >= 1
    assert run["versions"]["torch"].startswith("2.")
    assert run["date"] in one_line(run)


def test_the_plots_show_every_row_and_are_the_same_twice(tmp_path: Path) -> None:
    speed_plot([row(), row("graphs", None)], "a heading", tmp_path / "a.svg")
    speed_plot([row(), row("graphs", None)], "a heading", tmp_path / "b.svg")
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    shown = " ".join(ElementTree.fromstring(text).itertext())
    for wanted in ("the epoch", "the graphs", "a heading", "plain, 20 s*"):
        assert wanted in shown


def test_the_plot_of_growth_names_stages_and_slopes(tmp_path: Path) -> None:
    one = Series("stage", "items", [10, 100], [1.0, 100.0], [5, 6], [False, True])
    other = Series("kNN", "interactions", [10, 100], [1.0, 10.0], [5, 6], [False, True])
    growth_plot([one, other], "a heading", tmp_path / "growth.svg")
    shown = " ".join(ElementTree.fromstring((tmp_path / "growth.svg").read_text()).itertext())
    assert "stage 2.00" in shown
    assert "kNN 1.00" in shown


def test_names_are_moved_apart_and_stay_below_the_top() -> None:
    assert apart([1.0, 1.1, 5.0], 1.0, 9.0) == [1.0, 2.0, 5.0]
    assert apart([3.0, 3.0, 3.0], 1.0, 3.0) == [1.0, 2.0, 3.0]
    assert apart([], 1.0, 3.0) == []
