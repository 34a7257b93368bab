"""Verdicts, ratios, slopes, tables and files, of made-up figures."""

import json
import os
import platform
from pathlib import Path

import pytest

from benchmarks.harness import Measured
from benchmarks.results import RESULTS, Row, one_line, provenance, save, table
from benchmarks.scale import STAGES, STEP, growth, slope


def measured(label: str, *samples: float, share: float = 1.0) -> Measured:
    return Measured(label, list(samples), [9.0], share, 2, 50.0, 60.0, 70.0, {"steps": 58})


def row(aim: float | None = 3.0) -> Row:
    other = measured("plain", 10.0, 30.0, 20.0, share=0.5)
    own = measured("ours", 1.0, 2.0, 6.0)
    return Row("epoch", "the epoch", "s", own.median, aim, own, (other,), "a note")


@pytest.mark.parametrize(("aim", "verdict"), [(2.0, "met"), (1.99, "not met"), (None, "")])
def test_verdicts_and_ratios_are_those_of_medians(aim: float | None, verdict: str) -> None:
    assert row(aim).value == 2.0
    assert row(aim).verdict == verdict
    assert row(aim).ratios() == {"plain": 10.0}


def test_a_table_shows_aims_verdicts_ratios_and_extrapolation() -> None:
    lines = table([row(), row(1.0), Row("m", "memory", "MiB", 1234.5, 2000.0)]).splitlines()
    assert "≤ 3 s" in lines[2]
    assert "plain 10×" in lines[2]
    assert "not met" in lines[3]
    assert "1,234 MiB" in lines[4]
    assert lines.count("  plain: extrapolated from 50.0% of it") == 1


def test_a_file_holds_rows_with_verdict_and_samples(tmp_path: Path) -> None:
    path = tmp_path / "results" / "speed.json"
    save(path, provenance(["--repeat", "5"], "benchmarks.speed"), rows=[row().to_json()])
    stored = json.loads(path.read_text())["rows"][0]
    assert stored["verdict"] == "met"
    assert stored["measured"]["samples"] == [1.0, 2.0, 6.0]
    assert (stored["measured"]["min"], stored["measured"]["max"]) == (1.0, 6.0)


def test_stored_results_have_the_fields_of_today() -> None:
    for name in ("speed", "graphs", "siger", "threads", "models", "again/models"):
        stored = json.loads((RESULTS / f"{name}.json").read_text())
        assert {"format", "date", "command", "machine", "versions"} < set(stored)
        for one in stored["rows"]:
            assert set(one) == set(row().to_json())
            for job in filter(None, (one["measured"], *one["alternatives"])):
                assert set(job) == set(measured("", 1.0).to_json())


def test_provenance_names_no_machine_and_no_folder(tmp_path: Path) -> None:
    run = provenance(["--mmrec", str(tmp_path), "--repeat"], "benchmarks.speed")
    text = json.dumps(run)
    assert run["command"] == "python -m benchmarks.speed --mmrec PATH --repeat"
    assert os.getcwd() not in text  # noqa: PTH109
    assert str(tmp_path) not in text
    assert platform.node() not in (text if len(platform.node()) > 3 else "")
    assert run["machine"]["cores"] >= 1
    assert run["versions"]["torch"].startswith("2.")
    assert run["date"] in one_line(run)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_slope_of_a_power_law_is_its_power(power: float) -> None:
    sizes = [1e5, 3e5, 1e6, 1e7]
    assert slope(sizes, [7 * n**power for n in sizes]) == pytest.approx(power)


def test_the_slope_is_that_of_least_squares() -> None:
    assert slope([1, 10, 100], [1, 10, 10]) == pytest.approx(0.5)


def growth_of(*sizes: int) -> str:
    """The text of growth where a stage at N = 10ⁿ takes 10ⁿ seconds, but a step always 40."""
    rows = []
    for stage in STAGES:
        for n in sizes:
            seconds, share = (40.0, 0.25) if stage == STEP else (float(n), 1.0)
            own = Measured("", [seconds], [], share, 2, 1, 1, 5, {"steps": 5})
            rows.append(Row(f"{stage} {n}", "", "s", seconds, None, own))
    text, contents = growth(rows, Path())
    assert contents["slopes"].keys() == STAGES.keys()
    return text


def test_growth_is_judged_by_its_slope() -> None:
    lines = growth_of(10, 100).splitlines()
    (ingest,) = [line.split() for line in lines if line.startswith("ingest")]
    assert ingest == ["ingest", "10", "/", "100", "1.00", "met"]
    (knn,) = [line.split() for line in lines if line.startswith("kNN")]
    assert knn == ["kNN", "10", "/", "100", "1.00"]
    (step,) = [line.split() for line in lines if line.startswith(STEP)]
    assert step[:5] == ["SIGER", "step", "2", "/", "2"]
    assert (float(step[5]), step[6]) == (0, "met")
    assert "met" not in growth_of(10)


def test_the_budget_is_judged_at_the_largest_size() -> None:
    assert ": 500 s, peak 5 MiB" in growth_of(100)
    assert growth_of(10**5, 10**7).endswith("(aim 3,600 s, 24,576 MiB: not met)\n")
