"""The number of files that this process may have open: a run holds one for each lock."""

from __future__ import annotations

from contextlib import suppress

try:
    import resource
except ImportError:  # Windows: the limit is not by process
    resource = None  # type: ignore[assignment]

BESIDE = 512  # files for all else: data, pipes to workers, memory maps of libraries


def allow_open_files(number: int) -> None:
    """Raise the soft limit to what a run needs that holds so many, as far as the hard one allows.

    Many systems have a soft limit of 1024 or less, which a study of hundreds of trials exceeds.
    """
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + BESIDE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # a system may allow less than the hard limit says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
