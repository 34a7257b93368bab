"""Points that processes share: each is claimed once, and one whose process died again."""

import builtins
import multiprocessing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from disks import small_disk
from postgres import Server, postgres
from shell.configured import current
from siger_pipeline.errors import UserError
from siger_pipeline.shell.sweep_asked import asked_points
from siger_pipeline.shell.sweep_points import Claim, Ended, Points
from siger_pipeline.shell.sweep_storage import (
    JOURNAL,
    StorageError,
    load_optuna,
    open_storage,
    shown,
)
from siger_pipeline.shell.sweeps import Sweep

__all__ = ["postgres"]  # a fixture

TEXT = """mine:
  models: [lightgcn, mf_bpr]
  search: {budget: 3, startup: 1, warmup: 1, space: {learning_rate: [0.1, 0.2, 0.3, 0.4]}}
"""


@pytest.fixture
def sweep(conf: Path, tmp_path: Path) -> Sweep:
    (conf / "base" / "studies.yml").write_text(TEXT)
    studies = current("", conf).studies
    return replace(studies.sweep(studies.study("mine")), folder=tmp_path / "mine")


def with_storage(sweep: Sweep, url: str) -> Sweep:
    return replace(sweep, search=sweep.search.model_copy(update={"storage": url}))


def complete(claim: Claim, value: float = 0.5) -> Ended:
    return Ended(claim, "complete", 1.0, {1: value / 2, 2: value}, value)


def places(sweep: Sweep) -> list[tuple[str, int, str]]:
    return [(one.model, one.place, one.state) for one in asked_points(sweep)]


def killed(claim: Claim | None) -> None:
    """What the end of a process does."""
    assert claim is not None
    claim.held.release()


def claims_of(points: Points, ended: Ended | None = None) -> list[Claim]:
    """All that is left, each complete before the next one is claimed."""
    found = []
    while claim := points.next(ended):
        found.append(claim)
        ended = complete(claim, claim.point["train.learning_rate"])
    return found


def test_nothing_is_asked_before_a_search(sweep: Sweep) -> None:
    assert asked_points(sweep) == []
    assert not sweep.folder.exists()


def test_each_model_gets_its_budget(sweep: Sweep) -> None:
    claims = claims_of(Points(sweep))
    assert [(claim.model, claim.place) for claim in claims] == [
        (model, place) for model in ("lightgcn", "mf_bpr") for place in range(3)
    ]
    rates = [claim.point["train.learning_rate"] for claim in claims]
    assert len(set(rates[:3])) == len(set(rates[3:])) == 3
    assert [one.value for one in asked_points(sweep)] == rates
    assert Points(sweep).next() is None
    more = replace(sweep, search=sweep.search.model_copy(update={"budget": 9}))
    assert [claim.place for claim in claims_of(Points(more))] == [3, 3]  # there are four values


def test_two_processes_never_have_the_same_point(sweep: Sweep) -> None:
    one, other = Points(sweep), Points(sweep)
    first, second = one.next(), other.next()
    assert first and second
    assert (first.place, second.place) == (0, 1)
    assert first.point != second.point
    third = one.next(complete(first))
    assert third and (third.model, third.place) == ("lightgcn", 2)
    fourth = other.next(complete(second))
    assert fourth and (fourth.model, fourth.place) == ("mf_bpr", 0)


def test_a_point_whose_process_was_killed_runs_again(sweep: Sweep) -> None:
    first = Points(sweep).next()
    assert first is not None
    killed(first)
    again = Points(sweep).next()
    assert again is not None
    assert (again.place, again.point) == (first.place, first.point)
    assert claims_of(Points(sweep))  # the other points: this one is under way
    assert ("lightgcn", 0, "under way") in places(sweep)
    killed(again)
    left = claims_of(Points(sweep))
    assert [(claim.place, claim.point) for claim in left] == [(0, first.point)]
    assert len(places(sweep)) == 6


