"""Makes requests to Telegram, again where that helps, so that one chat's rate limit doesn't delay the others."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from enum import Enum
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.ext import BaseRateLimiter

from bot.channels.telegram.clock import Clock


class Priority(Enum):
    """How much it matters that a request succeeds; handed on as the library's `rate_limit_args`."""

    URGENT = "urgent"  # an alert's numbers: before all others, tried until they arrive
    MUST_ARRIVE = "must_arrive"  # the rest of an alert: tried until it arrives
    NORMAL = "normal"


#: Requests under way at once, by priority: each has its own share, so that an alert always finds a connection.
CONCURRENCY = {Priority.URGENT: 96, Priority.MUST_ARRIVE: 32, Priority.NORMAL: 48}
#: Other requests wait for alerts' numbers that are being sent, but no longer than this.
GIVE_WAY_SECONDS = 1.0
#: Chats with a rate limit that are remembered before the past ones are dropped.
MAX_PAUSED_CHATS = 1000
#: How often a request of normal priority is repeated.
MAX_RETRIES = 5
#: Answers of Telegram that repeating the request can't change.
_FINAL = (Forbidden, BadRequest, ChatMigrated, Conflict, InvalidToken)

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class RetryingSender(BaseRateLimiter[Priority]):
    """Never throttles by itself. A 429 halts its own chat only; alerts are tried until they arrive.

    Waits `first_wait` seconds before the first repetition, then twice as long each time, at most `longest_wait`.
    """

    __slots__ = (
        "_clock",
        "_closing",
        "_free",
        "_no_urgent",
        "_paused_until",
        "_urgent_now",
        "first_wait",
        "longest_wait",
    )

    def __init__(self, clock: Clock, first_wait: float = 0.5, longest_wait: float = 30.0) -> None:
        self.first_wait = first_wait
        self.longest_wait = longest_wait
        self._clock = clock
        self._free = {priority: asyncio.Semaphore(size) for priority, size in CONCURRENCY.items()}
        self._urgent_now = 0
        self._no_urgent = asyncio.Event()
        self._no_urgent.set()
        self._paused_until: dict[int | str, float] = {}
        self._closing = asyncio.Event()

    @property
    def paused_chats(self) -> int:
        """How many chats are remembered to have had a rate limit."""
        return len(self._paused_until)

    async def initialize(self) -> None:
        """Open again."""
        self._closing.clear()

    async def shutdown(self) -> None:
        """End all waiting, as `close` does."""
        self.close()

    def close(self) -> None:
        """End all waiting: a request that hasn't succeeded by now fails."""
        self._closing.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | None,
    ) -> Answer:
        """Make the request as soon as its chat may; raises its error once repeating doesn't help or isn't worth it."""
        del endpoint
        priority, chat, failed = rate_limit_args or Priority.NORMAL, data.get("chat_id"), 0
        urgent = priority is Priority.URGENT
        while True:
            await self._wait_for_chat(chat, urgent)
            try:
                async with self._free[priority], self._turn(urgent):
                    return await callback(*args, **kwargs)
            except _FINAL:
                raise
            except Exception as error:  # an answer that can't be read is no TelegramError; an alert is tried again
                failed += 1
                given_up = priority is Priority.NORMAL and failed > MAX_RETRIES
                if chat is None or self._closing.is_set() or given_up:
                    raise
                await self._wait_after(error, chat, failed, urgent)

    @contextlib.asynccontextmanager
    async def _turn(self, urgent: bool) -> AsyncIterator[None]:
        """Alerts' numbers first, of whichever chat: the rest gives way, but never for long."""
        if not urgent:
            if self._urgent_now:
                await self._clock.within(GIVE_WAY_SECONDS, self._no_urgent.wait())
            yield
            return
        self._urgent_now += 1
        self._no_urgent.clear()
        try:
            yield
        finally:
            self._urgent_now -= 1
            if not self._urgent_now:
                self._no_urgent.set()

    async def _wait_after(self, error: Exception, chat: int | str, failed: int, urgent: bool) -> None:
        if isinstance(error, RetryAfter):
            now = self._clock.monotonic()
            if len(self._paused_until) > MAX_PAUSED_CHATS:
                self._paused_until = {held: until for held, until in self._paused_until.items() if until > now}
            self._paused_until[chat] = now + retry_after_seconds(error)
            return
        first = self.first_wait / 8 if urgent else self.first_wait  # a reset says nothing of the next connection
        await self._sleep(min(first * 2 ** (min(failed, 20) - 1), self.longest_wait))

    async def _wait_for_chat(self, chat: int | str | None, urgent: bool) -> None:
        """Wait as long as Telegram asked for this chat; an alert is the first to go on."""
        while chat is not None and chat in self._paused_until and not self._closing.is_set():
            wait = self._paused_until[chat] - self._clock.monotonic()
            if wait <= 0:
                self._paused_until.pop(chat, None)
                return
            await self._sleep(min(wait, self.longest_wait) if urgent else wait + 0.05)
            if urgent and wait > self.longest_wait:
                return  # a pause of many minutes is asked about again: somebody may be in danger

    async def _sleep(self, seconds: float) -> None:
        await self._clock.set_within(seconds, self._closing)


def retry_after_seconds(error: RetryAfter) -> float:
    """For how many seconds Telegram asks to send nothing; the library says it as a number or a duration."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
