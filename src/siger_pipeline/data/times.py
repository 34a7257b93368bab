"""Points in time as the parameters write them and as the tables have them."""

from datetime import UTC, datetime

# The unit of times follows from the largest: seconds reach 1e11 in the year 5138.
UNITS = {"seconds": (10**11, 1), "milliseconds": (10**14, 10**3), "microseconds": (10**17, 10**6)}
NANOSECONDS = ("nanoseconds", 10**9)


def iso_time(text: str) -> str:
    """The text, if it is a date or a time of ISO 8601.

    Raises:
        ValueError: it is none.
    """
    seconds_of(text)
    return text


def seconds_of(text: str) -> float:
    """Seconds since 1970 of a date or a time of ISO 8601, in UTC where it names no zone.

    Raises:
        ValueError: it is none.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "a date or a time is wanted, such as 2015-01-31 or 2015-01-31T18:00:00+01:00"
        ) from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def unit_of(latest: int) -> tuple[str, int]:
    """The unit of a table's times and how many of it are a second, by the latest time."""
    for unit, (below, per_second) in UNITS.items():
        if latest < below:
            return unit, per_second
    return NANOSECONDS
