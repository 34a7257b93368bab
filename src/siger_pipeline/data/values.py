"""Reading raw text: ids, texts and numbers, and the words for those that are wrong."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, IntegerValue, StringValue, Value

WHOLE_NUMBER = r"^-?[0-9]+$"
QUOTED = 40  # characters of a wrong value in a message


def is_blank(text: StringValue) -> BooleanValue:
    """True where the text is null, empty or white space only."""
    return text.strip().fill_null("") == ""


def null_if_blank(text: StringValue) -> StringValue:
    """The text, null where `is_blank`."""
    return ibis.ifelse(is_blank(text), ibis.null("string"), text)


def whole_number(text: StringValue) -> IntegerValue:
    """The number (int64), null where the text is none that fits."""
    digits = ibis.ifelse(text.re_search(WHOLE_NUMBER), text, ibis.null("string"))
    return digits.try_cast("int64")


def finite_number(text: StringValue) -> FloatingValue:
    """The number (double), null where the text is none, infinite or NaN."""
    number = text.try_cast("float64")
    return ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)


def wrong(field: str, found: StringValue, wanted: str) -> StringValue:
    """The words for a wrong value."""
    return (
        ibis.literal(f"{field} is ") + found.left(QUOTED).fill_null("missing") + f", not {wanted}"
    )


def wrong_type(
    field: str, found: StringValue, value: Value, wanted: str
) -> tuple[BooleanValue, StringValue]:
    """Where a text was found but no value could be read from it; and the words for it."""
    return found.notnull() & value.isnull(), wrong(field, found, wanted)
