"""Which modules are reached, and what of their text counts."""

import ast
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kedro_fresh.code import SourceCode
from kedro_fresh.contents import Contents
from kedro_fresh.errors import FreshError
from kedro_fresh.extra import extra_modules, with_code
from kedro_fresh.trees import tree_hash
from packages import package


@pytest.mark.parametrize(
    ("line", "reached"),
    [
        ("import pack.b", {"pack", "pack.b"}),
        ("import pack.sub.c as c", {"pack", "pack.sub", "pack.sub.c"}),
        ("from pack import b", {"pack", "pack.b"}),
        ("from pack.sub import c", {"pack", "pack.sub", "pack.sub.c"}),
        ("from pack.sub.c import VALUE", {"pack", "pack.sub", "pack.sub.c"}),
        ("from . import b", {"pack", "pack.b"}),
        ("from .sub import c", {"pack", "pack.sub", "pack.sub.c"}),
        ("from pack.b import *", {"pack", "pack.b"}),
        ("def f():\n    from pack import b", {"pack", "pack.b"}),
        ("try:\n    import pack.b\nexcept ImportError:\n    pass", {"pack", "pack.b"}),
        ("if TYPE_CHECKING:\n    import pack.b", {"pack"}),
        (
            "if typing.TYPE_CHECKING:\n    import pack.b\nelse:\n    import pack.sub",
            {"pack", "pack.sub"},
        ),
        ("if not TYPE_CHECKING:\n    import pack.b", {"pack", "pack.b"}),
        ("if NOT_TYPE_CHECKING:\n    import pack.b", {"pack", "pack.b"}),
        ("import numpy, packing.b, pack.absent", {"pack"}),
    ],
)
def test_imports_are_followed(tmp_path: Path, line: str, reached: set[str]) -> None:
    source = package(
        tmp_path,
        {
            "__init__.py": "",
            "a.py": line,
            "b.py": "",
            "sub/__init__.py": "",
            "sub/c.py": "VALUE = 1",
        },
    )
    assert set(source.reached(["pack.a"])) == reached | {"pack.a"}


def test_imports_are_followed_to_the_end_and_in_circles(tmp_path: Path) -> None:
    files = {
        "a.py": "import pack.b",
        "b.py": "from .sub.c import x",
        "sub/c.py": "from .. import a",
        "d.py": "",
    }
    source = package(tmp_path, files)
    assert set(source.reached(["pack.a"])) == {"pack.a", "pack.b", "pack.sub.c"}


def test_relative_imports_of_a_package_start_in_it(tmp_path: Path) -> None:
    files = {
        "sub/__init__.py": "from . import c\nfrom .. import d",
        "sub/c.py": "",
        "d.py": "",
        "c.py": "",
    }
    assert set(package(tmp_path, files).reached(["pack.sub"])) == {
        "pack.sub",
        "pack.sub.c",
        "pack.d",
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1  # a comment"),
        ("def f():\n    return 1", 'def f():\n    """Doc."""\n\n    return (1)'),
        ("class A:\n    x = 1", 'class A:\n    """Doc."""\n    x = 1'),
        ("async def f():\n    return 1", 'async def f():\n    "Doc."\n    return 1'),
        ("x = 'a'", '"""Module."""\nx = "a"'),
    ],
)
def test_what_does_not_count(one: str, other: str) -> None:
    assert tree_hash(ast.parse(one)) == tree_hash(ast.parse(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = 1", "x = '1'"),
        ("x = ''", "x = b''"),
        ("x = None", "x = ..."),
        ("def f(a): ...", "def f(b): ..."),
        ("def f(a=1): ...", "def f(*, a=1): ..."),
        ("x = 'doc'", "'doc'\nx = 'doc2'"),
        ("def f():\n    x = 'a'", "def f():\n    y = 'a'"),
        ("x = a + b", "x = b + a"),
        ("x = [1, [2]]", "x = [[1], 2]"),
    ],
)
def test_what_counts(one: str, other: str) -> None:
    assert tree_hash(ast.parse(one)) != tree_hash(ast.parse(other))


