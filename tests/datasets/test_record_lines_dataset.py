import ast
import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError

from siger_pipeline.datasets import literals
from siger_pipeline.datasets.literals import are_literals, as_json
from siger_pipeline.datasets.record_lines import RecordLinesDataset

RECORD = {"asin": "007", "title": 'it\'s "so" – 🏖️ مصباح', "categories": [["a", "b"], ["c"]], "n": 1}


def loaded(path: Path) -> list[str | None]:
    rows = RecordLinesDataset(filepath=path).load().order_by("line_number").to_pyarrow()
    return [row["line"] for row in rows.to_pylist()]


@pytest.mark.parametrize("written", [repr, ascii])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_literals_are_loaded_as_json(tmp_path: Path, written: Any, end: str) -> None:
    path = tmp_path / "meta.json.gz"
    path.write_bytes(gzip.compress(f"{written(RECORD)}{end}{written({'asin': 'B'})}{end}".encode()))
    assert [json.loads(line or "") for line in loaded(path)] == [RECORD, {"asin": "B"}]


def test_json_is_left_as_it_is(tmp_path: Path) -> None:
    lines = ['{"asin":  "A"}', "{'asin': 'B'}", "no"]
    path = tmp_path / "meta.json"
    path.write_text("\n".join(lines))
    assert loaded(path) == lines


def test_a_line_that_is_no_literal_stays_in_its_place(tmp_path: Path) -> None:
    bad = ["{'asin': open('/etc/passwd').read()}", "", "{'a': {1, 2}}", "[1]", "{'a': b'x'}"]
    path = tmp_path / "meta.json"
    path.write_text("\n".join(["{'asin': 'A'}", *bad, "{'asin': 'B'}"]) + "\n")
    assert [line or "" for line in loaded(path)] == ['{"asin": "A"}', *bad, '{"asin": "B"}']


def test_a_truncated_file_of_literals_is_named(tmp_path: Path) -> None:
    path = tmp_path / "meta.json.gz"
    whole = gzip.compress("\n".join(repr({"asin": f"{n:x}" * 9}) for n in range(5_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"meta\.json\.gz cannot be read.*It is damaged"):
        RecordLinesDataset(filepath=path).load()


BOMBS = {
    "brackets": "{'a':" + "[" * 100_000,
    "closed brackets": "{'a':" + "[" * 21 + "]" * 21 + "}",
    "signs": "{'a':" + "-" * 500_000 + "1}",
    "a string without an end": "{'a': '" + "\\'" * 200_000,
    "values": "{" + "'a':1," * 150_000 + "}",
    "a number": "{'a': 1" + "0" * 5_000 + "}",
    "numbers without an end": "{'a': " + "1" * 200_000 + "x}",
    "length": "{'a': '" + "x" * (1 << 20) + "'}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_left_alone(name: str) -> None:
    assert list(as_json([BOMBS[name]], 1)) == [BOMBS[name]]


def test_nothing_is_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = tmp_path / "made"
    lines = [
        f"{{'a': __import__('pathlib').Path({str(asked)!r}).touch()}}",
        f"{{'a': [open({str(asked)!r}, 'w')]}}",
        "{'a': 9 ** 9 ** 9}",
        "{**{'a': 1}}",
        "{'a' 'b': f'{1}'}",
    ]
    assert list(as_json(lines, 1)) == lines
    assert not asked.exists()


def test_blocks_keep_their_order_in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "BLOCK", 3)
    lines = [repr({"n": n}) if n % 5 else "bad" for n in range(20)]
    expected = [json.dumps({"n": n}) if n % 5 else "bad" for n in range(20)]
    assert list(as_json(lines, 2)) == list(as_json(lines, 1)) == expected


def test_odd_escapes_are_read_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(as_json([r"{'a': '\d'}"], 1)) == [json.dumps({"a": r"\d"})]


@pytest.mark.parametrize(
    ("lines", "literal"),
    [
        (["{'a': 1}"], True),
        (["", "{'a': None}"], True),
        (['{"a": 1}'], False),
        (["{'a': 1}", '{"a": null}'], False),
        (["user,item"], False),
        ([], False),
    ],
)
def test_the_first_lines_tell_literals(lines: list[str], literal: bool) -> None:
    assert are_literals(lines) is literal


TEXTS = st.text(max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_every_plain_dictionary_comes_back(record: dict[str, Any]) -> None:
    [line] = as_json([repr(record)], 1)
    assert json.loads(line) == record == ast.literal_eval(repr(record))
