"""What a failed request means: a reason in words, and whether it is worth another attempt."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ssl import SSLCertVerificationError

from urllib3 import exceptions as of_urllib3

from siger_pipeline.fetching.failure import FetchError, shown

TEMPORARY = {408, 425, 429, 500, 502, 503, 504}
AS_LONG_AS_IT_LIKES = 10.0**9  # seconds, in place of a number that no float holds


def failure_of(error: Exception, idle_seconds: float) -> FetchError:
    """What an error of the HTTP library, or of the system, means for an address.

    Args:
        error: raised by a request.
        idle_seconds: the time limit of a connection, and of each read.
    """
    match error:
        case of_urllib3.NewConnectionError():
            why = _of_system(error) or "the host cannot be reached"
            return FetchError(f"no connection ({why})", temporary=True, of_host=True)
        case of_urllib3.ConnectTimeoutError():
            reason = f"no connection within {idle_seconds:g} s"
            return FetchError(reason, temporary=True, of_host=True)
        case of_urllib3.ReadTimeoutError():
            return FetchError(f"nothing came for {idle_seconds:g} s", temporary=True)
        case of_urllib3.SSLError():
            return FetchError(f"no secure connection ({_of_tls(error)})", of_host=True)
        case of_urllib3.ProtocolError() | OSError():
            return FetchError("the connection broke off, or what came is not HTTP", temporary=True)
        case of_urllib3.HTTPError() | ValueError():
            return FetchError(f"the request cannot be made or its answer not be read ({error})")
    raise error


def failure_of_status(status: int, wait: float, longest: float) -> FetchError:
    """What a status means that is neither a picture nor a redirect.

    Args:
        status: of the answer.
        wait: seconds that it asks to wait, 0 where it does not.
        longest: seconds that are waited at most.
    """
    try:
        reason = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        reason = f"status {status}"
    if status not in TEMPORARY:
        return FetchError(reason)
    if wait > longest:
        return FetchError(f"{reason}, and it asks to wait for {wait:,.0f} s", of_host=True)
    return FetchError(reason, temporary=True, wait=wait)


def seconds_to_wait(header: str | None, now: float) -> float:
    """The seconds that a `Retry-After` asks for, which is a number or a date; else 0.

    Args:
        header: as it came.
        now: seconds since 1970.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), AS_LONG_AS_IT_LIKES)
    try:
        then = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
    return max(0.0, math.ceil(then - now))


def _of_system(error: Exception) -> str:
    cause = error.__cause__
    return cause.strerror.lower() if isinstance(cause, OSError) and cause.strerror else ""


def _of_tls(error: Exception) -> str:
    inner = error.args[0] if error.args else error
    message = inner.verify_message if isinstance(inner, SSLCertVerificationError) else str(inner)
    return shown(message)
