"""Ingest within a limit of memory."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.ingest import main, make
from benchmarks.limited import resident_mib, run_limited

TAKES = """
import json, sys
room = []
for step in range(40):
    room.append(bytearray(b"x" * 20_000_000))
    print(json.dumps({"step": str(step), "seconds": 0.0, "rows": 1}), flush=True)
import time
time.sleep(20)
"""


def test_a_process_that_takes_too_much_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "takes.py").write_text(TAKES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    outcome = run_limited("takes", [], 300, lambda step: None)
    assert not outcome.ended and outcome.why.startswith("killed at ")
    assert outcome.peak_mib > 300


def test_the_memory_of_a_process_that_has_ended_is_none() -> None:
    assert resident_mib(2**22 + 1) == 0.0


def test_made_up_interactions_are_the_same_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, 3000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert pq.read_metadata(tmp_path / "one").num_rows == 3000


def test_ours_and_pandas_keep_the_same_interactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.ingest.SIZES", (20_000,))
    main(["--who", "ours", "--who", "pandas", "--scratch", str(tmp_path), "--out", str(tmp_path)])
    found = json.loads((tmp_path / "ingest.json").read_text())
    ours, pandas = found["rows"]
    assert ours["ended"] and pandas["ended"], capsys.readouterr().out
    rows = {step["step"]: step["rows"] for step in ours["steps"]}
    assert rows.pop("checks, matrices") == rows["split"] > 0
    assert rows == {step["step"]: step["rows"] for step in pandas["steps"]}
    assert "20,000 interactions, ours: 5-core" in capsys.readouterr().out
