"""The errors that a person can mend: their message is the whole story."""

from collections.abc import Iterator


class FreshError(Exception):
    """Something outside the code is wrong: a file, a record, a clock.

    The message names what was found, what is expected and what to do; a command line prints it
    without a traceback.
    """


def interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: libraries that it reaches in mid-work raise their own."""
    return any(isinstance(found, KeyboardInterrupt) for found in behind(error))


def behind(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
