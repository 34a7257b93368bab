"""`kedro fold-in` and `kedro recommend --history`: newcomers by files, on the sample."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from end_to_end.project import Project
from siger_pipeline.errors import InputError
from siger_pipeline.serving import load
from siger_pipeline.shell.cli import cli
from siger_pipeline.shell.newcomer_files import read_histories, read_items, read_vectors


@pytest.fixture(scope="module")
def project(sample_results: Project) -> Iterator[Project]:
    before = Path.cwd()
    os.chdir(sample_results.path)
    bootstrap_project(sample_results.path)
    yield sample_results
    os.chdir(before)


def asked(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == code, done.output
    return done


def test_five_new_items_with_picture_and_title_and_three_new_users(
    project: Project, tmp_path: Path
) -> None:
    folder = project.newest("06_models/sample/siger/recommender")
    known = load(folder)
    pictures = project.path / "data/01_raw/sample/images"
    like = [path for path in sorted(pictures.iterdir()) if path.stem in set(known.items.names)][:5]
    (tmp_path / "pictures").mkdir()
    titles = dict(zip(known.items.names, known.titles, strict=True))
    rows = []
    for number, path in enumerate(like):
        shutil.copy(path, tmp_path / "pictures" / f"00{number}{path.suffix}")
        rows.append({"item": f"00{number}", "title": titles[path.stem]})
    pd.DataFrame(rows).to_csv(tmp_path / "items.csv", index=False)
    first, second = known.items.names[:2]
    people = [("ann", first), ("ann", second), ("bob", "003"), ("eve", "nothing known")]
    pd.DataFrame(people, columns=["user", "item"]).to_csv(tmp_path / "people.csv", index=False)
    done = asked(
        *("fold-in", "--folder", str(folder), "--histories", str(tmp_path / "people.csv")),
        *("--items", str(tmp_path / "items.csv"), "--pictures", str(tmp_path / "pictures")),
        *("--out", str(tmp_path / "grown")),
        code=1,
    )
    assert "left out, while all others are served: eve (nobody knows an item of" in done.output
    grown = load(tmp_path / "grown", verify=True)
    assert grown.parts.card["folded_in"] == {"users": 2, "items": 5}
    nearest = grown.similar([row["item"] for row in rows], 1, by="content:image")
    assert nearest["similar"].tolist() == [path.stem for path in like]
    told = asked("recommend", "--folder", str(tmp_path / "grown"), "--users", "ann,bob").output
    assert told.count("user ") == 2
    assert asked("fold-in", "--items", "x.csv", "--out", str(tmp_path / "grown"), code=1).output


def _options_heard(monkeypatch: pytest.MonkeyPatch, history: str) -> list[str]:
    """What the recommender of somebody new is asked to use."""
    heard: list[str] = []
    monkeypatch.setattr(
        "siger_pipeline.serving.FittedRecommender.use_index", lambda _: heard.append("index") or ""
    )
    asked("recommend", "--history", history, "--k", "2", "--index")
    return heard


def test_somebody_new_is_asked_for_by_what_they_have(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = load(project.newest("06_models/sample/siger/recommender")).items.names
    told = asked("recommend", "--history", f"{items[3]},{items[9]}", "--k", "2", "--explain").output
    assert "user new\n   1  " in told
    assert f"because of {items[3]} " in told
    assert "nobody knows an item" in asked("recommend", "--history", "zzz", code=1).output
    (chosen,) = _options_heard(monkeypatch, f"{items[3]},{items[9]}")
    assert chosen == "index"
    two = asked("recommend", "--history", items[0], "--users", "a", code=2)
    assert "name --users, --users-file, --history or --histories: one" in two.output


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "person,item\nu,i\n", "has no column 'user'; its columns are person, item"),
        ("a.csv", "user,item\nu,\n", "row 1 has no item"),
        ("a.csv", "", "cannot be read as .csv"),
        ("a.xlsx", "", "the ending '.xlsx' is none of .csv, .tsv, .parquet"),
        ("a.parquet", "no", "cannot be read as .parquet"),
    ],
)
def test_a_file_that_does_not_fit_is_named(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        read_histories(tmp_path / name)
    with pytest.raises(InputError, match="there is no file"):
        read_items(tmp_path / "none.csv")


def test_ids_are_texts_and_empty_cells_are_missing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("\ufeffitem,title\r\n007,\r\n8,NA\r\n".encode())
    rows = read_items(tmp_path / "a.csv")
    assert rows["item"].tolist() == ["007", "8"]
    assert rows["title"].tolist() == [None, "NA"]


def test_vectors_are_matched_by_id(tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    pd.DataFrame({"item": ["b", "a"], "vector": [[1.0, 2.0], [3.0, 4.0]]}).to_parquet(path)
    rows = read_vectors(path, ["a", "c", "b"])
    np.testing.assert_array_equal(rows, [[3, 4], [np.nan, np.nan], [1, 2]])
    with pytest.raises(InputError, match="'b' is no new item"):
        read_vectors(path, ["a"])
    pd.DataFrame({"item": ["a", "a"], "vector": [[1.0], [2.0]]}).to_parquet(path)
    with pytest.raises(InputError, match="'a' has two rows"):
        read_vectors(path, ["a"])
    pd.DataFrame({"item": ["a", "b"], "vector": [[1.0], [2.0, 3.0]]}).to_parquet(path)
    with pytest.raises(InputError, match="lists of numbers of one length"):
        read_vectors(path, ["a", "b"])
