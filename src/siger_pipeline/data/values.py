"""Reading raw text: ids, texts and numbers, and the words for those that are wrong."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, IntegerValue, StringValue, Value

WHOLE_NUMBER = r"^-?[0-9]+$"
ZERO_FRACTION = r"^(-?[0-9]+)\.0*$"
REAL_NUMBER = r"^[+-]?[0-9]+\.?[0-9]*([eE][+-]?[0-9]+)?$"
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
    bare = _bare(text)
    digits = bare.re_replace(ZERO_FRACTION, r"\1")
    number = ibis.ifelse(digits.re_search(WHOLE_NUMBER), digits, ibis.null("string"))
    real = ibis.ifelse(bare.re_search(REAL_NUMBER), bare, ibis.null("string")).try_cast("float64")
    exact = (real.abs() < EXACT_BELOW) & (real == real.floor())
    return number.try_cast("int64").coalesce(
        ibis.ifelse(exact, real, ibis.null("float64")).try_cast("int64")
    )


def finite_number(text: StringValue) -> FloatingValue:
    """The number (double), null where the text is none, infinite or NaN."""
    number = _bare(text).try_cast("float64")
    return ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)


def _bare(text: StringValue) -> StringValue:
    return text.re_replace(r'^\s*"?\s*|\s*"?\s*$', "")


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
