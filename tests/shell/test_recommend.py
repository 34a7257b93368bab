"""`kedro recommend` and `kedro similar`: files, tables, and what cannot be answered."""

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from end_to_end.project import Project
from siger_pipeline.errors import InputError
from siger_pipeline.serving import load
from siger_pipeline.shell.answer import give
from siger_pipeline.shell.asked_ids import asked_ids
from siger_pipeline.shell.cli import cli


@pytest.fixture(scope="module")
def project(sample_results: Project) -> Iterator[Project]:
    """The sample with SIGER and LightGCN, in which this process is: nothing is written there."""
    before = Path.cwd()
    os.chdir(sample_results.path)
    bootstrap_project(sample_results.path)
    yield sample_results
    os.chdir(before)


@pytest.fixture(scope="module")
def lists(project: Project) -> pd.DataFrame:
    """What evaluation left."""
    return pd.read_parquet(project.newest("07_model_output/sample/siger/recommendations.parquet"))


def asked(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == code, done.output
    return done


def test_everybody_gets_what_evaluation_ranked_bit_for_bit(
    project: Project, lists: pd.DataFrame, tmp_path: Path
) -> None:
    users = tmp_path / "users.txt"
    users.write_text("\n".join(lists["user"].unique()) + "\n")
    out = tmp_path / "top.parquet"
    asked("recommend", "--users-file", str(users), "--k", "50", "--out", str(out))
    table = pd.read_parquet(out)
    pd.testing.assert_frame_equal(table.drop(columns="title"), lists, check_exact=True)
    assert table["title"].str.contains(" & ").any()
    assert not table["title"].str.contains("&amp;").any()
    assert {path.name for path in tmp_path.iterdir()} == {"top.parquet", "users.txt"}


def test_unknown_users_are_named_and_the_others_are_served(
    project: Project, lists: pd.DataFrame, tmp_path: Path
) -> None:
    user, out = lists["user"].iloc[0], tmp_path / "top.json"
    done = asked("recommend", "--users", f"nobody, {user},x", "--out", str(out), code=1)
    assert "2 of 3 users are not known" in done.output
    assert "'nobody', 'x'; the other 1 are answered" in done.output
    assert [row["user"] for row in json.loads(out.read_text())] == [user] * 10


def test_nobody_known_leaves_no_file(project: Project, tmp_path: Path) -> None:
    asked("recommend", "--users", "nobody", "--out", str(tmp_path / "top.csv"), code=1)
    assert not [*tmp_path.iterdir()]


def test_a_table_to_read_with_reasons(project: Project, lists: pd.DataFrame) -> None:
    user = lists["user"].iloc[0]
    arguments = ("recommend", "--trial", "lightgcn", "--users", user, "--k", "2")
    lines = asked(*arguments, "--explain").output.splitlines()
    lines = lines[lines.index(f"user {user}") :]
    assert re.fullmatch(r" +1  \w+ +-?\d\.\d{4}  \w.*", lines[1])
    assert re.fullmatch(r" +because of \w+ \(\d\.\d{4}\)  \w.*", lines[2])
    assert len([line for line in lines if re.match(r" +\d  ", line)]) == 2


def test_similar_items(project: Project, lists: pd.DataFrame, tmp_path: Path) -> None:
    item, out = lists["item"].iloc[0], tmp_path / "near.csv"
    asked("similar", "--items", item, "--k", "3", "--by", "content:text", "--out", str(out))
    expected = load(project.newest("06_models/sample/siger/recommender"))
    near = expected.similar([item], 3, "content:text")
    assert pd.read_csv(out)["similar"].tolist() == near["similar"].tolist()
    done = asked("similar", "--items", item, "--by", "price", code=1)
    assert "items cannot be compared by 'price': model siger has embedding" in done.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("recommend",), 2, "--users a,b,c or by --users-file F"),
        (("recommend", "--users", "a", "--users-file", "b"), 2, "one of the two"),
        (("recommend", "--users", ","), 1, "--users names no id of users"),
        (("recommend", "--users", "a", "--users", "b"), 2, "--users is given 2 times"),
        (("recommend", "--users", "a", "--out", "top.xls"), 1, "'.xls' is none of .csv, .parquet"),
        (("recommend", "--users-file", "none.txt"), 1, "none.txt cannot be read: No such file"),
        (("recommend", "--users", "a", "--k", "0"), 2, "--k"),
        (("recommend", "--users", "a", "--trial", "sigr"), 1, "did you mean 'siger'?"),
        (
            ("recommend", "--users", "a", "--trial", "ease"),
            1,
            "no recommender of trial 'ease'; trials that have one: lightgcn, siger; "
            "`kedro run --params model=ease` makes one",
        ),
    ],
)
def test_what_cannot_be_answered(
    project: Project, arguments: tuple[str, ...], code: int, words: str
) -> None:
    assert words in asked(*arguments, code=code).output


def test_an_answer_that_fails_leaves_the_older_file(
    project: Project, lists: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "top.csv"
    out.write_text("older")

    def broken(*_: object) -> None:
        raise InputError("the second block")

    monkeypatch.setattr("siger_pipeline.serving.ranking.rank", broken)
    asked("recommend", "--users", lists["user"].iloc[0], "--out", str(out), code=1)
    assert out.read_text() == "older"
    assert [*tmp_path.iterdir()] == [out]


def test_who_gets_nothing_is_named(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"user": ["a"], "item": ["i"], "title": ["t"], "rank": [1], "score": [1.0]}
    )
    with caplog.at_level(logging.WARNING):
        give([table], "user", ["a", "b", "c"], [], tmp_path / "top.csv")
    assert "2 of 3 users have an empty list, such as b" in caplog.text
    caplog.clear()
    give([table], "user", ["a"], [], None)
    assert not caplog.records


def test_ids_of_a_file_are_texts_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_bytes("\ufeff007\r\n\r\n a,b \né".encode())
    assert asked_ids("users", None, file) == ["007", "a,b", "é"]
    file.write_bytes(b"007\n\xff\n")
    with pytest.raises(InputError, match=r"ids\.txt, line 2: it is not UTF-8"):
        asked_ids("users", None, file)


def test_the_newest_version_of_the_only_trial_answers(
    project: Project, lists: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(project.path / "conf", tmp_path / "conf")
    shutil.copy(project.path / "pyproject.toml", tmp_path)
    (tmp_path / "src").mkdir()
    shutil.copytree(
        project.path / "data/06_models/sample/lightgcn",
        tmp_path / "data/06_models/sample/lightgcn",
    )
    monkeypatch.chdir(tmp_path)
    bootstrap_project(tmp_path)
    user = lists["user"].iloc[0]
    asked("recommend", "--users", user)
    (version,) = (tmp_path / "data/06_models/sample/lightgcn/recommender").iterdir()
    half = version.with_name("2999-01-01T00.00.00.000Z") / "recommender"
    half.mkdir(parents=True)
    assert "has no recommender.json" in asked("recommend", "--users", user, code=1).output
