"""Reading raw text: ids, texts and numbers, and the words for those that are wrong."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, IntegerValue, StringValue, Value

AROUND = r'\s*"?\s*'  # what may stand around a number
WHOLE_NUMBER = rf"^{AROUND}(-?[0-9]+)(\.0*)?{AROUND}$"
EXPONENT = rf"^{AROUND}(-?[0-9]+\.?[0-9]*[eE][+-]?[0-9]+){AROUND}$"
EXACT_BELOW = 2.0**53  # floats below tell whole numbers apart
QUOTED = 40  # characters of a wrong value in a message


def is_blank(text: StringValue) -> BooleanValue:
    """True where the text is null, empty or white space only."""
    return text.strip().fill_null("") == ""


def null_if_blank(text: StringValue) -> StringValue:
    """The text, null where `is_blank`."""
    return ibis.ifelse(is_blank(text), ibis.null("string"), text)


def whole_number(text: StringValue) -> IntegerValue:
    """The number (int64), null where the text is none that fits.

    It may be written as a float (`2.0`, `1.4e9`) as long as that says exactly which number is
    meant, stand in quotes, or between blanks.
    """
    # The engine's own reading takes other forms too and rounds. Where it writes the same text
    # again it read what stands there; only other texts are looked at more closely.
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
    """True where an id holds control characters, or what stands for bytes that are no text."""
    return text.re_search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffd}]").fill_null(False)


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
