"""The record of a node: what is kept of its runs, and how little of it is read."""

from pathlib import Path
from typing import Any

import pytest

from kedro_fresh.ingredients import Ingredients
from kedro_fresh.record import ALIKE, KEPT, Entry, Output, Record, UnreadableError


def ingredients(rate: float) -> Ingredients:
    return Ingredients({"shop.models": "ab12"}, {"inputs": ["raw"]}, {"params:rate": rate}, {}, {})


def run(rate: float, made: str = "", version: str | None = "1") -> Entry:
    outputs = {"fitted": Output(version, "cd34")}
    return Entry(ingredients(rate), outputs, made, 1.5, 7, {"numpy": "2.0"}, ("from random",))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "train-ab")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    plain = Path.read_text

    def noting(path: Path, *arguments: Any, **named: Any) -> str:
        names.append(path.name)
        return plain(path, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", noting)
    return names


def made_of(record: Record, rate: float) -> list[str]:
    return [entry.made for entry in record.finished.of(ingredients(rate))]


def test_a_run_is_found_again_as_it_was_by_another_process(record: Record) -> None:
    record.finish(run(0.1, "one"))
    assert list(Record(record.path).finished.of(ingredients(0.1))) == [run(0.1, "one")]
    assert Record(record.path).finished.newest() == run(0.1, "one")
    assert list(Record(record.path).finished.of(ingredients(0.2))) == []


def test_nothing_is_known_of_a_node_that_never_ran(record: Record) -> None:
    assert record.finished.newest() is record.unfinished.newest() is None
    assert not record.path.exists()


def test_runs_of_the_same_ingredients_come_newest_first(record: Record) -> None:
    for made in ("one", "two"):
        record.finish(run(0.1, made))
    assert made_of(record, 0.1) == ["two", "one"]


def test_the_oldest_settings_are_dropped_and_few_are_kept_of_each(record: Record) -> None:
    for number in range(KEPT + 10):
        for _ in range(ALIKE + 1):
            record.finish(run(number, str(number)))
    assert len(list(record.path.glob("*.json"))) == KEPT * ALIKE
    assert made_of(record, 9) == []
    assert made_of(record, 10) == ["10"] * ALIKE
    assert made_of(record, KEPT + 9) == [str(KEPT + 9)] * ALIKE


def test_a_setting_that_is_used_again_is_not_among_the_oldest(record: Record) -> None:
    for number in [*range(KEPT), 0, KEPT]:
        record.finish(run(number, str(number)))
    assert made_of(record, 0)[0] == "0"
    assert made_of(record, 1) == []


def test_the_newest_is_known_after_more_runs_than_are_kept(record: Record) -> None:
    for number in range(6 * (ALIKE + 1)):
        record.finish(run(number // (ALIKE + 1), str(number)))
        newest = Record(record.path).finished.newest()
        assert newest is not None
        assert newest.made == str(number)


def test_a_full_record_is_not_read_but_for_what_is_asked(record: Record, read: list[str]) -> None:
    for number in range(KEPT):
        for _ in range(ALIKE):
            record.finish(run(number))
    record.begin(run(-1))
    assert read == []
    assert len(list(record.finished.of(ingredients(3)))) == len(read) == ALIKE
    read.clear()
    next(record.finished.of(ingredients(3)))
    assert len(read) == 1
    read.clear()
    record.finished.newest()
    assert len(read) == 1
    read.clear()
    record.finish(run(-1))
    assert list(record.finished.of(ingredients(-2))) == read == []


def test_unfinished_runs_are_kept_as_many_as_settings(record: Record) -> None:
    for number in range(KEPT + 3):
        record.begin(run(number, str(number)))
    assert len(record.unfinished.paths()) == KEPT
    assert list(record.unfinished.of(ingredients(2))) == []
    assert [entry.made for entry in record.unfinished.of(ingredients(3))] == ["3"]


def test_all_unfinished_runs_of_a_setting_are_kept_until_one_ends(record: Record) -> None:
    for made in ("one", "two", "three"):
        record.begin(run(0.1, made))
    record.begin(run(0.2, "other"))
    assert [e.made for e in record.unfinished.of(ingredients(0.1))] == ["three", "two", "one"]
    record.finish(run(0.1, "end"))
    assert list(record.unfinished.of(ingredients(0.1))) == []
    assert [e.made for e in record.unfinished.of(ingredients(0.2))] == ["other"]


def test_without_versions_a_run_that_begins_or_ends_takes_the_place_of_all_others(
    record: Record,
) -> None:
    record.begin(run(0.1, version=None))
    record.begin(run(0.2, version=None))
    assert list(record.unfinished.of(ingredients(0.1))) == []
    assert len(record.unfinished.paths()) == 1
    record.begin(run(0.3))
    record.finish(run(0.4, version=None))
    assert record.unfinished.paths() == []


def test_what_is_no_entry_by_its_name_is_left_alone(record: Record) -> None:
    record.finish(run(0.1, "one"))
    (entry,) = record.finished.paths()
    for name in (f".{entry.name}.ab", f"{entry.stem} (copy).json", "notes.json"):
        (record.path / name).write_text("{")
    assert record.finished.newest() == run(0.1, "one")
    record.finish(run(0.2))
    assert [path.name[:8] for path in record.finished.paths()] == ["00000001", "00000002"]


def test_an_entry_that_another_run_dropped_meanwhile_does_not_count(record: Record) -> None:
    for made in ("one", "two"):
        record.finish(run(0.1, made))
    found = record.finished.of(ingredients(0.1))
    assert next(found).made == "two"
    record.finished.drop(record.finished.paths())
    assert list(found) == []


def test_what_the_system_refuses_to_read_is_set_aside_too(record: Record) -> None:
    record.finish(run(0.1, "one"))
    (entry,) = record.finished.paths()
    entry.unlink()
    entry.mkdir()
    with pytest.raises(UnreadableError, match=f"^train-ab/{entry.name} is damaged"):
        record.finished.newest()
    record.finish(run(0.2, "two"))
    assert entry.with_suffix(".unreadable").is_dir()
    assert record.finished.newest() == run(0.2, "two")


def test_what_could_not_be_read_and_is_gone_meanwhile_is_no_trouble(record: Record) -> None:
    record.finish(run(0.1, "one"))
    (entry,) = record.finished.paths()
    entry.write_text("{")
    with pytest.raises(UnreadableError):
        next(record.finished.of(ingredients(0.1)))
    entry.unlink()
    record.finish(run(0.1, "two"))
    assert made_of(record, 0.1) == ["two"]
