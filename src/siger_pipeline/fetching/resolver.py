"""From a host's name to IP addresses that may be connected to."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeAlias

from siger_pipeline.fetching.address import Address
from siger_pipeline.fetching.failure import FetchError
from siger_pipeline.fetching.public import is_public

LookUp: TypeAlias = Callable[[str, int], list[str]]
MOST = 4  # IP addresses of a host that are tried


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, in the system's order.

    Raises:
        OSError, UnicodeError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Names are looked up once: a second answer might be another one.

    Connections go to the IP addresses that were checked, never to the name.
    """

    def __init__(self, look_up: LookUp, allow_private: bool) -> None:
        self._look_up = look_up
        self._allow_private = allow_private
        self._known: dict[tuple[str, int], list[str]] = {}

    def of(self, address: Address) -> list[str]:
        """The IP addresses to connect to, the best first.

        Raises:
            FetchError: the host is not known, or one of its addresses is not public.
        """
        key = (address.host, address.port)
        if key not in self._known:
            self._known[key] = self._checked(*key)
        return self._known[key]

    def forget(self, address: Address) -> None:
        """Look the host up anew next time, and check the answer: none of these could be reached."""
        self._known.pop((address.host, address.port), None)

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            found = self._look_up(host, port)
        except UnicodeError as error:
            raise FetchError("the host's name is none", of_host=True) from error
        except OSError as error:
            reason = "the host's name cannot be looked up"
            raise FetchError(reason, temporary=True, of_host=True) from error
        if not self._allow_private and not all(map(is_public, found)):
            raise FetchError("the host is not on the public internet", of_host=True)
        return found[:MOST]
