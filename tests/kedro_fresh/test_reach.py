"""What of a module counts for a node that uses a part of it; never too little."""

import time
from pathlib import Path

import pytest

from kedro_fresh.reasons import CodeChanged
from packages import package
from shop_project import Shop

USER = "from pack.errors import Wanted\n\n\ndef f():\n    raise Wanted\n"
ERRORS = "class FreshError(Exception):\n    pass\n\n\nclass Wanted(FreshError):\n    pass\n"


def changed(folder: Path, before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The modules of `pack.a.f` that count as changed."""
    first = package(folder / "one", before).reached([("pack.a", "f")])
    second = package(folder / "two", after).reached([("pack.a", "f")])
    names = first.keys() | second.keys()
    return {
        name
        for name in names
        if name not in first or name not in second or first[name].tree != second[name].tree
    }


A = """
import logging
import os
from dataclasses import dataclass

from pack.b import base, other

LOG = logging.getLogger(__name__)
LIMIT = 3


def f(x):
    LOG.info("begins %s", x)
    return base(x) + LIMIT


def unused(y=3):
    return other(y)
"""
B = "def base(x):\n    return helper(x)\n\n\ndef helper(x):\n    return x\n\n\ndef other(x):\n    return x\n"  # noqa: E501


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("a", "import logging\nimport os\n", "import os\nimport logging\n"),
        ("a", "import base, other", "import other, base"),
        ("a", "import os\nfrom dataclasses import dataclass\n", "from dataclasses import dataclass\nimport os\n"),  # noqa: E501
        ("a", "return other(y)", "return other(y) + 1"),
        ("a", "def unused", "def added(x: int = 3) -> int:\n    return x\n\n\ndef unused"),
        ("a", "def unused", "class Added(ValueError):\n    x: int = 3\n\n\ndef unused"),
        ("a", "def unused", "@dataclass(frozen=True)\nclass Added:\n    x: int = 3\n\n\ndef unused"),  # noqa: E501
        ("a", "def unused", "ADDED = {'a': [1, LIMIT]}\n\n\ndef unused"),
        ("a", 'LOG.info("begins %s", x)', 'LOG.info("starts %s of %s", x, len(x))\n    LOG.debug(x)'),  # noqa: E501
        ("a", '    LOG.info("begins %s", x)\n', ""),
        ("a", "def f(x):", 'def f(x):\n    """Uses `unused`."""'),
        ("b", "def other(x):\n    return x", "def other(x):\n    return 2 * x"),
        ("b", "def other", "class Added(Exception):\n    pass\n\n\ndef other"),
        ("b", B, "def other(x):\n    return x\n\n\n" + B.replace("\n\n\ndef other(x):\n    return x\n", "\n")),  # noqa: E501
    ],
)  # fmt: skip
def test_what_the_function_does_not_use_does_not_count(
    tmp_path: Path, module: str, old: str, new: str
) -> None:
    before = {"__init__.py": "", "a.py": A, "b.py": B}
    assert old in before[f"{module}.py"]
    after = {**before, f"{module}.py": before[f"{module}.py"].replace(old, new)}
    assert changed(tmp_path, before, after) == set()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("a", "LIMIT = 3", "LIMIT = 4"),
        ("a", "base(x) + LIMIT", "base(x) - LIMIT"),
        ("a", "def unused(y=3)", "def unused(y=print(3))"),
        ("a", "def unused", "@print\ndef unused"),
        ("a", "def unused", "class Added(Exception, metaclass=type):\n    pass\n\n\ndef unused"),
        ("a", "def unused", "class Added(other):\n    pass\n\n\ndef unused"),
        ("a", "def unused", "class Added:\n    x = print(3)\n\n\ndef unused"),
        ("a", "def unused", "ADDED = print(3)\n\n\ndef unused"),
        ("a", "def unused", "print(3)\n\n\ndef unused"),
        ("a", "def unused", "LIMIT += 1\n\n\ndef unused"),
        ("a", "def unused", "def f(x):\n    return 7\n\n\ndef unused"),
        ("a", "return other(y)", "global LIMIT\n    LIMIT = 7"),
        ("a", "import os", "import os, sys"),
        ("a", "import base, other", "import other as base, other"),
        ("a", "return base(x)", "return eval('unused')(x) + base(x)"),
        ("a", 'LOG.info("begins %s", x)', 'LOG.info("begins %s", x.pop())'),
        ("a", 'LOG.info("begins %s", x)', 'x.info("begins %s")'),
        ("b", "return helper(x)", "return helper(x + 1)"),
        ("b", "def helper(x):\n    return x", "def helper(x):\n    return 2 * x"),
        ("b", "def other", "helper = print\n\n\ndef other"),
    ],
)
def test_what_the_function_uses_or_the_module_executes_counts(
    tmp_path: Path, module: str, old: str, new: str
) -> None:
    before = {"__init__.py": "", "a.py": A, "b.py": B}
    assert old in before[f"{module}.py"]
    after = {**before, f"{module}.py": before[f"{module}.py"].replace(old, new)}
    assert f"pack.{module}" in changed(tmp_path, before, after)


LATER = "def base(x):\n    return x\n\n\ndef later():\n    return 1\n"


@pytest.mark.parametrize(
    "a",
    [
        "import pack.b\n\n\ndef f(x):\n    return pack.b.later()",
        "import pack.b as b\n\n\ndef f(x):\n    return getattr(b, x)()",
        "from pack import b\n\n\ndef f(x):\n    return getattr(b, x)()",
        "from pack.b import *\n\n\ndef f(x):\n    return later()",
        "def f(x):\n    from pack.b import later\n\n    return later()",
        "def f(x):\n    from pack import b\n\n    return b.later()",
        "def f(x):\n    return __import__('importlib').import_module('pack.b').later()",
        "import sys\n\n\ndef f(x):\n    return sys.modules['pack.b'].later()",
        "from pack.c import later\n\n\ndef f(x):\n    return later()",
        "from pack.c import again as g\n\n\ndef f(x):\n    return g()",
        "from pack import exported\n\n\ndef f(x):\n    return exported()",
        "try:\n    from pack.b import later\nexcept ImportError:\n    later = None\n\n\ndef f(x):\n    return later()",  # noqa: E501
        "from pack.b import later\n\n\ndef f(x, by=later):\n    return by()",
        "from pack.b import later\n\n\nclass C:\n    g = staticmethod(later)\n\n\ndef f(x):\n    return C.g()",  # noqa: E501
        "from pack.b import later\n\nTABLE = {'x': later}\n\n\ndef f(x):\n    return TABLE[x]()",
        "from pack.b import later\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return globals()['g']()",  # noqa: E501
        "from pack.b import later\n\n\ndef g():\n    return later()\n\n\nf = g",
        "from pack.b import later\n\n\ndef f(x: 'later'):\n    return x",
    ],
)  # fmt: skip
def test_each_way_to_reach_a_definition_counts(tmp_path: Path, a: str) -> None:
    files = {
        "__init__.py": "from pack.b import later as exported\n",
        "a.py": a,
        "b.py": LATER,
        "c.py": "from pack.b import later\n\n\ndef again():\n    return later()\n",
    }
    after = {**files, "b.py": LATER.replace("return 1", "return 2")}
    assert "pack.b" in changed(tmp_path, files, after)


def test_a_class_that_is_added_counts_for_whom_asks_for_subclasses(tmp_path: Path) -> None:
    files = {"__init__.py": "", "a.py": USER, "errors.py": ERRORS}
    added = {**files, "errors.py": ERRORS + "\n\nclass Added(FreshError):\n    pass\n"}
    assert changed(tmp_path, files, added) == set()
    asking = USER.replace("raise Wanted", "return Wanted.__base__.__subclasses__()")
    files, added = ({**part, "a.py": asking} for part in (files, added))
    assert "pack.errors" in changed(tmp_path / "asking", files, added)


def test_a_base_that_registers_its_subclasses_counts_them(tmp_path: Path) -> None:
    hooked = ERRORS.replace("pass\n", "def __init_subclass__(cls):\n        pass\n", 1)
    files = {"__init__.py": "", "a.py": USER, "errors.py": hooked}
    added = {**files, "errors.py": hooked + "\n\nclass Added(FreshError):\n    pass\n"}
    assert changed(tmp_path, files, added) == {"pack.errors"}


def test_a_text_that_names_a_module_is_no_import(tmp_path: Path) -> None:
    a = "TABLE = {'b': 'pack.b'}\n\n\ndef f(x):\n    return TABLE[x]\n"
    files = {"__init__.py": "", "a.py": a, "b.py": LATER}
    assert "pack.b" not in package(tmp_path, files).reached([("pack.a", "f")])


def test_an_added_error_and_a_log_line_train_nothing_anew(shop: Shop) -> None:
    shop.write("errors.py", ERRORS)
    shop.write(
        "prices.py",
        "import logging\n\nfrom shop.errors import Wanted\n\nLOG = logging.getLogger(__name__)\n\n\n"  # noqa: E501
        "def rounded(price, digits):\n    if digits < 0:\n        raise Wanted\n"
        "    return round(price, digits)\n",
    )
    shop.run()
    shop.write("errors.py", ERRORS + "\n\nclass Added(FreshError):\n    pass\n")
    shop.edit("prices.py", "    return", '    LOG.info("%s", price)\n    return')
    assert shop.run() == {"clean": "fresh", "train": "fresh", "report": "fresh"}
    shop.edit("errors.py", "class Wanted(FreshError):\n    pass", "class Wanted(Exception): ...")
    assert shop.plan().verdicts["clean"].reasons == [CodeChanged("shop.errors")]


def test_a_run_is_not_slowed_down_by_what_is_remembered(tmp_path: Path) -> None:
    files = {f"m{n}.py": A.replace("pack.b", f"pack.m{n + 1}") for n in range(200)}
    source = package(tmp_path, {**files, "m200.py": B})
    source.reached([("pack.m0", "f")])
    still = source.of_this_moment()
    begun = time.perf_counter()
    assert len(still.reached([("pack.m0", "f")])) == 201
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    "a",
    [
        "G = globals\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return G()[x]()",
        "def g():\n    return later()\n\n\ndef f(x):\n    return f.__globals__[x]()",
        "import builtins\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return builtins.eval(x)",  # noqa: E501
        "from sys import modules\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return getattr(modules[__name__], x)()",  # noqa: E501
        "from importlib import import_module\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return getattr(import_module(__name__), x)()",  # noqa: E501
        "import inspect\n\n\ndef g():\n    return later()\n\n\ndef f(x):\n    return getattr(inspect.getmodule(f), x)()",  # noqa: E501
        "from importlib import import_module as load\n\n\ndef f(x):\n    return load('pack.b').later()",  # noqa: E501
        "import importlib\n\n\ndef f(x):\n    return importlib.import_module(name='pack.b').later()",  # noqa: E501
        "import importlib\n\n\ndef f(x):\n    return importlib.import_module('.b', 'pack').later()",
        "import pkgutil\n\n\ndef f(x):\n    return pkgutil.resolve_name('pack.b:later')()",
        "import runpy\n\n\ndef f(x):\n    return runpy.run_module('pack.b')",
        "from pack.bare import again\n\n\ndef f(x):\n    return again.later()",
        "from pack.stars import *\n\n\ndef f(x):\n    return inner.later()",
    ],
)  # fmt: skip
def test_roundabout_ways_to_a_definition_count(tmp_path: Path, a: str) -> None:
    later = "from pack.b import later\n\n\n" if "def g()" in a else ""
    files = {
        "__init__.py": "",
        "a.py": later + a,
        "b.py": LATER,
        "bare/again.py": "from pack.b import later\n",
        "stars/__init__.py": "__all__ = ['inner']\n",
        "stars/inner.py": "from pack.b import later\n",
    }
    after = {**files, "b.py": LATER.replace("return 1", "return 2")}
    assert "pack.b" in changed(tmp_path, files, after)


@pytest.mark.parametrize("read", ["later.__doc__", "getdoc(later)", "getattr(later, '__doc__')"])
def test_docstrings_count_where_code_reads_them(tmp_path: Path, read: str) -> None:
    a = "from inspect import getdoc\nfrom pack.b import later\n\n\ndef f(x):\n    return READ\n"
    b = 'def later():\n    """One."""\n'
    for text, expected in ((read, {"pack.b"}), ("later()", set())):
        files = {"__init__.py": "", "a.py": a.replace("READ", text), "b.py": b}
        if text == "later()":
            files["a.py"] = files["a.py"].replace("from inspect import getdoc\n", "")
        folder = tmp_path / text.replace("(", " ")
        assert changed(folder, files, {**files, "b.py": b.replace("One", "Two")}) == expected


def test_a_modules_own_docstring_counts_where_it_reads_it(tmp_path: Path) -> None:
    files = {"__init__.py": "", "a.py": '"""One."""\n\n\ndef f(x):\n    return __doc__\n'}
    after = {**files, "a.py": files["a.py"].replace("One", "Two")}
    assert changed(tmp_path, files, after) == {"pack.a"}


@pytest.mark.parametrize("hook", ["Base.__init_subclass__ = hook", "setattr(Base, '__init_subclass__', hook)"])  # fmt: skip # noqa: E501
def test_a_hook_that_a_class_gets_later_counts_its_subclasses(tmp_path: Path, hook: str) -> None:
    a = f"class Base:\n    pass\n\n\n{hook}\n\n\nclass P(Base):\n    x = 1\n\n\ndef f(x):\n    return Base.all"  # noqa: E501
    files = {"__init__.py": "", "a.py": a}
    assert changed(tmp_path, files, {**files, "a.py": a.replace("x = 1", "x = 2")}) == {"pack.a"}


def test_a_statement_that_moves_before_an_import_counts(tmp_path: Path) -> None:
    lines = ["import os", "os.environ['N'] = '1'", "import pack.b"]
    end = "\n\n\ndef f(x):\n    return x\n"
    files = {"__init__.py": "", "a.py": "\n".join(lines) + end, "b.py": "print(1)\n"}
    moved = {**files, "a.py": "\n".join([lines[0], lines[2], lines[1]]) + end}
    assert changed(tmp_path, files, moved) == {"pack.a"}


LOGGING = "import logging\n\nLOG = logging.getLogger(__name__)\n\n\ndef f(x):\n    LOG.info(x)\n    return x\n"  # noqa: E501


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import logging\n", "from pack import logging\n"),
        ("def f(x):\n", "def f(x):\n    from pack.b import LOG\n"),
        ("def f(x):\n", "def f(x):\n    class LOG:\n        info = x\n"),
        ("def f(x):\n", "def f(x):\n    match x:\n        case LOG:\n            pass\n"),
        ("\n\n\ndef f", "\nLOG.addHandler(X)\n\n\ndef f"),
        ("def f(x):\n    LOG.info(x)", "def f(x):\n    len = x.pop\n    LOG.info(len(x))"),
    ],
)
def test_a_line_of_what_may_be_no_mere_logger_counts(tmp_path: Path, old: str, new: str) -> None:
    with_line = LOGGING.replace(old, new)
    files = {"__init__.py": "", "a.py": with_line}
    line = next(line for line in with_line.splitlines() if "LOG.info(" in line)
    without = {**files, "a.py": with_line.replace(f"{line}\n", "")}
    assert changed(tmp_path, files, without) == {"pack.a"}
