"""Fresh processes that take turns, and their results."""

import os
from pathlib import Path

import pytest

from benchmarks.harness import Job, measure


@pytest.fixture(autouse=True)
def _jobs_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def counting(letter: str, step: float, **options: object) -> Job:
    known = {key: value for key, value in options.items() if key != "repeat"}
    arguments = {"letter": letter, "step": step, **known}
    repeat = options.get("repeat")
    assert repeat is None or isinstance(repeat, int)
    return Job(letter, "small_jobs:counting", arguments, repeat)


def test_jobs_take_turns_in_processes_of_their_own(tmp_path: Path) -> None:
    jobs = [counting("a", 1.0), counting("b", 10.0)]
    first, second = measure(jobs, tmp_path, repeat=3, warm_up=1)
    assert (tmp_path / "order").read_text() == "abababab"
    assert len({first.notes["process"], second.notes["process"], os.getpid()}) == 3


def test_the_warm_up_is_apart_from_the_samples(tmp_path: Path) -> None:
    (measured,) = measure([counting("a", 1.0)], tmp_path, repeat=4, warm_up=2)
    assert measured.warm_up == [1.0, 2.0]
    assert measured.samples == [3.0, 4.0, 5.0, 6.0]
    assert measured.median == 4.5
    assert measured.notes["number"] == 6


def test_a_slow_job_has_its_own_number_and_no_warm_up(tmp_path: Path) -> None:
    quick, slow = measure([counting("a", 1.0), counting("b", 1.0, repeat=2)], tmp_path, repeat=3)
    assert len(quick.samples) == 3
    assert (slow.samples, slow.warm_up) == ([1.0, 2.0], [])
    assert (tmp_path / "order").read_text() == "ababaa"


def test_a_part_is_extrapolated_to_the_whole_and_says_so(tmp_path: Path) -> None:
    (measured,) = measure([counting("a", 1.0, share=0.25)], tmp_path, repeat=1, warm_up=0)
    assert measured.samples == [4.0]
    assert measured.share == 0.25


def test_peak_memory_is_the_jobs_own(tmp_path: Path) -> None:
    job = Job("holds", "small_jobs:holding", {"mib": 200})
    small = Job("holds less", "small_jobs:holding", {"mib": 1})
    large, little = measure([job, small], tmp_path, repeat=2)
    assert 195 <= large.peak_mib - little.peak_mib < 260
    assert large.ready_mib < 150


def test_the_memory_of_the_preparation_is_apart(tmp_path: Path) -> None:
    job = Job("prepares", "small_jobs:preparing", {"mib": 200})
    (measured,) = measure([job], tmp_path, repeat=1)
    assert measured.prepare_mib > 200
    assert measured.peak_mib < 150


def test_what_the_work_prints_stays_out_of_the_output(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (measured,) = measure([Job("talks", "small_jobs:talking")], tmp_path, repeat=2)
    assert measured.samples == [1.0, 1.0]
    out, err = capfd.readouterr()
    assert "this is no row" not in out
    assert "this is no row" in err


def test_a_failure_names_the_job_and_its_reason(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)the job failed.*the reason of the failure"):
        measure([Job("the job", "small_jobs:failing")], tmp_path, repeat=1)


def test_threads_are_those_asked_for(tmp_path: Path) -> None:
    job = Job("environment", "small_jobs:environment", environment={"GOMP_SPINCOUNT": "12345"})
    (measured,) = measure([job], tmp_path, repeat=1, threads=1)
    assert measured.threads == 1
    assert measured.notes == {"OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "12345"}
    assert os.environ.get("GOMP_SPINCOUNT") != "12345"


def test_a_job_whose_process_dies_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the job failed: its process ended"):
        measure([Job("the job", "small_jobs:dying")], tmp_path, repeat=1)
