"""Amounts and times of users' tables."""

from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import FloatingValue, IntegerValue, StringValue

from siger_pipeline.data.values import finite_number, whole_number

ZONED = r"[0-9](Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
BEFORE_ZONE = r" +([+-][0-9]{2}:?[0-9]{0,2}|UTC|GMT|Z)$"
DATE = r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
WITH_TIME = r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ]"
AMOUNTS = {
    ".": r"^[^0-9.,-]*(-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?|-?[0-9]*\.?[0-9]+)[^0-9.,-]*$",
    ",": r"^[^0-9.,-]*(-?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?|-?[0-9]*,?[0-9]+)[^0-9.,-]*$",
}
THOUSANDS = {".": ",", ",": "."}
# Whole numbers from the first on are seconds since 1970, then milli-, micro- and nanoseconds.
UNITS = {10**8: "seconds", 10**11: "milliseconds", 10**14: "microseconds", 10**17: "nanoseconds"}


class Time(NamedTuple):
    """A time as read.

    Attributes:
        value: a whole number as it is, a date as milliseconds since 1970.
        kind: the unit of a number, or "date"; null where the text is no time.
    """

    value: IntegerValue
    kind: StringValue


@ibis.udf.scalar.builtin
def epoch_ms(value: dt.timestamp) -> int:  # type: ignore[empty-body]
    """Milliseconds since 1970."""


@ibis.udf.scalar.builtin(name="epoch_ms")
def epoch_ms_utc(value: dt.Timestamp("UTC")) -> int:  # type: ignore[empty-body,valid-type]
    """Milliseconds since 1970."""


@ibis.udf.scalar.builtin
def try_strptime(value: str, format: str) -> dt.timestamp:
    """A time by its format; null where it has another."""


def amount(text: StringValue, decimal: str) -> FloatingValue:
    """The number in a text such as `€ 1.234,50`; null where there is no single one.

    Args:
        text: with perhaps a currency before or behind.
        decimal: sign before the decimals; the other one may separate thousands.
    """
    number = text.strip().re_extract(AMOUNTS[decimal], 1).replace(THOUSANDS[decimal], "")
    return finite_number(number.replace(decimal, ".")).coalesce(_plain(text, decimal))


def _plain(text: StringValue, decimal: str) -> FloatingValue:
    return finite_number(text) if decimal == "." else ibis.null("float64")


def time_of(text: StringValue, time_format: str | None) -> Time:
    """The time in a text.

    Args:
        text: a whole number, or a date as of ISO 8601: with a time and a zone or without, which is
            then taken as UTC.
        time_format: of dates, in place of both.
    """
    if time_format is not None:
        value = epoch_ms(try_strptime(text.strip(), time_format))
        return Time(value, ibis.ifelse(value.notnull(), ibis.literal("date"), ibis.null("string")))
    number, date = whole_number(text), _iso(text.strip())
    kinds = [(number.abs() >= first, unit) for first, unit in reversed(UNITS.items())]
    kind = ibis.cases(*kinds, (number.notnull(), "number"), (date.notnull(), "date"))
    return Time(number.coalesce(date), kind)


def _iso(text: StringValue) -> IntegerValue:
    close = text.re_replace(BEFORE_ZONE, r"\1").re_replace("(UTC|GMT|z)$", "Z")
    # Without a zone, the engine's type with one would take that of the machine.
    zoned = close.re_search(WITH_TIME) & close.re_search(ZONED)
    with_zone = epoch_ms_utc(close.try_cast('timestamp("UTC")'))
    without = epoch_ms(close.try_cast("timestamp"))
    read = ibis.ifelse(zoned, with_zone, without)
    return ibis.ifelse(close.re_search(DATE), read, ibis.null("int64"))
