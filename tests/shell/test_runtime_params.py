"""`--params`: lists, quotations and dictionaries beside what Kedro's own parser takes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from kedro.framework.cli.utils import _split_params
from kedro.framework.startup import bootstrap_project

from end_to_end.project import copy_to
from siger_pipeline.shell.cli import cli
from siger_pipeline.shell.runtime_params import parse_params


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("evaluate.ks=[5,10]", {"evaluate": {"ks": [5, 10]}}),
        ("split.ratios=[0.7,0.1,0.2]", {"split": {"ratios": [0.7, 0.1, 0.2]}}),
        ("a=[5]", {"a": [5]}),
        ("a=[]", {"a": []}),
        ("a=[[1,2],[3]],b=1", {"a": [[1, 2], [3]], "b": 1}),
        ("a = [ 5 , 10 ] , b = 2", {"a": [5, 10], "b": 2}),
        ("a=\"x, y=z\",b='it''s, fine'", {"a": "x, y=z", "b": "it's, fine"}),
        ('a="say \\"hi, you\\"",b=1', {"a": 'say "hi, you"', "b": 1}),
        ('a=["x, y", z]', {"a": ["x, y", "z"]}),
        ("a=[it's, b]", {"a": ["it's", "b"]}),
        ("a={x: 1, y: [2,3]},b=1", {"a": {"x": 1, "y": [2, 3]}, "b": 1}),
        ('a={"x": 1, "y": "b,c"}', {"a": {"x": 1, "y": "b,c"}}),
        ("a=[null,true,1e-4,-2]", {"a": [None, True, 1e-4, -2]}),
    ],
)
def test_values_with_commas(text: str, parameters: dict[str, Any]) -> None:
    assert parse_params(text) == parameters


def kedros(text: str) -> dict[str, Any]:
    option = click.Option(["--params"])
    parsed: dict[str, Any] = _split_params(click.Context(click.Command("run")), option, text)
    return parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a=1,b=1.0,c=true,d=text,e=null,f=,g=no",
        "a=1e-4,b=-3,c=-1.5e3,d=.5,e=1_000,f=0x1F,g=inf",
        " a.b = 3 ,, a.c=4,",
        "a=b=c",
        "n=it's,b=1",
        "n=x [y,b=1",
        'n=5" wide,b=1',
        "a=2020-01-01,b=${c},c=é",
    ],
)
def test_what_kedro_takes_means_what_it_means_there(text: str) -> None:
    found, expected = parse_params(text), kedros(text)
    assert found == expected
    assert repr(found) == repr(expected)  # 1 and 1.0 and True are equal


plain = st.one_of(st.integers(), st.booleans(), st.floats(-1e9, 1e9), st.sampled_from("abc"))


@given(st.dictionaries(st.sampled_from(["a", "b", "c.d", "c.e"]), plain))
def test_plain_values_are_those_of_kedro(values: dict[str, Any]) -> None:
    text = ",".join(f"{key}={value}" for key, value in values.items())
    assert repr(parse_params(text)) == repr(kedros(text))


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.text("ab ,='\"[]{}", max_size=6))))
def test_quoted_texts_come_back(values: dict[str, list[str]]) -> None:
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    lists = (f"{key}=[{','.join(map(quoted, texts))}]" for key, texts in values.items())
    assert parse_params(",".join(lists)) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("evaluate.ks=5,10", ["'10' is not key=value", "evaluate.ks=[5,10]"]),
        ("=3", ["'=3' is not key=value"]),
        ("a=1,b=[5,10", ["'b=[5,10'", "not closed"]),
        ('a="x', ["a=\"x'", "not closed"]),
        ("a=[1]x,b=2", ["'a=[1]' is followed by 'x'"]),
        ("a=[1,2]],b=1", ["'a=[1,2]' is followed by ']'"]),
        ("a=*x", ["a=*x", "alias"]),
        ("a=@x,b=1", ["a=@x", "'@'"]),
        ("a=1,a=2", ["'a=2' says again what 'a=1' says"]),
        ("a.b={}", ["a.b={}", "changes nothing", "a.b.<key>=null"]),
        ("a={b: 1},a.b=2", ["'a.b=2' says again what 'a={b: 1}' says"]),
    ],
)
def test_a_piece_that_cannot_be_read_is_named(text: str, words: list[str]) -> None:
    with pytest.raises(ValueError) as caught:
        parse_params(text)
    for word in words:
        assert word in str(caught.value), str(caught.value)


@pytest.fixture(scope="module")
def _project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    copy = copy_to(tmp_path_factory.mktemp("params"))
    before = Path.cwd()
    os.chdir(copy.path)
    bootstrap_project(copy.path)
    yield
    os.chdir(before)


@pytest.mark.usefixtures("_project")
@pytest.mark.parametrize("command", ["run", "status"])
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--params", "evaluate.ks=[5,10"], 2, "--params: 'evaluate.ks=[5,10'"),
        (["--params", "evaluate.ks=[5,5]"], 1, "parameters of 'evaluate'"),
        (["--params", "evaluate.ks.0=5"], 1, "a list is given whole"),
        (["--params", "evaluate.ks=5"], 1, "'evaluate.ks' = 5: Input should be a list"),
        (["--params", "train=3"], 1, "parameter 'train' = 3: Input should be a block"),
        (["--params", "threads=0"], 1, "parameter 'threads' = 0: must be auto"),
        (["--params", "evaluate.topk=[5,10]"], 1, "did you mean 'top_k'?"),
        (["--params", "split.ratios=[0.7,0.1]"], 1, "--params: parameter 'split.ratios"),
        (["--params", "train.seed=1", "--params", "model=random"], 2, "--params is given 2 times"),
        (["--env", "baby", "--env", "sports"], 2, "--env is given 2 times"),
    ],
)
def test_run_and_status_say_the_same(
    command: str, arguments: list[str], code: int, words: str
) -> None:
    done = CliRunner().invoke(cli, [command, *arguments])
    assert done.exit_code == code, done.output
    assert words in " ".join(done.output.split()), done.output


@pytest.mark.usefixtures("_project")
def test_a_list_is_what_status_explains() -> None:
    params = "evaluate.ks=[5, 10],split={ratios: [0.7,0.1,0.2], seed: 3},model=popularity"
    done = CliRunner().invoke(cli, ["status", "--params", params])
    assert done.exit_code == 0, done.output


@pytest.mark.usefixtures("_project")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("run:\n\tenv: baby\n", "run.yml, line 2: a tab"),
        (
            "run:\n  env: a\n  env: b\n",
            "run.yml, line 3: key 'env' stands here for the second time",
        ),
        ("env: baby\n", "run.yml, which has no section 'run'"),
        ("", "run.yml, which has no section 'run'"),
        ("run:\n  params: 3\n", "--config: params is 3, wanted are keys with values"),
    ],
)
def test_a_file_of_options(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "run.yml").write_text(content)
    done = CliRunner().invoke(cli, ["run", "--config", str(tmp_path / "run.yml")])
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.output.split()), done.output


@pytest.mark.usefixtures("_project")
def test_parameters_from_a_file_of_options(tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text("run:\n  params: {train: {patiense: 3}}\n")
    done = CliRunner().invoke(cli, ["run", "--config", str(tmp_path / "run.yml")])
    assert done.exit_code == 1, done.output
    assert "did you mean 'patience'?" in done.output