@given(st.lists(st.integers(), max_size=4), st.lists(st.integers(), max_size=4))
def test_equal_values_have_equal_trees_and_others_do_not(one: list[int], other: list[int]) -> None:
    same = tree_hash(ast.parse(f"x = {one}")) == tree_hash(ast.parse(f"x = {other}"))
    assert same == (one == other)


def test_with_code_leaves_the_function_as_it_is() -> None:
    def node(x: int, *, y: int = 2) -> int:
        """Doc."""
        return x + y

    copy = with_code(with_code(node, "a"), "b")
    assert extra_modules(copy) == ("a", "b")
    assert extra_modules(node) == ()
    assert (copy(1), copy(1, y=5)) == (3, 6)
    assert (copy.__name__, copy.__doc__, copy.__annotations__) == (
        node.__name__,
        node.__doc__,
        node.__annotations__,
    )
    with pytest.raises(TypeError, match="take a Python function, not"):
        with_code(len, "a")


def test_a_packages_other_files_are_its_code_and_other_packages_files_are_not(
    tmp_path: Path,
) -> None:
    files = {
        "__init__.py": "",
        "sub/__init__.py": "",
        "sub/a.py": "",
        "sub/pages/page.html": "<p>",
        "other/__init__.py": "",
        "other/page.html": "<p>",
    }
    source = package(tmp_path, files)
    before = source.reached(["pack.sub.a"])
    (tmp_path / "pack" / "other" / "page.html").write_text("<h1>")
    (tmp_path / "pack" / "sub" / "pages" / ".page.html.swp").write_text("<h1>")
    assert source.reached(["pack.sub.a"]) == before
    (tmp_path / "pack" / "sub" / "pages" / "page.html").write_text("<h1>")
    after = source.reached(["pack.sub.a"])
    assert {name for name in after if after[name] != before[name]} == {"pack.sub"}


@pytest.mark.parametrize(
    "name",
    ["a.html~", "#a.html#", "a.orig", "a.rej", "a.swp", "a.bak", "README.md", "py.typed", "a.pyc"],
)
def test_what_editors_and_merges_leave_is_not_code(tmp_path: Path, name: str) -> None:
    source = package(tmp_path, {"__init__.py": "", "page.html": "<p>"})
    before = source.reached(["pack"])
    (tmp_path / "pack" / name).write_text("stray")
    assert source.reached(["pack"]) == before


def test_a_remembered_module_of_the_wrong_kind_is_read_again(tmp_path: Path) -> None:
    source = package(tmp_path, {"a.py": "import numpy"})
    time.sleep(0.03)
    before = source.reached(["pack.a"])
    source.contents.save()
    memo = tmp_path / "memo.json"
    for wrong in ("text", ["tree"], None, {"a": 1}):
        document = json.loads(memo.read_text())
        for entry in document["known"].values():
            entry[2] = wrong
        memo.write_text(json.dumps(document))
        again = SourceCode("pack", {"pack": [tmp_path / "pack"]}, Contents(memo))
        assert again.reached(["pack.a"]) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"x = 1\ny = = 2\n", r"a\.py, line 2: invalid syntax"),
        (b"# coding: nonsense\n", r"a\.py: .*encoding"),
        (b"x = 1\0", r"a\.py: source code .*null bytes"),
    ],
)
def test_a_file_that_is_not_python_is_told(tmp_path: Path, text: bytes, told: str) -> None:
    source = package(tmp_path, {"a.py": ""})
    (tmp_path / "pack" / "a.py").write_bytes(text)
    with pytest.raises(FreshError, match=told) as caught:
        source.reached(["pack.a"])
    assert "line None" not in str(caught.value)
    assert "line 0" not in str(caught.value)