def test_a_process_killed_between_choice_and_start(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Points(sweep).next()
    killed(first)
    points = Points(sweep)

    def gone(*_: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("optuna.study.Study.ask", gone)
        with pytest.raises(KeyboardInterrupt):
            points.next()
    claims = claims_of(Points(sweep))
    assert first and (claims[0].place, claims[0].point) == (first.place, first.point)
    assert places(sweep) == [
        (model, n, "complete") for model in ("lightgcn", "mf_bpr") for n in range(3)
    ]


def test_a_sweep_that_was_killed_asks_the_points_of_one_that_was_not(
    sweep: Sweep, tmp_path: Path
) -> None:
    other = replace(sweep, folder=tmp_path / "other")
    whole = [(claim.model, claim.point) for claim in claims_of(Points(other))]
    ended: Ended | None = None
    broken = []
    for place in range(6):
        killed(Points(sweep).next(ended))
        claim = Points(sweep).next()
        assert claim is not None
        broken.append((claim.model, claim.point))
        ended = complete(claim, claim.point["train.learning_rate"])
        Points(sweep)._note(ended)
        ended = None
        assert len(places(sweep)) == place + 1
    assert broken == whole


def test_a_failed_point_is_a_row_and_tried_again_by_the_next_command(sweep: Sweep) -> None:
    points = Points(sweep)
    claim = points.next()
    assert claim is not None
    left = claims_of(points, Ended(claim, "failed", 1.0, {1: 0.2}, error="it broke"))
    assert len(left) == 5
    failed = asked_points(sweep)[0]
    assert (failed.state, failed.error, failed.value) == ("failed", "it broke", 0.2)
    again = claims_of(Points(sweep))
    assert [(one.model, one.place, one.point) for one in again] == [("lightgcn", 0, claim.point)]
    assert asked_points(sweep)[0].error == ""


def test_a_point_below_the_median_is_pruned(sweep: Sweep) -> None:
    points = Points(sweep)
    first = points.next()
    assert first is not None
    good = Ended(first, "complete", 1.0, {1: 0.3, 2: 0.4, 3: 0.5}, 0.5)
    second = points.next(good)
    assert second is not None
    assert points.report(second, {1: 0.1}) is None  # it warms up
    # Where it was killed and resumed, later epochs are there as well.
    assert points.report(second, {1: 0.1, 2: 0.15, 3: 0.9}) == 2
    third = points.next(Ended(second, "pruned", 1.0, {1: 0.1, 2: 0.15}))
    assert third is not None
    assert points.report(third, {1: 0.3, 2: 0.45}) is None
    pruned = asked_points(sweep)[1]
    assert (pruned.state, pruned.value, pruned.curve) == ("pruned", 0.15, {1: 0.1, 2: 0.15})


def test_the_second_best_goes_on_after_the_others_have_stopped(sweep: Sweep) -> None:
    """The pruner left trainings that had stopped out, so that the best one set the bar alone."""
    points = Points(sweep)
    first = points.next()
    assert first is not None
    second = points.next(Ended(first, "complete", 1.0, {1: 0.2}, 0.2))
    assert second is not None
    third = points.next(Ended(second, "complete", 1.0, {1: 0.2, 2: 0.4, 3: 0.5}, 0.5))
    assert third is not None and third.model == first.model  # whose points are compared
    assert points.report(third, {1: 0.2, 2: 0.35, 3: 0.4}) is None


def test_nothing_is_pruned_where_that_is_off(sweep: Sweep) -> None:
    search = sweep.search.model_copy(update={"pruner": "none"})
    points = Points(replace(sweep, search=search))
    first = points.next()
    assert first is not None
    second = points.next(complete(first))
    assert second is not None
    assert points.report(second, {1: 0.0, 2: 0.0, 3: 0.0}) is None


def test_points_of_other_code_data_or_settings_are_not_mixed(sweep: Sweep) -> None:
    now = {"data": "a", "code": "b", "train.batch_size": 2048}
    Points(sweep).check("lightgcn", now)
    Points(sweep).check("lightgcn", now)
    Points(sweep).check("mf_bpr", {"data": "c"})
    with pytest.raises(
        UserError, match=r"points of lightgcn in .* were searched with code 'b', and it is 'x' now:"
    ):
        Points(sweep).check("lightgcn", {**now, "code": "x"})
    with pytest.raises(UserError, match=r"with data 'a', and it is 'z' now \(and 1 more\)"):
        Points(sweep).check("lightgcn", {**now, "data": "z", "train.batch_size": 1024})


def test_a_database_by_its_url(sweep: Sweep, tmp_path: Path) -> None:
    in_database = with_storage(sweep, f"sqlite:///{tmp_path}/points.db")
    assert asked_points(in_database) == []
    assert len(claims_of(Points(in_database))) == 6
    assert [state for _, _, state in places(in_database)] == ["complete"] * 6
    assert not (sweep.folder / JOURNAL).exists()


def lost(sweep: Sweep, message: str) -> str:
    """What is said where the storage cannot be reached: one sentence without a password."""
    with pytest.raises(StorageError) as error:
        Points(sweep)
    told = str(error.value)
    assert message in told, told
    assert "\n" not in told
    assert "secret" not in told
    return told


def test_a_server_that_is_killed_loses_no_point(
    sweep: Sweep, postgres: Server, tmp_path: Path
) -> None:
    unbroken = claims_of(Points(replace(sweep, folder=tmp_path / "unbroken")))
    on_server = with_storage(sweep, postgres.create("points"))
    points = Points(on_server)
    first = points.next()
    assert first is not None
    postgres.kill()
    try:
        with pytest.raises(StorageError, match=r"points\?host=.*, cannot be used: .*same command"):
            points.report(first, {1: 0.2})
        with pytest.raises(StorageError):
            points.next(complete(first, first.point["train.learning_rate"]))
        lost(on_server, "cannot be used: connection to server on socket")
    finally:
        postgres.start()
    killed(first)
    claims = claims_of(Points(on_server))
    assert [(one.model, one.point) for one in claims] == [
        (one.model, one.point) for one in unbroken
    ]
    assert places(on_server) == [
        (model, n, "complete") for model in ("lightgcn", "mf_bpr") for n in range(3)
    ]


def test_a_connection_that_was_lost_is_made_anew(sweep: Sweep, postgres: Server) -> None:
    points = Points(with_storage(sweep, postgres.create("restarted")))
    first = points.next()
    assert first is not None
    postgres.kill()
    postgres.start()
    assert len(claims_of(points, complete(first))) == 5


def test_processes_that_begin_at_once_share_an_empty_database(
    sweep: Sweep, postgres: Server
) -> None:
    on_server = with_storage(sweep, postgres.create("empty"))
    spawn = multiprocessing.get_context("fork")
    processes = [spawn.Process(target=Points, args=(on_server,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(claims_of(Points(on_server))) == 6


def test_a_server_that_lets_nobody_in(sweep: Sweep, postgres: Server) -> None:
    postgres.run("CREATE ROLE guarded LOGIN PASSWORD 'right'")
    database = postgres.create("guarded")
    wrong = database.replace("siger@", "guarded:secret@")
    lost(with_storage(sweep, wrong), 'password authentication failed for user "guarded"')
    nowhere = database.replace("/guarded", "/nowhere")
    lost(with_storage(sweep, nowhere), 'database "nowhere" does not exist')
    unknown = database.replace("siger@", "nobody:secret@")
    lost(with_storage(sweep, unknown), 'role "nobody" does not exist')


def test_a_sweep_that_runs_in_one_folder_is_not_run_from_another(
    sweep: Sweep, postgres: Server, tmp_path: Path
) -> None:
    here = with_storage(sweep, postgres.create("folders"))
    there = replace(here, folder=tmp_path / "there")
    first = Points(here)
    claim = first.next()
    assert claim is not None
    with pytest.raises(UserError, match=r"mine/lightgcn are under way in .*/mine/search on .*"):
        Points(there).next()
    first._note(complete(claim))
    other = Points(there).next()  # nothing is under way: the folder may have been moved
    assert other is not None and other.place == 1
    with pytest.raises(UserError, match=r"are under way in .*/there/search on .* Go on there"):
        first.next()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all.db", "all.db, cannot be used: unable to open database file"),
        (
            "postgresql+psycopg2://me:secret@127.0.0.1:9/name",
            'me:***@127.0.0.1:9/name, cannot be used: connection to server at "127.0.0.1", port 9 ',
        ),
        (
            "postgresql+psycopg2://me@no-such-host.invalid/name",
            'could not translate host name "no-such-host.invalid"',
        ),
        ("postgres://me@host/name", "cannot be used: Can't load plugin"),
        ("nonsense", "nonsense, cannot be used: Could not parse"),
        ("mine://host/name", "mine://host/name, cannot be used"),
        ("postgresql+pg8000://me:secret@host/name", "me:***@host/name, cannot be used: its driver"),
    ],
)
def test_a_storage_out_of_reach(sweep: Sweep, url: str, words: str) -> None:
    lost(with_storage(sweep, url), words)
    assert "secret" not in shown(with_storage(sweep, url))


def test_a_folder_that_cannot_be_written(sweep: Sweep) -> None:
    sweep.folder.parent.mkdir(parents=True, exist_ok=True)
    sweep.folder.write_text("a file stands here")
    with pytest.raises(StorageError, match="cannot be used"):
        Points(sweep)


def test_a_full_disk_loses_no_point(sweep: Sweep, tmp_path: Path) -> None:
    unbroken = claims_of(Points(replace(sweep, folder=tmp_path / "unbroken")))
    folder = sweep.folder / "search"
    with small_disk(folder):
        points, claims, ended = Points(sweep), list[Claim](), None
        filling = folder / "filling"
        with pytest.raises(OSError, match="No space left"):
            filling.write_bytes(b"0" * 100_000)
        with pytest.raises(StorageError, match=r"journal\.jsonl, cannot be used: .*No space left"):
            while claim := points.next(ended):
                claims.append(claim)
                ended = complete(claim, claim.point["train.learning_rate"])
        for claim in claims:
            killed(claim)
        filling.unlink()
        claims += claims_of(Points(sweep))
        found = {(claim.model, claim.place): claim.point for claim in claims}
        assert found == {(claim.model, claim.place): claim.point for claim in unbroken}
        assert [state for _, _, state in places(sweep)] == ["complete"] * 6


def test_a_journal_that_a_stopped_process_holds_is_told(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    Points(sweep)
    monkeypatch.setattr("siger_pipeline.shell.sweep_storage.PATIENCE", 0.1)
    with FileLock((sweep.folder / JOURNAL).with_suffix(".lock")):
        lost(sweep, "journal.lock' could not be acquired")


def test_a_disk_that_cannot_be_written(sweep: Sweep) -> None:
    with small_disk(sweep.folder, "ro"):
        lost(sweep, "cannot be used: [Errno 30] Read-only file system")


def test_a_journal_that_was_cut_off_loses_its_last_line_alone(sweep: Sweep) -> None:
    claims_of(Points(sweep))
    journal = sweep.folder / JOURNAL
    before = places(sweep)
    with journal.open("ab") as file:
        file.write(b'{"op_code": 4, "study')
    assert places(sweep) == before
    assert journal.read_bytes().endswith(b"}\n")
    assert Points(sweep).next() is None


def test_without_optuna_a_sweep_says_so(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name == "optuna":
            raise ImportError(name)
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match=r"needs Optuna.*pip install 'siger-pipeline\[sweep\]'"):
        open_storage(sweep)
    monkeypatch.undo()
    assert load_optuna().__name__ == "optuna"
