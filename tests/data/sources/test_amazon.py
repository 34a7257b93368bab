import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table

from siger_pipeline.data.checks import SHOWN
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.sources.amazon.metadata import read_metadata
from siger_pipeline.data.sources.amazon.reviews import read_reviews
from siger_pipeline.errors import InputError

MakeLines = Callable[[Sequence[str | None]], Table]
GOOD = {"reviewerID": "A1", "asin": "B1", "overall": 4.0, "unixReviewTime": 1_500_000_000}


def without(*fields: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key not in fields}


def test_a_review_is_an_interaction(lines: MakeLines) -> None:
    rows, bad_lines, _ = read_reviews(lines([json.dumps(GOOD)]), 0.0)
    assert rows.to_pyarrow().to_pylist() == [
        {
            Columns.LINE_NUMBER: 1,
            Columns.USER: "A1",
            Columns.ITEM: "B1",
            Columns.RATING: 4.0,
            Columns.TIMESTAMP: 1_500_000_000,
            Columns.IS_POSITION: False,
            Columns.SPLIT: None,
            Columns.USER_ROW: None,
        }
    ]
    assert bad_lines == 0


def test_a_review_without_rating_or_time_counts(lines: MakeLines) -> None:
    fields = ["overall", "unixReviewTime"]
    reviews = [without(*fields), {**GOOD, **dict.fromkeys(fields)}]
    rows, bad_lines, _ = read_reviews(lines([json.dumps(review) for review in reviews]), 0.0)
    assert rows[Columns.RATING].to_pyarrow().to_pylist() == [None, None]
    assert rows[Columns.TIMESTAMP].to_pyarrow().to_pylist() == [None, None]
    assert bad_lines == 0


BAD_LINES: list[tuple[str | None, str]] = [
    (None, "the line is blank"),
    ("  ", "the line is blank"),
    ("not json", "it is not a JSON object"),
    ("{'reviewerID': 'A1'}", "it is not a JSON object"),
    (json.dumps(GOOD)[:-5], "it is not a JSON object"),
    ("[1, 2]", "it is not a JSON object"),
    ('"text"', "it is not a JSON object"),
    ("17", "it is not a JSON object"),
    (json.dumps(without("reviewerID")), "reviewerID is missing"),
    (json.dumps({**GOOD, "reviewerID": None}), "reviewerID is missing"),
    (json.dumps({**GOOD, "reviewerID": " "}), "reviewerID is missing"),
    (json.dumps({**GOOD, "reviewerID": 5}), "reviewerID is missing, empty or not text"),
    (json.dumps(without("asin")), "asin is missing"),
    (json.dumps({**GOOD, "asin": ""}), "asin is missing"),
    (json.dumps({**GOOD, "asin": "B\ufffd"}), "asin holds characters that are not text"),
    (json.dumps({**GOOD, "reviewerID": "A\x00"}), "reviewerID holds characters that are not"),
    (json.dumps({**GOOD, "asin": "B\ud83d"}), "asin holds characters that are not text"),
    (json.dumps({**GOOD, "unixReviewTime": "x"}), 'unixReviewTime is "x", not a whole number'),
    (json.dumps({**GOOD, "unixReviewTime": 1.5}), "unixReviewTime is 1.5, not a whole number"),
    (json.dumps({**GOOD, "unixReviewTime": 2**64}), "unixReviewTime is 18446744073709551616"),
]


@pytest.mark.parametrize("first", range(0, len(BAD_LINES), SHOWN))
def test_a_bad_line_is_counted_with_its_number_and_reason(lines: MakeLines, first: int) -> None:
    bad = BAD_LINES[first : first + SHOWN]
    good = json.dumps(GOOD)
    rows, bad_lines, remarks = read_reviews(lines([good, *(line for line, _ in bad), good]), 0.99)
    assert rows.line_number.to_pyarrow().to_pylist() == [1, len(bad) + 2]
    assert bad_lines == len(bad)
    for number, (_, reason) in enumerate(bad, start=2):
        assert f" line {number}: {reason}" in remarks[0].text


def test_too_many_bad_lines_are_refused(lines: MakeLines) -> None:
    with pytest.raises(InputError, match=r"1 of 3 lines .* line 2: it is not a JSON object"):
        read_reviews(lines([json.dumps(GOOD), "no", json.dumps(GOOD)]), 0.3)


@pytest.mark.parametrize(
    ("overall", "reason"),
    [
        ([5], "overall is [5], not a number"),
        (True, "overall is true, not a number"),
        (float("nan"), "overall is NaN, not a number"),
        ("good", 'overall is "good", not a number'),
        ({"a": 1}, "overall is "),
    ],
)
def test_a_rating_that_cannot_be_read_is_noted_since_nothing_needs_it(
    lines: MakeLines, overall: object, reason: str
) -> None:
    raw = lines([json.dumps({**GOOD, "overall": overall})])
    rows, bad_lines, [remark] = read_reviews(raw, 0.0)
    assert rows[Columns.RATING].to_pyarrow().to_pylist() == [None]
    assert bad_lines == 0
    assert ": 1 lines have a value that cannot be read" in remark.text
    assert f" line 1: {reason}" in remark.text


