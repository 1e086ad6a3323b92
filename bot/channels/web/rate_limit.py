"""How many messages one address may send: token buckets in RAM that hold no address and expire by themselves.

Own code and not a library: those found keep keys without a bound, or start threads.
"""

import asyncio
import contextlib
import math
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.channels.forgetful import ForgetfulDict

#: Seconds in which a bucket fills; one not touched for this long is full again, so that dropping it changes nothing.
REFILL_SECONDS = 60.0
#: Full buckets are dropped every so many seconds.
EXPIRE_SECONDS = 10.0
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
        seconds = self.buckets.take(address)
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
                await asyncio.sleep(EXPIRE_SECONDS)
                self.buckets.expire()

        task = asyncio.create_task(expire())
        yield
        task.cancel()


class TokenBuckets:
    """A token bucket for each address, at most `max_buckets`; `clock` gives the time in seconds.

    Addresses are held under keyed hashes only: see ForgetfulDict.
    """

    def __init__(
        self, per_minute: int, max_buckets: int = MAX_BUCKETS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._buckets: ForgetfulDict[_Bucket] = ForgetfulDict(REFILL_SECONDS, max_buckets, clock)

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, address: str) -> float:
        """Take one token: 0 if there was one, else the seconds until there will be. No limit where `per_minute` is 0."""
        if not self.per_minute:
            return 0.0
        key, now, full = _network(address), self._clock(), float(self.per_minute)
        bucket = self._buckets.get(key) or _Bucket(full, now)
        tokens = min(full, bucket.tokens + (now - bucket.filled_at) * self.per_minute / REFILL_SECONDS)
        is_empty = tokens < 1
        self._buckets.put(key, _Bucket(tokens if is_empty else tokens - 1, now))
        return (1 - tokens) * REFILL_SECONDS / self.per_minute if is_empty else 0.0

    def expire(self) -> None:
        """Drop the buckets that are full again."""
        self._buckets.expire()


@dataclass(frozen=True)
class _Bucket:
    tokens: float
    filled_at: float  # seconds of the clock


def _network(address: str) -> bytes:
    """The bytes of an IPv4 address; of an IPv6 address its /64, which is what one household or school gets."""
    with contextlib.suppress(OSError):
        return socket.inet_pton(socket.AF_INET, address)
    with contextlib.suppress(OSError):
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return packed[12:] if packed.startswith(_MAPPED) else packed[:8]
    return b""  # no address: a local socket
