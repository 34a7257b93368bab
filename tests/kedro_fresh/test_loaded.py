"""What counts as code is the source that Python loaded and ran."""

import importlib
import os
import py_compile
import shutil
import sys
import time
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from kedro_fresh.loaded import (
    ATTRIBUTE,
    WatchingFinder,
    digest_of,
    keeping_to,
    runs_other_source,
    watch,
)
from kedro_fresh.reasons import CodeChanged
from kedro_fresh.runner import FreshRunner
from shop_project import Shop, registered

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}
SWITCHING = """
def clean(raw, digits):
    import pathlib
    words = pathlib.Path(__file__).with_name("words.py")
    words.write_text({other!r})
    return dict(raw)
"""
OTHER_BRANCH = "def line(fitted, history):\n    return 'the other branch'\n"


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that is watched; compiled files are written."""
    folder = tmp_path / "wpack"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    watch("wpack")
    yield folder
    sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, "package", None) != "wpack"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "wpack"]:
        del sys.modules[name]


def value_of(name: str = "wpack.a") -> object:
    sys.modules.pop(name, None)
    importlib.invalidate_caches()
    return importlib.import_module(name).VALUE


def test_a_module_that_is_imported_in_mid_run_is_of_the_code_that_the_run_began_with(
    shop: Shop,
) -> None:
    words = shop.root / "src" / "shop" / "words.py"
    first = words.read_text()
    shop.write("cleaning.py", SWITCHING.format(other=OTHER_BRANCH))
    shop.run()
    assert words.read_text() == OTHER_BRANCH
    assert "the other branch" not in shop.newest("report").read_text()
    assert shop.plan().verdicts["report"].reasons == [CodeChanged("shop.words")]
    words.write_text(first)
    assert shop.run() == ALL_FRESH


def test_a_module_that_the_other_branch_deletes_is_still_imported(shop: Shop) -> None:
    text = SWITCHING.format(other="").replace("write_text('')", "unlink()")
    shop.write("cleaning.py", text)
    shop.run()
    assert "{'steps': 3}" in shop.newest("report").read_text()


def test_a_data_file_that_was_written_while_a_node_ran_makes_it_run_again(shop: Shop) -> None:
    shop.write("page.html", "<p>")
    text = (
        "def line(fitted, history):\n    import pathlib\n"
        "    page = pathlib.Path(__file__).with_name('page.html')\n"
        "    before = page.read_text()\n    page.write_text('<h1>')\n"
        "    page.write_text(before)\n    return before\n"
    )
    shop.write("words.py", text)
    shop.run()
    assert any("src/shop/page.html was written, so it will run" in m for m in shop.caplog.messages)
    assert shop.run()["report"] == "ran"


def test_what_a_reload_in_mid_run_loads_is_not_taken_for_what_was_hashed(shop: Shop) -> None:
    text = (
        "def line(fitted, history):\n    import importlib, pathlib, sys, shop.prices\n"
        "    file = pathlib.Path(shop.prices.__file__)\n"
        "    file.write_text(file.read_text() + '\\nLATER = 1\\n')\n"
        "    exec(compile(file.read_text(), str(file), 'exec'), vars(shop.prices))\n"
        f"    shop.prices.{ATTRIBUTE} += ('reloaded',)\n    return 'line'\n"
    )
    shop.write("words.py", text)
    shop.run()
    told = "report: shop.prices changed after it was loaded"
    assert any(message.startswith(told) for message in shop.caplog.messages)


def test_the_code_of_a_package_in_a_zip_file_cannot_be_known(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.make_archive(str(shop.root / "zipped"), "zip", shop.root / "src")
    shutil.rmtree(shop.root / "src")
    monkeypatch.syspath_prepend(str(shop.root / "zipped.zip"))
    for _ in range(2):
        assert set(shop.run().values()) == {"ran"}
        assert "the code of shop.cleaning is not in a file" in shop.caplog.messages[0]


def test_functions_that_outlive_their_modules_are_not_what_is_hashed(shop: Shop) -> None:
    stale = shop.pipeline()
    shop.edit("prices.py", "round(price, digits)", "round(price, digits) + 1")
    shop.edit("cleaning.py", "rounded(price, digits)", "rounded(price, digits) + 1")
    shop.pipeline()
    with registered(stale):
        FreshRunner().run(stale, shop.catalog(), None)
    assert any("clean: shop.cleaning changed after" in m for m in shop.caplog.messages)
    assert shop.run()["clean"] == "ran"


def same_stamps(path: Path, text: str) -> None:
    """Other content of the same size, and the time of change that it had."""
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_compiled_file_of_other_source_with_the_same_size_and_time_is_not_taken(
    pack: Path,
) -> None:
    module = pack / "a.py"
    module.write_text("VALUE = 1\n")
    py_compile.compile(str(module), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    same_stamps(module, "VALUE = 2\n")
    assert value_of() == 2
    same_stamps(module, "VALUE = 3\n")
    assert value_of() == 3
    assert not runs_other_source("wpack.a", digest_of(b"VALUE = 3\n"))


def test_a_module_loaded_before_the_watch_from_an_outdated_compiled_file_is_not_certain(
    pack: Path,
) -> None:
    sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, "package", None) != "wpack"]
    module = pack / "a.py"
    module.write_text("VALUE = 1\n")
    py_compile.compile(str(module), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    same_stamps(module, "VALUE = 2\n")
    time.sleep(0.02)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kedro_fresh.clock.STARTED_NS", time.time_ns())
        assert value_of() == 1
        watch("wpack")
    assert runs_other_source("wpack.a", digest_of(b"VALUE = 2\n"))
    assert not runs_other_source("wpack", digest_of(b""))


def test_compiled_files_are_written_and_taken(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pack / "a.py").write_text("VALUE = 1\n")
    assert value_of() == 1
    assert Path(cache_from_source(str(pack / "a.py"))).exists()
    monkeypatch.setattr("builtins.compile", None)
    assert value_of() == 1


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_compiled_file_is_made_again(pack: Path, damage: bytes | None) -> None:
    (pack / "a.py").write_text("VALUE = 1\n")
    value_of()
    cached = Path(cache_from_source(str(pack / "a.py")))
    cached.write_bytes(cached.read_bytes()[:20] if damage is None else damage)
    assert value_of() == 1
    assert len(cached.read_bytes()) > 20


def test_a_copied_project_does_not_run_code_that_names_the_original(
    pack: Path, tmp_path: Path
) -> None:
    (pack / "a.py").write_text("VALUE = (lambda: 0).__code__.co_filename\n")
    assert value_of() == str(pack / "a.py")
    pack.rename(tmp_path / "old")
    (tmp_path / "new").mkdir()
    (tmp_path / "old").rename(tmp_path / "new" / "wpack")
    sys.path.insert(0, str(tmp_path / "new"))
    del sys.modules["wpack"]
    assert value_of() == str(tmp_path / "new" / "wpack" / "a.py")
    sys.path.remove(str(tmp_path / "new"))


def test_the_watch_is_set_once_and_keeps_to_nothing_after_a_run(pack: Path) -> None:
    finder = watch("wpack")
    assert watch("wpack") is finder
    with pytest.raises(KeyError), keeping_to("wpack", {"wpack.a": None}):  # type: ignore[dict-item]
        raise KeyError
    assert finder.pinned == {}
    assert isinstance(finder, WatchingFinder)


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        ("Rule(1)", "@dataclass\nclass Rule:\n    digits: int\n"),
        ("ruled", "@contextmanager\ndef ruled():\n    yield 1\n"),
    ],
)
def test_what_a_library_wraps_around_the_projects_code_is_not_its_code(
    shop: Shop, bound: str, text: str
) -> None:
    # `reprlib` and `contextlib` make functions that bear the name of the project's module.
    imports = "from contextlib import contextmanager\nfrom dataclasses import dataclass\n\n"
    clean = f"\ndef clean(raw, digits, rule={bound}):\n    return raw\n"
    shop.write("cleaning.py", imports + text + clean)
    assert shop.run()["clean"] == "ran"
    assert shop.run()["clean"] == "fresh"
    shop.edit("cleaning.py", "return raw", "return {**raw}")
    assert shop.run()["clean"] == "ran"
