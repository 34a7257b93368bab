"""The bytes at an address."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from siger_pipeline.fetching.address import Address, read_address
from siger_pipeline.fetching.deadline import Deadline, connections
from siger_pipeline.fetching.failure import FetchError, shown
from siger_pipeline.fetching.reasons import failure_of, failure_of_status, seconds_to_wait
from siger_pipeline.fetching.resolver import LookUp, Resolver, look_up

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from siger_pipeline.fetching.config import PicturesConfig

REDIRECTS = 5
REDIRECTED = {301, 302, 303, 307, 308}
PART = 65536  # bytes
MIB = 2**20


class Downloader:
    """Asks for one address at a time in each thread.

    Nothing is sent but the address, what is accepted and the user agent: no cookies, no passwords.
    Proxies of the environment are not used, since they would look names up themselves.
    """

    def __init__(
        self,
        config: PicturesConfig,
        look_up: LookUp = look_up,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._resolver = Resolver(look_up, config.allow_private)
        self._now = now
        self._connections = connections(config.connections)
        self._under_way: set[Deadline] = set()

    def end(self) -> None:
        """Let requests under way fail at once, and close all connections."""
        for deadline in tuple(self._under_way):
            deadline.end()
        self._connections.clear()

    def get(self, url: str) -> bytes:
        """The bytes at an address, after redirects, each checked as the address was.

        Raises:
            FetchError: there are none, or too many.
        """
        with Deadline(self._config.seconds) as deadline:
            self._under_way.add(deadline)
            try:
                content = self._followed(url)
            except Exception as error:
                self._check_time(deadline, error)
                if isinstance(error, FetchError):
                    raise
                raise failure_of(error, self._config.idle_seconds) from error
            finally:
                self._under_way.discard(deadline)
            self._check_time(deadline)  # to a reader, what was ended looks complete
            return content

    def _check_time(self, deadline: Deadline, error: Exception | None = None) -> None:
        if deadline.passed:
            reason = f"it takes longer than {self._config.seconds:g} s"
            raise FetchError(reason, temporary=True) from error

    def _followed(self, url: str) -> bytes:
        place = ""
        for _ in range(REDIRECTS + 1):
            try:
                address = read_address(url, self._config.ports)
                with closing(self._answer(address)) as response:
                    if response.status not in REDIRECTED:
                        return self._content(response)
                    url = _next(url, response)
            except FetchError as error:
                error.args = (f"{place}{error}",)
                error.of_host &= not place  # the host that is blamed is that of the catalogue
                raise
            place = f"redirected to {shown(url)}: "
        raise FetchError(f"redirected more than {REDIRECTS} times")

    def _answer(self, address: Address) -> BaseHTTPResponse:
        *others, last = self._resolver.of(address)
        for ip in others:
            try:
                return self._asked(address, ip)
            except (NewConnectionError, ConnectTimeoutError):
                continue
        try:
            return self._asked(address, last)
        except (NewConnectionError, ConnectTimeoutError):
            self._resolver.forget(address)
            raise

    def _asked(self, address: Address, ip: str) -> BaseHTTPResponse:
        """The answer of one of the host's IP addresses, its body not read yet."""
        # The certificate must be the host's, though the connection goes to a number.
        name = {"server_hostname": address.host} if address.scheme == "https" else None
        pool = self._connections.connection_from_host(ip, address.port, address.scheme, name)
        return pool.urlopen(
            "GET",
            address.target,
            headers={
                "Host": address.named,
                "User-Agent": self._config.user_agent,
                "Accept": "image/*",
                "Accept-Encoding": "identity",
            },
            timeout=self._config.idle_seconds,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            assert_same_host=False,
        )

    def _content(self, response: BaseHTTPResponse) -> bytes:
        if response.status != HTTPStatus.OK:
            wait = seconds_to_wait(response.headers.get("Retry-After"), self._now())
            raise failure_of_status(response.status, wait, self._config.max_wait_seconds)
        # What is compressed may be a thousand times as large: it is not unpacked.
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise FetchError("it is compressed, which was not asked for")
        most = int(self._config.max_mib * MIB)
        content = bytearray()
        while part := response.read1(PART):
            content += part
            if len(content) > most:
                raise FetchError(f"it has more than {self._config.max_mib:g} MiB")
        return bytes(content)


def _next(url: str, response: BaseHTTPResponse) -> str:
    """Where an answer leads."""
    location = response.headers.get("Location")
    if not location:
        raise FetchError(f"status {response.status}, and no address to go to")
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # which is refused
