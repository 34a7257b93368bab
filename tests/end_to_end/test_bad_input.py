"""Bad raw files end a run with a sentence, and leave nothing half-written."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from end_to_end.project import Project, copy_to
from siger_pipeline.errors import UserError
from siger_pipeline.shell.sentences import user_error

USERS, ITEMS = 30, 20


def mmrec_folder(folder: Path) -> Path:
    """A small data set in MMRec's layout, under the name of `baby`."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        [(u, i) for u in range(USERS) for i in draw.permutation(ITEMS)[:6]],
        columns=["userID", "itemID"],
    )
    frame["x_label"] = [0, 0, 0, 0, 1, 2] * USERS
    folder.mkdir(parents=True)
    frame.to_csv(folder / "baby.inter", sep="\t", index=False)
    for modality in ("image", "text"):
        np.save(folder / f"{modality}_feat.npy", draw.normal(size=(ITEMS, 8)).astype(np.float16))
    return folder


def lines_of(folder: Path) -> list[str]:
    return (folder / "baby.inter").read_text().splitlines()


def write(folder: Path, lines: list[str]) -> None:
    (folder / "baby.inter").write_text("\n".join(lines) + "\n")


def no_file(folder: Path) -> None:
    (folder / "baby.inter").unlink()


def no_features(folder: Path) -> None:
    (folder / "text_feat.npy").unlink()


def no_label(folder: Path) -> None:
    write(folder, [line.rpartition("\t")[0] for line in lines_of(folder)])


def odd_label(folder: Path) -> None:
    write(folder, [*lines_of(folder), "0\t0\t7"])


def negative_id(folder: Path) -> None:
    write(folder, [*lines_of(folder), "-3\t0\t0"])


def gap(folder: Path) -> None:
    write(folder, [*lines_of(folder), f"{USERS + 4}\t0\t0"])


def beyond_features(folder: Path) -> None:
    write(folder, [*lines_of(folder), f"0\t{ITEMS}\t0"])


def untrained(folder: Path) -> None:
    write(folder, [*lines_of(folder), f"{USERS}\t0\t2"])


def features(value: np.ndarray) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        np.save(folder / "text_feat.npy", value, allow_pickle=True)

    return change


def spoilt(shape: tuple[int, ...], value: float) -> np.ndarray:
    matrix = np.ones(shape, dtype=np.float32)
    matrix[3, 1] = value
    return matrix


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_to(tmp_path_factory.mktemp("project"))


def sentence_of(project: Project, env: str | None) -> str:
    """What the run of an environment says when it fails, told by the error that a person sees."""
    bootstrap_project(project.path)
    with pytest.raises(Exception) as caught, KedroSession.create(project.path, env=env) as session:
        session.run(tags=["ingest", "features"])
    error = user_error(caught.value)
    assert isinstance(error, UserError), caught.value
    return str(error)


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (no_file, ["baby.inter does not exist", "SIGER_DATA"]),
        (no_features, ["text_feat.npy does not exist", "SIGER_DATA"]),
        (no_label, ["baby.inter", "x_label", "userID"]),
        (odd_label, ["baby.inter", "line 182", "x_label", "7"]),
        (negative_id, ["baby.inter", "line 182", "userID", "-3"]),
        (gap, ["baby.inter", "userID", "30"]),
        (beyond_features, ["_feat.npy has 20 rows", "21"]),
        (untrained, ["training", "untrained_users"]),
        (features(np.ones((ITEMS - 1, 4), np.float32)), ["text", "19 rows", "20"]),
        (features(spoilt((ITEMS, 4), np.nan)), ["text", "3", "nan"]),
        (features(spoilt((ITEMS, 4), np.inf)), ["text", "3", "inf"]),
        (features(np.array([["a"] * 4] * ITEMS)), ["text", "U1"]),
        (features(np.array([{"a": 1}] * ITEMS, dtype=object)), ["text_feat.npy", "object"]),
    ],
)
def test_a_published_folder(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    break_it: Callable[[Path], None],
    words: list[str],
) -> None:
    break_it(mmrec_folder(tmp_path / "baby"))
    monkeypatch.setenv("SIGER_DATA", str(tmp_path))
    sentence = sentence_of(project, "baby")
    for word in words:
        assert word in sentence, sentence