def test_a_time_is_judged_only_where_the_split_needs_it(lines: MakeLines) -> None:
    raw = lines([json.dumps(GOOD), json.dumps({**GOOD, "unixReviewTime": "06 2014"})])
    rows, bad_lines, [remark] = read_reviews(raw, 0.0, timed=False)
    assert rows[Columns.TIMESTAMP].to_pyarrow().to_pylist() == [1_500_000_000, None]
    assert bad_lines == 0 and "line 2: unixReviewTime is" in remark.text
    assert read_reviews(raw, 0.5, timed=True).bad_lines == 1


@pytest.mark.parametrize(
    ("written", "rating", "time"),
    [
        ('"overall": "5.0", "unixReviewTime": 1400000000.0', 5.0, 1_400_000_000),
        ('"overall": " 5 ", "unixReviewTime": "1400000000"', 5.0, 1_400_000_000),
        ('"overall": 5, "unixReviewTime": 1.4e9', 5.0, 1_400_000_000),
        ('"overall": 4.5e0, "unixReviewTime": "1.4E+9"', 4.5, 1_400_000_000),
        ('"overall": "4", "unixReviewTime": "-5.0"', 4.0, -5),
    ],
)
def test_numbers_may_be_written_as_floats_and_as_texts(
    lines: MakeLines, written: str, rating: float, time: int
) -> None:
    raw = lines([f'{{"reviewerID": "A1", "asin": "B1", {written}}}'])
    rows, bad_lines, remarks = read_reviews(raw, 0.0)
    result = rows.select(Columns.RATING, Columns.TIMESTAMP).to_pyarrow().to_pylist()[0]
    assert tuple(result.values()) == (rating, time)
    assert (bad_lines, remarks) == (0, [])


@pytest.mark.parametrize(
    "text",
    [
        r"half a pair \ud83d here",
        r"\ude00",
        r"\ud83d\ud83d\ude00",
        "a \x00 in the middle",
        "\x02\x1e",
        "a\ttab",
        r"\\ud83d is no escape",
        r"\ud83d\ude00",
        "caf\ufffd",
    ],
)
def test_what_stands_in_an_unread_text_drops_no_review(lines: MakeLines, text: str) -> None:
    line = f'{{"reviewerID": "A1", "asin": "B1", "reviewText": "{text}"}}'
    rows, bad_lines, _ = read_reviews(lines([line]), 0.0)
    assert rows.select("user", "item").to_pyarrow().to_pylist() == [{"user": "A1", "item": "B1"}]
    assert bad_lines == 0


def test_a_title_keeps_what_can_be_read_of_it(lines: MakeLines) -> None:
    title = r"\ud83d\ude00 and \ud83d and \\ud83d"
    items, _, _ = read_metadata(lines([f'{{"asin": "B1", "title": "{title}"}}']), 0.0)
    assert items[Columns.TITLE].to_pyarrow().to_pylist() == ["\U0001f600 and \ufffd and \\ud83d"]


FOREIGN = [
    ('{"main_category": "Baby", "title": "x", "parent_asin": "B"}', "metadata of Amazon 2023"),
    ('{"asin": "B", "title": "x"}', "Amazon metadata of 2014 or 2018"),
    ("user_id:token\titem_id:token\ttimestamp:float", "an atomic file of RecBole"),
    ("userID\titemID\tx_label", "MMRec's .inter file: set ingest.source: mmrec"),
    ("userId,movieId,rating,timestamp", "separated by commas, with the columns userId, movieId"),
    ("A1,B1,5.0,1400000000", "a table without a header, separated by commas"),
    ("1::1193::5::978300760", "a table without a header, separated by double colons"),
    ("7\t30 10 20", "set ingest.source: microlens"),
    ("<!DOCTYPE html><html>", "a web page"),
    ("[", "one JSON document"),
    ('{"userId": 1, "movieId": 2}', "JSON lines of another source (userId, movieId)"),
]


@pytest.mark.parametrize(("line", "words"), FOREIGN)
def test_the_message_names_the_format_that_a_file_seems_to_have(
    lines: MakeLines, line: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_reviews(lines([line] * 3), 0.01)
    assert words in str(caught.value)
    assert "max_bad_share" not in str(caught.value)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "reviewerID": st.sampled_from(["u", "ü\n", "", None, 3]),
                "asin": st.sampled_from(["i", '"quoted" | \t', "", None, []]),
                "overall": st.sampled_from([1.0, 5, None]),
                "unixReviewTime": st.sampled_from([0, -5, 2**62, None, "x", 2.5]),
            },
        ),
        min_size=1,
        max_size=12,
    )
)
def test_good_lines_are_those_that_a_loop_over_the_records_finds(
    lines: MakeLines, records: list[dict[str, Any]]
) -> None:
    expected = [
        (record["reviewerID"], record["asin"], record.get("overall"), record.get("unixReviewTime"))
        for record in records
        if all(isinstance(record.get(key), str) and record[key] for key in ("reviewerID", "asin"))
        and isinstance(record.get("overall"), int | float | None)
        and isinstance(record.get("unixReviewTime"), int | None)
    ]
    # A file without one good line is refused: see the tests of `checks`.
    records.append(GOOD)
    expected.append(tuple(GOOD.values()))
    rows, bad_lines, _ = read_reviews(lines([json.dumps(record) for record in records]), 1.0)
    columns = [Columns.USER, Columns.ITEM, Columns.RATING, Columns.TIMESTAMP]
    result = rows.order_by(Columns.LINE_NUMBER).select(*columns).to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in result] == expected
    assert bad_lines == len(records) - len(expected)


