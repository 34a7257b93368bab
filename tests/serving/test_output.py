"""Tables as files: the same rows whatever the kind, and however many blocks."""

import io
import json

import pandas as pd
import pytest

from siger_pipeline.serving.output import write_rows

BLOCKS = [
    pd.DataFrame(
        {
            "user": users,
            "title": pd.Series(titles, dtype=object),
            "rank": pd.Series([1] * len(users), dtype="int32"),
            "score": pd.Series([0.1] * len(users), dtype="float32"),
        }
    )
    for users, titles in ((["007"], [None]), ([], []), (["é", "x"], ['a "b", c', "d"]))
]


def written(ending: str) -> bytes:
    handle = io.BytesIO()
    assert write_rows(handle, ending, iter(BLOCKS)) == 3
    return handle.getvalue()


def test_csv() -> None:
    assert written(".csv").decode() == (
        'user,title,rank,score\n007,,1,0.1\né,"a ""b"", c",1,0.1\nx,d,1,0.1\n'
    )


def test_json_has_a_row_on_each_line_and_short_numbers() -> None:
    text = written(".json").decode()
    assert text.count("\n") == 5
    assert json.loads(text)[0] == {"user": "007", "title": None, "rank": 1, "score": 0.1}
    assert [row["title"] for row in json.loads(text)] == [None, 'a "b", c', "d"]


def test_parquet_keeps_texts_also_where_the_first_block_has_none() -> None:
    table = pd.read_parquet(io.BytesIO(written(".parquet")))
    assert table["user"].tolist() == ["007", "é", "x"]
    assert table["title"].isna().tolist() == [True, False, False]
    assert str(table["score"].dtype) == "float32"


@pytest.mark.parametrize("ending", [".csv", ".json", ".parquet"])
def test_an_answer_without_rows_is_a_file_without_rows(ending: str) -> None:
    handle = io.BytesIO()
    assert write_rows(handle, ending, [BLOCKS[1]]) == 0
    if ending == ".json":
        assert json.loads(handle.getvalue()) == []