def raw_reviews(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        path = folder / "reviews.json.gz"
        lines = change(gzip.decompress(path.read_bytes()).splitlines())
        path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))

    return rewrite


def truncated(folder: Path) -> None:
    path = folder / "reviews.json.gz"
    path.write_bytes(path.read_bytes()[:-4000])


def ten_bad_pictures(folder: Path) -> list[str]:
    """Ten pictures that cannot be read, each in its own way; their names."""
    files = sorted((folder / "images").iterdir())[:10]
    whole = files[0].read_bytes()
    contents = [
        *(b"", b"<html>404</html>", b"\0\0\0\x18ftypheic" + bytes(30), b"%PDF-1.4", b"PK\3\4"),
        *(whole[: len(whole) // 2], whole[:30], b"no picture", bytes(1000), b"{}"),
    ]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    return [file.name for file in files]


def test_ten_bad_pictures_are_named_at_once_and_can_be_tolerated(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    names = ten_bad_pictures(project.path / "data" / "01_raw" / "sample")
    sentence = project.fails()
    for words in ("10 of 296 pictures (3.38%)", "features.picture.max_bad_share", *names):
        assert words in sentence, sentence
    assert "<" not in sentence and "object at" not in sentence
    log = project.run("--params", "features.picture.max_bad_share=0.05")
    told = next(line for line in log.splitlines() if "picture features" in line)
    assert "WARNING 15 of 301 items (4.98%) have no picture features" in told
    assert all(name in told for name in names)
    page = project.newest("08_reporting/sample/siger/report.html").read_text()
    assert "15 of 301 without image features (4.98%)" in page


def test_a_user_who_vanishes_in_the_core_is_counted(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    before = project.run("--pipelines", "ingest")
    line = b'{"reviewerID": "NEW", "asin": "%s", "overall": 5.0}'
    path = project.path / "data" / "01_raw" / "sample" / "reviews.json.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines()
    ids = sorted({word.partition(b'"')[0] for row in lines for word in row.split(b'"asin": "')[1:]})
    path.write_bytes(
        gzip.compress(b"\n".join([*lines, *(line % item for item in ids[:3])]) + b"\n")
    )
    after = project.run("--pipelines", "ingest")
    assert "5-core: removed 30 of 630 users, 4 of 305 items, 76 of 5,771 interactions" in before
    assert "5-core: removed 31 of 631 users, 4 of 305 items, 79 of 5,774 interactions" in after


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda folder: (folder / "reviews.json.gz").unlink(), ["reviews.json.gz does not exist"]),
        (truncated, ["reviews.json.gz", "truncated"]),
        (
            raw_reviews(lambda lines: [b"<html>", *lines[:5], b"{broken"]),
            ["reviews.json.gz", "2 of 7", "line 1", "line 7", "max_bad_share"],
        ),
        (raw_reviews(lambda lines: lines[:40]), ["k_core", "5"]),
        (lambda folder: shutil.rmtree(folder / "images"), ["images", "does not exist"]),
    ],
)
def test_raw_files(tmp_path: Path, break_it: Callable[[Path], None], words: list[str]) -> None:
    project = copy_to(tmp_path)
    break_it(project.path / "data" / "01_raw" / "sample")
    sentence = sentence_of(project, None)
    for word in words:
        assert word in sentence, sentence
    written = [path for path in (project.path / "data").rglob("*") if path.is_file()]
    assert not [path for path in written if "tmp" in path.name.lower()]


def test_the_command_line_says_it_and_exits_with_an_error(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    sentence = project.fails("--env", "baby", SIGER_DATA=str(tmp_path / "nowhere"))
    assert "nowhere/baby/baby.inter does not exist" in sentence


def test_an_environment_that_does_not_exist(project: Project) -> None:
    sentence = project.fails("--env", "nosuch")
    assert "conf/nosuch" in sentence
    assert "An environment is a folder of conf/" in sentence
