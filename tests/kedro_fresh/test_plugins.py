"""The code of a package outside the project's counts for the nodes that name it."""

import importlib
import sys
from pathlib import Path

import pytest

from kedro_fresh.extra import extra_modules, with_code
from kedro_fresh.reasons import CodeChanged, CodeNotInFile
from shop_project import Shop

PLUGIN = {
    "__init__.py": "",
    "model.py": "from extras.sums import total\n\n\ndef fit(prices):\n    return total(prices)\n",
    "sums.py": "def total(prices):\n    return sum(prices.values())\n",
    "unused.py": "X = 1\n",
}


@pytest.fixture
def extras(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package beside the project's whose model the training uses."""
    forget()
    folder = tmp_path / "site" / "extras"
    folder.mkdir(parents=True)
    for name, text in PLUGIN.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(folder.parent))
    shop.write("models/mean.py", "def fit(prices):\n    from extras.model import fit as f\n\n")
    shop.edit("models/mean.py", "as f\n", "as f\n    return f(prices)\n")
    shop.named["train"] = ("extras.model",)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    forget()


def forget() -> None:
    """As in another process: the package is imported anew."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "extras"]:
        del sys.modules[name]
    importlib.invalidate_caches()


def test_a_change_in_the_named_module_makes_its_node_stale_and_no_other(
    shop: Shop, extras: Path
) -> None:
    assert shop.run() == {"clean": "ran", "train": "ran", "report": "ran"}
    assert shop.run()["train"] == "fresh"
    edit(extras / "model.py", "return total(prices)", "return 0 * total(prices)")
    verdicts = shop.plan().verdicts
    assert verdicts["train"].reasons == [CodeChanged("extras.model")]
    assert (verdicts["clean"].state, verdicts["report"].state) == ("fresh", "fresh")
    assert shop.run()["train"] == "ran"
    assert '"fitted": 0.0' in shop.newest("fitted").read_text()


def test_what_the_named_module_imports_of_its_package_counts_and_the_rest_does_not(
    shop: Shop, extras: Path
) -> None:
    shop.run()
    edit(extras / "unused.py", "X = 1", "X = 2")
    assert shop.plan().touched == set()
    edit(extras / "sums.py", "sum(prices.values())", "max(prices.values())")
    assert shop.plan().verdicts["train"].reasons == [CodeChanged("extras.sums")]


def test_a_node_that_does_not_name_the_package_counts_alike_alone_and_beside_one_that_does(
    shop: Shop, extras: Path
) -> None:
    shop.write("words.py", "import extras.unused\n\n\ndef line(*all):\n    return str(all)\n")
    shop.run()
    edit(extras / "unused.py", "X = 1", "X = 2")
    assert shop.run("report")["report"] == "fresh"
    assert shop.run()["report"] == "fresh"


def test_a_plugin_may_be_one_file(shop: Shop, extras: Path) -> None:
    single = extras.with_name("single.py")
    single.write_text("X = 1\n")
    shop.named["train"] = ("single",)
    shop.run()
    assert shop.plan().touched == set()
    single.write_text("X = 2\n")
    assert shop.plan().verdicts["train"].reasons == [CodeChanged("single")]


def test_parts_of_a_namespace_package_are_looked_for_in_all_of_its_folders(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, module in (("one", "first"), ("other", "second")):
        path = tmp_path / folder / "spread" / f"{module}.py"
        path.parent.mkdir(parents=True)
        path.write_text("X = 1\n")
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    shop.named["train"] = ("spread.first", "spread.second")
    shop.run()
    for folder, module in (("one", "first"), ("other", "second")):
        assert shop.plan().touched == set()
        (tmp_path / folder / "spread" / f"{module}.py").write_text("X = 2\n")
        assert shop.plan().verdicts["train"].reasons == [CodeChanged(f"spread.{module}")]
        shop.run()


@pytest.mark.usefixtures("extras")
def test_a_named_module_that_is_in_no_file_is_said(shop: Shop) -> None:
    shop.named["train"] = ("extras.absent", "nowhere.model")
    shop.run()
    absent = [CodeNotInFile("extras.absent"), CodeNotInFile("nowhere.model")]
    assert shop.plan().verdicts["train"].reasons == absent
    assert any("the code of nowhere.model is not in a file" in m for m in shop.caplog.messages)


def test_a_plugin_that_changes_while_its_node_runs_is_imported_as_it_was_examined(
    shop: Shop, extras: Path
) -> None:
    file, other = str(extras / "sums.py"), "def total(prices):\n    return 1\n"
    text = f"import pathlib\n\npathlib.Path({file!r}).write_text({other!r})\n"
    (extras / "model.py").write_text(text + (extras / "model.py").read_text())
    shop.run()
    assert '"fitted": 7.' in shop.newest("fitted").read_text()  # of the source that was examined
    assert shop.plan().verdicts["train"].reasons == [CodeChanged("extras.sums")]


def test_the_names_of_several_calls_add_up() -> None:
    function = with_code(with_code(edit, "a.b"), "c")
    assert extra_modules(function) == ("a.b", "c")
