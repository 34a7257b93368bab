"""Errors that the user can mend, and what is behind an error."""

from collections.abc import Iterator

from click import ClickException


class FreshError(ClickException):
    """Something outside the code is wrong: a file, a record, a clock.

    The message names the cause and what to do. Kedro's command line prints it without a traceback
    and ends with exit code 1, since it is an exception of Click.
    """


class BrokenOff(Exception):  # noqa: N818
    """What a hook raises to end a node before its time: no failure, and not a result either.

    What the node has saved stays for a later run of it to go on from.
    """


def interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error: libraries that it reaches in mid-work raise their own."""
    return any(isinstance(found, KeyboardInterrupt) for found in behind(error))


def behind(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it, each once: an error raised again can lead to itself."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__
