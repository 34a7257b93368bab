"""Reading raw text: ids, texts and numbers, and the words for wrong ones."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, IntegerValue, StringValue, Value

AROUND = r'\s*"?\s*'  # blanks and quotes around a number
WHOLE_NUMBER = rf"^{AROUND}(-?[0-9]+)(\.0*)?{AROUND}$"
EXPONENT = rf"^{AROUND}(-?[0-9]+\.?[0-9]*[eE][+-]?[0-9]+){AROUND}$"
EXACT_BELOW = 2.0**53  # whole numbers below are exact as floats
QUOTED = 40  # characters of a wrong value in a message


def is_blank(text: StringValue) -> BooleanValue:
    """True where the text is null, empty or white space only."""
    return text.strip().fill_null("") == ""


def null_if_blank(text: StringValue) -> StringValue:
    """The text, null where `is_blank`."""
    return ibis.ifelse(is_blank(text), ibis.null("string"), text)


def whole_number(text: StringValue) -> IntegerValue:
    """The number (int64), null where the text is none, or none that fits.

    It may be written as a float (`2.0`, `1.4e9`) that is a whole number exactly, in quotes, or
    between blanks.
    """
    # The engine's own cast accepts other forms too and rounds. Where the number, written again, is
    # the same text, it was read exactly; only other texts need a closer look.
    number = text.try_cast("int64")
    return ibis.ifelse(number.cast("string") == text, number, _in_another_form(text))


def _in_another_form(text: StringValue) -> IntegerValue:
    real = text.re_extract(EXPONENT, 1).try_cast("float64")
    exact = (real.abs() < EXACT_BELOW) & (real == real.floor())
    written_out = ibis.ifelse(exact, real, ibis.null("float64")).try_cast("int64")
    return text.re_extract(WHOLE_NUMBER, 1).try_cast("int64").coalesce(written_out)


def finite_number(text: StringValue) -> FloatingValue:
    """The number (double), null where the text is none, infinite or NaN."""
    bare = text.re_replace(f"^{AROUND}|{AROUND}$", "")
    number = text.try_cast("float64").coalesce(bare.try_cast("float64"))
    return ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)


def is_unreadable(text: StringValue) -> BooleanValue:
    """True where an id holds control characters, or U+FFFD for bytes that are no text."""
    return text.re_search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffd}]").fill_null(False)


def no_id(
    field: str, value: StringValue, absent: str = "is missing or empty"
) -> list[tuple[BooleanValue, str]]:
    """Where an id is missing or cannot be one; and the words."""
    return [
        (is_blank(value), f"{field} {absent}"),
        (is_unreadable(value), f"{field} holds characters that are not text"),
    ]


def wrong(field: str, value: StringValue, wanted: str) -> StringValue:
    """The words for a wrong value."""
    return (
        ibis.literal(f"{field} is ") + value.left(QUOTED).fill_null("missing") + f", not {wanted}"
    )


def wrong_type(
    field: str, text: StringValue, value: Value, wanted: str
) -> tuple[BooleanValue, StringValue]:
    """Where no value could be read from a text that is there; and the words for it."""
    return text.notnull() & value.isnull(), wrong(field, text, wanted)
