"""Connections whose requests end in time, however slowly a host answers.

A time limit on a socket is one on each of its reads: a host that sends a byte now and then, of a
header or of a picture, would never meet it.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

_OF_THREAD = threading.local()


class Deadline:
    """The end of the requests that a thread makes within it."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self.end)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        """Let the time begin."""
        _OF_THREAD.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        self._socket = None

    def watch(self, connection: HTTPConnection) -> None:
        """End what this connection does, once the time is over."""
        # Kept by itself: a connection lets go of it while its last answer is still read.
        self._socket = connection.sock
        if self.passed:
            connection.close()
            raise TimeoutError

    def end(self) -> None:
        """Let the request under way fail, and those that come."""
        self.passed = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # the thread's read or write returns


class _Watched(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _OF_THREAD.deadline.watch(self)

    def putrequest(self, *arguments: Any, **options: Any) -> None:
        _OF_THREAD.deadline.watch(self)  # one that is used again
        super().putrequest(*arguments, **options)


class _WatchedSecure(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


def connections(at_most: int) -> PoolManager:
    """Connections that are kept open between requests, each request within a `Deadline`."""
    manager = PoolManager(maxsize=at_most, ssl_context=ssl.create_default_context())
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager
