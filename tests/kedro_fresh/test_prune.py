"""`kedro fresh prune` removes old versions, and nothing that a fresh result needs."""

import multiprocessing
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kedro_fresh import prune
from kedro_fresh.errors import FreshError
from kedro_fresh.locks import Locks
from kedro_fresh.old_versions import Old, Rule, freed
from kedro_fresh.prune import Pruning
from kedro_fresh.record import Entry, Output, Record
from shop_project import Shop, registered


def opened(shop: Shop) -> Pruning:
    pipeline = shop.pipeline()
    with registered(pipeline):
        return Pruning([pipeline], [pipeline], shop.catalog())


def pruned(shop: Shop, keep: int = 1, days: int | None = None) -> dict[str, int]:
    """Prune; dataset -> number of versions that were removed."""
    pruning = opened(shop)
    old = pruning.old(Rule(keep, days))
    pruning.remove(old)
    return {one.dataset: len(one.versions) for one in old}


def with_rate(shop: Shop, rate: float) -> Shop:
    shop.parameters["train"] = {"model": "mean", "rate": rate}
    return shop


def versions(shop: Shop, name: str) -> list[str]:
    return sorted(path.name for path in (shop.root / "data" / "mean" / f"{name}.json").iterdir())


def test_all_but_the_newest_go_and_what_was_fresh_still_is(shop: Shop) -> None:
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    newest = {name: versions(shop, name)[-1] for name in ("fitted", "history", "report")}
    assert pruned(shop) == {"fitted": 2, "history": 2, "report": 2}
    assert {name: versions(shop, name) for name in newest} == {k: [v] for k, v in newest.items()}
    assert set(shop.run().values()) == {"fresh"}
    assert pruned(shop) == {}


def test_removed_versions_are_made_again_and_not_brought_forward(shop: Shop) -> None:
    for rate in (1.0, 2.0):
        with_rate(shop, rate).run()
    pruned(shop)
    assert with_rate(shop, 1.0).run()["train"] == "ran"
    assert with_rate(shop, 2.0).run()["train"] == "brought forward"


def test_what_a_run_would_bring_forward_stays_and_what_follows_from_it(shop: Shop) -> None:
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    assert pruned(with_rate(shop, 1.0)) == {"fitted": 1, "history": 1, "report": 1}
    done = shop.run()
    assert done == {"clean": "fresh", "train": "brought forward", "report": "brought forward"}


def test_what_nodes_of_other_pipelines_need_stays(shop: Shop) -> None:
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    pipeline = with_rate(shop, 1.0).pipeline()
    with registered(pipeline):
        part = pipeline.filter(node_names=["report"])
        pruning = Pruning([part], [pipeline], shop.catalog())
    assert [(one.dataset, len(one.versions)) for one in pruning.old(Rule(1))] == [("report", 1)]


def test_a_broken_off_run_of_other_parameters_can_still_resume(shop: Shop) -> None:
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    oldest = versions(shop, "fitted")[0]
    record = Record(shop.record("train"))
    ingredients = next(iter(record.finished.readable())).ingredients
    left = {"fitted": Output(oldest, ""), "history": Output(oldest, "")}
    record.unfinished.add(Entry(ingredients, left, "2026-01-01 00:00:00"))
    assert pruned(shop) == {"fitted": 1, "history": 1, "report": 1}
    assert versions(shop, "fitted")[0] == oldest


def test_the_number_and_the_age_that_stay(shop: Shop) -> None:
    for rate in (1.0, 2.0, 3.0, 4.0):
        with_rate(shop, rate).run()
    assert pruned(shop, keep=3) == {"fitted": 1, "history": 1, "report": 1}
    old = (datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=1)).timestamp()
    for path in (shop.root / "data").rglob("*"):
        os.utime(path, (old, old))  # the name of a version counts, not the times of files
    age = (datetime.now(UTC) - datetime(2026, 1, 1, tzinfo=UTC)).days
    assert pruned(shop, days=age + 1) == {}
    assert pruned(shop, days=age - 1) == {"fitted": 2, "history": 2, "report": 2}


def test_a_version_with_a_name_of_its_own_is_as_old_as_its_folder(tmp_path: Path) -> None:
    for name, days in (("first", 9), ("second", 3)):
        (tmp_path / name).mkdir()
        made = datetime.now(UTC).timestamp() - days * 24 * 3600
        os.utime(tmp_path / name, (made, made))
    assert Rule(1, 5).old(["first", "second", "third"], tmp_path) == ["first"]
    assert Rule(2, 5).old(["first", "second"], tmp_path) == []


