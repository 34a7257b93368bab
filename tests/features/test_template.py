"""Texts by templates."""

import pandas as pd
import pytest

from siger_pipeline.features.template import DEFAULT, compose, field_of
from siger_pipeline.features.text import join_fields

ITEMS = pd.DataFrame(
    {
        "title": ["Red &amp; <b>warm</b> socks", None, "a {brace}"],
        "brand": ["Sock Inc.", None, None],
        "categories": ["Clothing", "Hats", None],
        "features": ["100 % wool", None, None],
        "description": [None, "A hat.<br>Blue", ""],
    }
)


def test_the_default_is_the_text_of_tfidf() -> None:
    assert compose(ITEMS, DEFAULT) == join_fields(ITEMS)


def test_a_piece_without_its_field_is_left_out() -> None:
    template = ["passage:{title}.", "Made of {features},", "by {brand}"]
    assert compose(ITEMS, template) == [
        "passage:Red & warm socks. Made of 100 % wool, by Sock Inc.",
        "",
        "passage:a {brace}.",
    ]


def test_a_field_that_the_source_lacks_is_empty() -> None:
    assert compose(ITEMS[["title"]], ["{title}", "{features}"])[0] == "Red & warm socks"


@pytest.mark.parametrize(
    "piece",
    ["title", "{titel}", "{title} {brand}", "{title", "{title!r}", "{title:>9}", "{}", "{0}"],
)
def test_a_piece_names_one_field(piece: str) -> None:
    with pytest.raises(ValueError, match=r"template has the piece .* wanted is text with one of"):
        field_of(piece)
