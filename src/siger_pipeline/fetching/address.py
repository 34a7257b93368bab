"""What an address says, and whether it may be asked at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from siger_pipeline.fetching.failure import FetchError, shown

PORTS = {"http": 80, "https": 443}
LONGEST = 4096  # characters


@dataclass(frozen=True)
class Address:
    """An address, read once: what is checked is what is asked.

    Attributes:
        scheme: http or https.
        host: a name or an IP address, without brackets.
        port: of the host.
        target: path and query, as a request names them.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def named(self) -> str:
        """Host and port as the request's header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_address(text: str, ports: Collection[int]) -> Address:
    """The parts of an address.

    Args:
        text: as it stands in the catalogue or in a redirect.
        ports: those that it may name.

    Raises:
        FetchError: it is none, or of a kind that is not fetched.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise FetchError(f"the address is longer than {LONGEST:,} characters")
    try:
        parts = parse_url(text)
        # Spelt out, since `a.com/x.jpg` without a scheme may as well be a file's path.
        scheme = (parts.scheme or "").lower() if "://" in text else ""
        host = (parts.host or "").strip("[]")
        port = parts.port if parts.port is not None else PORTS.get(scheme, 0)
    except (LocationParseError, ValueError) as error:
        raise FetchError("it is not an address that can be read") from error
    if scheme not in PORTS:
        kind = f"{shown(scheme)}: " if scheme else ""
        raise FetchError(f"{kind}only http:// and https:// are fetched")
    if not host:
        raise FetchError("the address names no host")
    if parts.auth is not None:
        raise FetchError("the address holds a user or a password")
    if port not in ports:
        raise FetchError(f"port {port} is not one of {', '.join(map(str, sorted(ports)))}")
    return Address(scheme, host, port, parts.request_uri)


def host_of(text: str) -> str:
    """The host of an address, for messages; the address itself where it names none."""
    try:
        host = parse_url(text.strip()).host
    except (LocationParseError, ValueError):
        host = None
    return shown(host or text)
