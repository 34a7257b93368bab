"""What is damaged, foreign, unwritable or cannot be known: the safe thing, and a sentence."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kedro.pipeline import Node

from kedro_fresh.contents import Contents
from kedro_fresh.errors import FreshError
from kedro_fresh.reasons import Change, CodeChanged, ParameterChanged
from shop_project import Shop

ALL_RAN = {"clean": "ran", "train": "ran", "report": "ran"}
ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is damaged"),
        ('{"format": 1, "entry": {"made": 3}}', "is damaged"),
        ('{"format": 1, "entry": 3}', "is damaged"),
        ('{"format": 1}', "is damaged"),
        ("[]", "is damaged"),
        ("\udcff", "is damaged"),
        ('{"format": 99}', "has format 99, this version reads 1"),
    ],
)
def test_a_record_that_cannot_be_read_counts_as_none_and_is_set_aside(
    shop: Shop, text: str, sentence: str
) -> None:
    shop.run()
    (entry,) = shop.entries("train")
    bad = text.encode(errors="surrogateescape")
    entry.write_bytes(bad)
    told = f"train: running, because {entry.parent.name}/{entry.name} {sentence}"
    assert shop.run() == {"clean": "fresh", "train": "ran", "report": "fresh"}
    assert any(told in message for message in shop.caplog.messages)
    assert entry.with_suffix(".unreadable").read_bytes() == bad
    assert shop.run() == ALL_FRESH


def test_a_damaged_newest_entry_of_another_setting_is_told_and_set_aside(shop: Shop) -> None:
    shop.run()
    (entry,) = shop.entries("train")
    entry.write_text("{")
    shop.parameters["train"] = {"model": "mean", "rate": 3.0}
    assert shop.run()["train"] == "ran"
    told = f"train: running, because {entry.parent.name}/{entry.name} is damaged"
    assert any(message.startswith(told) for message in shop.caplog.messages)
    assert entry.with_suffix(".unreadable").exists()
    shop.parameters["train"] = {"model": "mean", "rate": 2.0}
    assert shop.plan().verdicts["train"].reasons == [
        ParameterChanged("train.rate", Change.CHANGED, 3.0, 2.0)
    ]


def test_damage_in_what_is_not_asked_for_leaves_what_is_fresh(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 3.0}
    shop.run()
    shop.entries("train")[0].write_text("{")
    assert shop.run() == ALL_FRESH


def test_a_record_that_cannot_be_listed_is_for_a_person_to_mend(shop: Shop) -> None:
    shop.run()
    folder = shop.record("train")
    shutil.rmtree(folder)
    folder.write_text("")
    with pytest.raises(FreshError, match=rf"{folder.name} cannot be read"):
        shop.run()


def test_a_damaged_memo_of_contents_counts_as_empty(shop: Shop) -> None:
    shop.run()
    memo = shop.root / "data" / ".fresh" / "contents.json"
    memo.write_text('{"format": 1, "kno')
    assert shop.run() == ALL_FRESH
    assert any("contents.json is damaged" in message for message in shop.caplog.messages)
    assert json.loads(memo.read_text())["known"]


@pytest.mark.usefixtures("at_once")
def test_contents_remembered_on_another_machine_are_not_believed(shop: Shop) -> None:
    time.sleep(0.05)  # so that the file is older than what is remembered of it
    shop.run()
    memo = shop.root / "data" / ".fresh" / "contents.json"
    known = json.loads(memo.read_text())
    raw = f"content:{shop.root / 'data' / 'raw.json'}"
    known["known"][raw][0][3] += 1  # another inode: the file of another machine
    known["known"][raw][2] = "0" * 64
    memo.write_text(json.dumps(known))
    assert shop.run() == ALL_FRESH


@pytest.fixture
def nobody() -> Iterator[None]:
    """The rights of an ordinary user, since root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_read_only_folder_is_enough_for_a_fresh_run_and_refused_for_another(
    shop: Shop, request: pytest.FixtureRequest
) -> None:
    shop.run()
    before = {
        path: path.read_bytes() for path in (shop.root / "data").rglob("*.json") if path.is_file()
    }
    for path in (shop.root, *shop.root.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    for folder in [shop.root / "data", *(shop.root / "data").rglob("*")]:
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    request.getfixturevalue("nobody")
    time.sleep(0.05)
    assert shop.run() == ALL_FRESH
    shop.parameters["digits"] = 0
    with pytest.raises(FreshError, match=r"clean must run, and .*\.fresh cannot be written"):
        shop.run()
    assert before == {path: path.read_bytes() for path in before}


def test_a_memory_from_the_future_is_not_trusted(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    contents = Contents(tmp_path / "memo.json")
    contents.of(file)
    (key,) = contents.known
    contents.known[key][1] += 10**18
    contents.known[key][2] = "wrong"
    assert contents.of(file) != "wrong"


def test_an_entry_without_persistence_is_told_before_the_run_and_never_skipped(shop: Shop) -> None:
    shop.catalog_text = "".join(
        line for line in shop.catalog_text.splitlines(True) if not line.startswith("prices")
    )
    shop.run()
    assert shop.run() == ALL_RAN | {"report": "fresh"}
    first = shop.caplog.messages[0]
    assert first == "clean cannot be skipped: prices is not persisted by the catalog"


def test_a_dataset_that_is_not_on_this_disk_is_never_taken_for_fresh(shop: Shop) -> None:
    shop.catalog_text = shop.catalog_text.replace("data/prices.json", "memory://shop/prices.json")
    shop.run()
    assert shop.run()["clean"] == "ran"
    assert "memory://shop/prices.json" in shop.caplog.messages[0]


def test_code_that_changes_while_a_node_runs_is_not_taken_for_what_ran(shop: Shop) -> None:
    path = shop.root / "src" / "shop" / "prices.py"
    plain = path.read_text()
    shop.edit(
        "prices.py",
        "    return",
        "    import pathlib\n    file = pathlib.Path(__file__)\n"
        "    file.write_text(file.read_text() + '\\nLATER = 1\\n')\n    return",
    )
    what_ran = path.read_text()
    shop.run()
    assert shop.plan().verdicts["clean"].reasons == [CodeChanged("shop.prices")]
    path.write_text(plain)
    assert shop.plan().verdicts["clean"].reasons == [CodeChanged("shop.prices")]
    path.write_text(what_ran)
    assert shop.plan().verdicts["clean"].state == "fresh"


def test_a_function_of_a_library_or_of_a_notebook_is_code_too(shop: Shop) -> None:
    shop.replaced["clean"] = Node(
        lambda raw, digits: dict(raw), ["raw", "params:digits"], "prices", name="clean"
    )
    shop.run()
    assert shop.run() == ALL_FRESH
    shop.replaced["clean"] = Node(
        lambda raw, digits: {**raw}, ["raw", "params:digits"], "prices", name="clean"
    )
    assert shop.run()["clean"] == "ran"


def test_a_module_that_is_not_python_is_told_with_its_line(shop: Shop) -> None:
    shop.run()
    shop.write("words.py", "def line(:\n")
    with pytest.raises(FreshError, match=r"words\.py, line 1"):
        shop.run()


def test_a_node_that_fails_leaves_no_record_of_itself(shop: Shop) -> None:
    shop.write("words.py", "def line(fitted, history):\n    raise ValueError('no words')\n")
    with pytest.raises(ValueError, match="no words"):
        shop.run()
    shop.write("words.py", "def line(fitted, history):\n    return 'words'\n")
    assert shop.run() == {"clean": "fresh", "train": "fresh", "report": "ran"}


def test_a_node_that_fails_leaves_what_an_earlier_run_made_as_that_runs(shop: Shop) -> None:
    shop.run()
    shop.parameters["digits"] = 0
    shop.edit("prices.py", "    return", "    raise ValueError('no prices')\n    return")
    with pytest.raises(ValueError, match="no prices"):
        shop.run()
    assert shop.plan().verdicts["clean"].state == "stale"
    shop.edit("prices.py", "    raise ValueError('no prices')\n", "")
    assert shop.plan().verdicts["clean"].state == "stale"
    shop.parameters["digits"] = 1
    assert shop.run() == ALL_FRESH


def test_a_file_from_before_there_were_versions_is_told(shop: Shop) -> None:
    (shop.root / "data" / "mean").mkdir()
    (shop.root / "data" / "mean" / "fitted.json").write_text("{}")
    with pytest.raises(FreshError, match=r"fitted\.json is a file from before fitted had versions"):
        shop.run()
