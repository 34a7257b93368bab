"""Long work in a thread, one piece at a time, while short requests go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class BusyError(Exception):
    """Too many wait already."""


class Turns:
    """One piece of work at a time: more would be no faster on its cores, and take more memory.

    It is one thread for all, since an allocator keeps memory for each.
    """

    def __init__(self, most: int) -> None:
        """Take how many may be there at a time, the one under way among them."""
        self._most, self._there, self._thread = most, 0, ThreadPoolExecutor(1)

    async def take(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the function returns.

        Raises:
            BusyError: too many are there; nothing was called.
        """
        if self._there >= self._most:
            raise BusyError
        self._there += 1
        try:
            work = partial(function, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._there -= 1