def test_what_no_node_makes_stays(shop: Shop) -> None:
    shop.catalog_text = shop.catalog_text.replace("raw.json}", "raw.json, versioned: true}")
    raw = shop.root / "data" / "raw.json"
    text = raw.read_text()
    raw.unlink()
    for day in (1, 2, 3):
        (raw / f"2025-01-0{day}").mkdir(parents=True)
        (raw / f"2025-01-0{day}" / "raw.json").write_text(text)
    shop.run()
    assert pruned(shop) == {}


def test_datasets_off_the_local_disk_are_named_and_left(shop: Shop) -> None:
    shop.catalog_text = shop.catalog_text.replace("data/MODEL/report", "memory://report")
    assert opened(shop).elsewhere == ["report"]


def test_a_file_that_has_another_name_frees_nothing(tmp_path: Path) -> None:
    for version in ("first", "second"):
        (tmp_path / version).mkdir()
    (tmp_path / "first" / "file").write_bytes(b"0" * 10)
    os.link(tmp_path / "first" / "file", tmp_path / "second" / "file")
    assert freed([Old("prices", tmp_path, ["first"], 2, {})]) == 0
    assert freed([Old("prices", tmp_path, ["first", "second"], 2, {})]) == 10


def test_what_a_part_alone_would_bring_forward_stays(shop: Shop) -> None:
    # A whole run would bring forward the first `fitted`; one of `report` alone reads the second.
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    for name in ("fitted", "history"):
        shutil.rmtree(shop.newest(name).parent)
    whole = with_rate(shop, 1.0).pipeline()
    part = whole.filter(node_names=["report"])
    with registered(whole):
        pruning = Pruning([whole, part], [whole], shop.catalog())
    assert pruning.old(Rule(1)) == []


def hold(record: Path, held: "multiprocessing.synchronize.Event") -> None:
    with Locks() as locks:
        locks.take(record, "train")
        held.set()
        multiprocessing.Event().wait()


@pytest.mark.parametrize("node", ["bake", "dataset"])
def test_nothing_is_removed_while_a_run_is_at_work(shop: Shop, node: str) -> None:
    for rate in (1.0, 2.0):
        with_rate(shop, rate).run()
    pruning = opened(shop)
    old = pruning.old(Rule(1))
    other = shop.root / "data" / ".fresh" / f"{node}-0123456789ab"  # not of this pipeline
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    process = spawn.Process(target=hold, args=(other, held))
    process.start()
    try:
        assert held.wait(60)
        with pytest.raises(
            FreshError, match=rf"^{node} is being .*process {process.pid}, .*: wait"
        ):
            pruning.remove(old)
    finally:
        process.kill()
        process.join()
    assert len(versions(shop, "fitted")) == 2
    pruning.remove(old)
    assert len(versions(shop, "fitted")) == 1


def test_a_killed_prune_leaves_whole_versions_and_the_rest_to_the_next(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rate in (1.0, 2.0, 3.0):
        with_rate(shop, rate).run()
    pruning = opened(shop)
    rmtree, removed = shutil.rmtree, []

    def killed_in_the_second_version(folder: Path) -> None:
        if not folder.name.endswith(".tmp"):
            removed.append(folder)
        if len(removed) == 2:
            os.kill(os.getpid(), 9)
        rmtree(folder)

    process = os.fork()
    if not process:
        try:
            monkeypatch.setattr(prune.shutil, "rmtree", killed_in_the_second_version)
            pruning.remove(pruning.old(Rule(1)))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -9
    folder = shop.root / "data" / "mean"
    (left,) = folder.glob(".*.tmp")
    assert len(versions(shop, "fitted")) == 1
    assert all(list(path.iterdir()) for path in folder.glob("*.json/*"))
    assert set(shop.run().values()) == {"fresh"}
    assert not left.exists()  # the next run removes what killed ones have left
    assert pruned(shop) == {"history": 2, "report": 2}
    assert set(shop.run().values()) == {"fresh"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may do anything")
def test_what_cannot_be_removed_is_named(shop: Shop) -> None:
    for rate in (1.0, 2.0):
        with_rate(shop, rate).run()
    folder = shop.root / "data" / "mean" / "fitted.json"
    folder.chmod(0o500)
    try:
        with pytest.raises(FreshError, match=r"fitted.json/.* cannot be removed .Permission"):
            pruned(shop)
    finally:
        folder.chmod(0o700)


def test_the_rule_is_said_in_words() -> None:
    assert "the newest version stays. So" in str(Rule(1))
    told = "the 4 newest stay, and so do those made in the last 30 days. So"
    assert told in str(Rule(4, 30))
