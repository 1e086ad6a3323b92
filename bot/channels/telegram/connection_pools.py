"""Connections to Telegram in several small pools: the HTTP library looks through a whole pool for each request."""

import math
from typing import Any

from telegram.request import BaseRequest, HTTPXRequest

SHARE = 16  # connections of one pool


class Pools(BaseRequest):
    """Room for `size` requests at once; each goes to the first pool that has room, so that warm connections are used."""

    def __init__(self, size: int, **timeouts: float) -> None:
        self.parts = [
            HTTPXRequest(connection_pool_size=SHARE, **timeouts)  # type: ignore[arg-type]  # only floats are given
            for _ in range(math.ceil(size / SHARE))
        ]
        self._busy = [0] * len(self.parts)

    @property
    def read_timeout(self) -> float | None:
        """Seconds an answer may take."""
        return self.parts[0].read_timeout

    async def initialize(self) -> None:
        """Open all pools."""
        for part in self.parts:
            await part.initialize()

    async def shutdown(self) -> None:
        """Close all connections."""
        for part in self.parts:
            await part.shutdown()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """The status and the body of one request."""
        at = next((at for at, busy in enumerate(self._busy) if busy < SHARE), 0)
        self._busy[at] += 1
        try:
            return await self.parts[at].do_request(*args, **kwargs)
        finally:
            self._busy[at] -= 1
