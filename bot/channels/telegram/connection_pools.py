"""Connections to Telegram in several small pools: httpx looks through a whole pool for each request."""

import math
import ssl
from functools import cache
from typing import Any

import httpx
from telegram.request import BaseRequest, HTTPXRequest

POOL_SIZE = 16  # connections


def http_request(connections: int, **timeouts: float) -> HTTPXRequest:
    """The library's HTTP client with room for so many connections; `timeouts` as HTTPXRequest names them, in seconds."""
    return HTTPXRequest(connections, **timeouts, httpx_kwargs={"verify": _tls()})  # type: ignore[arg-type]  # only floats


@cache
def _tls() -> ssl.SSLContext:
    """The trusted certificates, read once: reading them takes each client 40 ms."""
    return httpx.create_ssl_context()


class ConnectionPools(BaseRequest):
    """At least `connections` requests at once; each goes to the first pool that has room, so that open ones are reused."""

    def __init__(self, connections: int, **timeouts: float) -> None:
        self._pools = [http_request(POOL_SIZE, **timeouts) for _ in range(math.ceil(connections / POOL_SIZE))]
        self._busy = [0] * len(self._pools)

    @property
    def read_timeout(self) -> float | None:
        """Seconds that Telegram may take to answer."""
        return self._pools[0].read_timeout

    async def initialize(self) -> None:
        """Open all pools."""
        for pool in self._pools:
            await pool.initialize()

    async def shutdown(self) -> None:
        """Close all connections."""
        for pool in self._pools:
            await pool.shutdown()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """The status and the body of one response."""
        which = next((index for index, busy in enumerate(self._busy) if busy < POOL_SIZE), 0)
        self._busy[which] += 1
        try:
            return await self._pools[which].do_request(*args, **kwargs)
        finally:
            self._busy[which] -= 1
