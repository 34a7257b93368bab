"""Globals without effect are named, with what may be meant."""

import pytest

from siger_pipeline.shell.unused_globals import unused_globals

USED = "filepath: data/${globals:dataset}/${globals:paths.raw}\nother: ${ globals : mine }"


def advice_on(*keys: str) -> list[tuple[str, str]]:
    return list(unused_globals(keys, [USED]))


def test_what_is_read_by_code_or_by_another_file_is_used() -> None:
    assert advice_on("dataset", "model", "raw", "paths", "mine") == []


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("modle", "did you mean 'model'?"),
        ("colour", "take it out."),
        ("mines", "did you mean 'mine'?"),
        ("reviews", "did you mean 'ingest.amazon.reviews'?"),
        ("titles", "did you mean 'ingest.microlens.titles'?"),
        ("item_file", "did you mean 'ingest.mmrec.item_file'?"),
    ],
)
def test_any_other_is_named_with_what_may_be_meant(key: str, advice: str) -> None:
    assert advice_on("dataset", "mine", key) == [(key, advice)]
