"""How many messages one address may send: token buckets in RAM that hold no address and expire by themselves.

Own code and not a library: those found keep keys without a bound, or start threads.
"""

import asyncio
import contextlib
import hmac
import math
import secrets
import socket
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

#: Seconds in which a bucket fills; one not touched for this long is full again, so that dropping it changes nothing.
REFILL_SECONDS = 60.0
#: Buckets held at the same time; above that the least recently used one is dropped.
MAX_BUCKETS = 20_000
#: Messages past the limit are taken one after the other, this many seconds apart, so that they hold up nobody else's.
SLOW_LANE_SECONDS = 0.005
_MAPPED = bytes(10) + b"\xff\xff"  # what an IPv6 address starts with that stands for an IPv4 one


class TooManyMessages(web.HTTPTooManyRequests):
    """Past the limit and nothing urgent: 429 with Retry-After in seconds; `lang` is that of the message, if known."""

    def __init__(self, wait: float, lang: str = "") -> None:
        super().__init__(headers={"Retry-After": str(math.ceil(wait))})
        self.lang = lang


class RateLimiter:
    """Says how long an address has to wait. Whether its message is answered all the same is the handler's to say."""

    def __init__(self, per_minute: int) -> None:
        self.buckets = TokenBuckets(per_minute)
        self.pause: Callable[[float], Awaitable[object]] = asyncio.sleep  # takes seconds
        self._slow_lane = asyncio.Lock()

    async def wait(self, request: web.Request, address: str) -> float:
        """Count one message of `address`: 0 within the limit, else the seconds until it may send the next.

        Past the limit this returns only when it is the message's turn in the slow lane, which is as long as there are
        connections: each asks one thing at a time. TooManyMessages if the client has left by then.
        """
        seconds = self.buckets.take(address, time.monotonic())
        if seconds:
            async with self._slow_lane:
                if request.transport is None:  # nobody to answer, and no turn to take from the rest
                    raise TooManyMessages(seconds)
                await self.pause(SLOW_LANE_SECONDS)
        return seconds

    async def expiring(self, app: web.Application) -> AsyncIterator[None]:
        """A cleanup context: while the application runs, buckets expire on time even if nobody writes."""

        async def expire() -> None:
            while True:
                await asyncio.sleep(REFILL_SECONDS)
                self.buckets.expire(time.monotonic())

        task = asyncio.create_task(expire())
        yield
        task.cancel()


class TokenBuckets:
    """A token bucket for each address, under an HMAC of it with a secret that dies with the process."""

    def __init__(self, per_minute: int, max_buckets: int = MAX_BUCKETS) -> None:
        self.per_minute = per_minute
        self._max_buckets = max_buckets
        self._secret = secrets.token_bytes(32)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # key -> tokens left, when (seconds)

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, address: str, now: float) -> float:
        """Take one token: 0 if there was one, else the seconds until there will be. No limit where `per_minute` is 0."""
        if not self.per_minute:
            return 0.0
        self.expire(now)
        key = self._key(address)
        left, when = self._buckets.pop(key, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - when) * self.per_minute / REFILL_SECONDS)
        is_empty = left < 1
        self._buckets[key] = (left if is_empty else left - 1, now)
        if len(self._buckets) > self._max_buckets:
            self._buckets.popitem(last=False)
        return (1 - left) * REFILL_SECONDS / self.per_minute if is_empty else 0.0

    def expire(self, now: float) -> None:
        """Drop the buckets that are full again."""
        while self._buckets and now - next(iter(self._buckets.values()))[1] >= REFILL_SECONDS:
            self._buckets.popitem(last=False)

    def _key(self, address: str) -> bytes:
        return hmac.digest(self._secret, _network(address), "sha256")[:16]


def _network(address: str) -> bytes:
    """The bytes of an IPv4 address; of an IPv6 address its /64, which is what one household or school gets."""
    with contextlib.suppress(OSError):
        return socket.inet_pton(socket.AF_INET, address)
    with contextlib.suppress(OSError):
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return packed[12:] if packed.startswith(_MAPPED) else packed[:8]
    return b""  # no address: a local socket