def items_of(lines: MakeLines, *records: dict[str, Any]) -> list[dict[str, Any]]:
    table, _, _ = read_metadata(lines([json.dumps(record) for record in records]), 0.0)
    result: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return result


def test_metadata_is_an_item_with_its_texts_as_they_are(lines: MakeLines) -> None:
    record = {
        "asin": "B1",
        "title": "Salt &amp; <b>Pepper</b>",
        "brand": "Mill",
        "category": ["Home & Kitchen", "Mills"],
        "description": ["Grinds.", "Twice."],
        "price": "$12.99",
        "imageURL": [],
    }
    assert items_of(lines, record) == [
        {
            Columns.ITEM: "B1",
            Columns.TITLE: "Salt &amp; <b>Pepper</b>",
            Columns.BRAND: "Mill",
            Columns.CATEGORIES: "Home & Kitchen Mills",
            Columns.DESCRIPTION: "Grinds. Twice.",
            Columns.FEATURES: None,
            Columns.PRICE: 12.99,
            Columns.IMAGE: None,
            Columns.ROW: None,
        }
    ]


def test_missing_pieces_are_null(lines: MakeLines) -> None:
    records: list[dict[str, Any]] = [
        {},
        {"title": "", "brand": " ", "category": [], "description": [""], "price": ""},
        dict.fromkeys(["title", "brand", "category", "description", "price"]),
        {"title": 3, "brand": {}, "category": 1, "description": {"a": "b"}, "price": []},
    ]
    result = items_of(lines, *({"asin": f"B{n}", **record} for n, record in enumerate(records)))
    for n, item in enumerate(result):
        assert set(item.values()) == {f"B{n}", None}


PRICES: list[tuple[object, float | None]] = [
    ("$12.99", 12.99),
    ("$1,299.50", 1299.5),
    ("$ 7", 7.0),
    ("19.5", 19.5),
    (5.25, 5.25),
    ("$5 - $9", None),
    ("$5.00 - $9.00", None),
    ("$", None),
    (".a-box-inner{background:#fff}$12.99", None),
    ("<span>$3.00</span>", None),
    ("$12.99 ", 12.99),
    ("-$3", None),
]


def test_a_price_is_one_amount_of_dollars(lines: MakeLines) -> None:
    result = items_of(
        lines, *({"asin": f"B{n:02}", "price": price} for n, (price, _) in enumerate(PRICES))
    )
    assert [row[Columns.PRICE] for row in result] == [amount for _, amount in PRICES]


def test_the_first_line_of_an_asin_counts_and_items_are_sorted(lines: MakeLines) -> None:
    records = [("B2", "first"), ("B1", "only"), ("B2", "second"), ("B2", None)]
    result = items_of(lines, *({"asin": item, "title": title} for item, title in records))
    assert [(row[Columns.ITEM], row[Columns.TITLE]) for row in result] == [
        ("B1", "only"),
        ("B2", "first"),
    ]


def test_metadata_without_asin_is_a_bad_line(lines: MakeLines) -> None:
    raw = lines(['{"asin": "B1"}', '{"title": "x"}', "no"])
    _, _, [remark] = read_metadata(raw, 1.0)
    assert remark.text.endswith(
        "bad: line 2: asin is missing, empty or not text; line 3: it is not a JSON object. They are"
        " left out."
    )
    with pytest.raises(InputError, match="2 of 3 lines"):
        read_metadata(raw, 0.5)


def test_reviews_in_place_of_metadata_are_refused(lines: MakeLines) -> None:
    reviews = [{"reviewerID": f"u{n}", "asin": f"i{n}", "overall": 5.0} for n in range(3)]
    with pytest.raises(InputError) as caught:
        read_metadata(lines([json.dumps(review) for review in reviews]), 0.01)
    assert "line 1: it is a review: it has a reviewerID" in str(caught.value)
    assert "max_bad_share" not in str(caught.value)


def test_ids_that_are_no_text_do_not_make_it_another_format(lines: MakeLines) -> None:
    raw = lines(['{"reviewerID": 7, "asin": "B1", "overall": 5.0, "unixReviewTime": 1}'] * 3)
    with pytest.raises(InputError) as caught:
        read_reviews(raw, 0.01)
    assert "reviewerID is missing, empty or not text" in str(caught.value)
    assert "It looks like" not in str(caught.value)
