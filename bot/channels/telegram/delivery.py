"""Paces and repeats requests to Telegram, so that one chat's rate limit doesn't delay the others."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.ext import BaseRateLimiter

#: What `rate_limit_args` says of a message that must arrive, and of one that must arrive before all others.
OWED = "owed"
URGENT = "urgent"
#: Requests under way at once, each kind in a lane of its own, so that an alert always finds a connection.
LANES: dict[str | None, int] = {URGENT: 96, OWED: 32, None: 48}
Answer = bool | dict[str, Any] | list[dict[str, Any]]
#: Seconds that other requests give way while alerts' numbers are being sent.
GIVE_WAY = 1.0
#: Chats under a 429 that are kept before the past ones are cleared away.
PAUSES = 1000
#: How often an ordinary message is tried again.
TRIES = 5
#: Answers of Telegram that no second try can change.
_FINAL = (Forbidden, BadRequest, ChatMigrated, Conflict, InvalidToken)


class ChatPace(BaseRateLimiter[str]):
    """Never throttles by itself; a 429 halts its own chat only; alerts are tried until they arrive."""

    __slots__ = ("_calm", "_closing", "_lanes", "_until", "_urgent_now", "first_wait", "longest_wait")

    def __init__(self, first_wait: float = 0.5, longest_wait: float = 30.0) -> None:
        self.first_wait = first_wait
        self.longest_wait = longest_wait
        self._lanes = {kind: asyncio.Semaphore(size) for kind, size in LANES.items()}
        self._urgent_now = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._until: dict[int | str, float] = {}
        self._closing = asyncio.Event()

    async def initialize(self) -> None:
        """Open again."""
        self._closing.clear()

    async def shutdown(self) -> None:
        """End all waiting: what isn't delivered by now fails."""
        self.close()

    def close(self) -> None:
        """End all waiting: what isn't delivered by now fails."""
        self._closing.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Make the request when its chat may, again where it helps."""
        del endpoint
        urgent = rate_limit_args == URGENT
        chat = data.get("chat_id")
        tries = 0
        while True:
            await self._chats_pause(chat, urgent)
            try:
                async with self._lanes[rate_limit_args], self._way(urgent):
                    return await callback(*args, **kwargs)
            except _FINAL:
                raise
            except (
                Exception
            ) as error:  # nonsense instead of an answer is no TelegramError; an alert has to be tried again
                tries += 1
                if chat is None or self._closing.is_set() or (rate_limit_args is None and tries > TRIES):
                    raise
                await self._pause(chat, error, tries, urgent)

    @contextlib.asynccontextmanager
    async def _way(self, urgent: bool) -> AsyncIterator[None]:
        """Alerts' numbers first, of whichever chat: the rest gives way, but never for long."""
        if not urgent:
            if self._urgent_now:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._calm.wait(), GIVE_WAY)
            yield
            return
        self._urgent_now += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._urgent_now -= 1
            if not self._urgent_now:
                self._calm.set()

    async def _pause(self, chat: int | str, error: Exception, tries: int, urgent: bool) -> None:
        if isinstance(error, RetryAfter):
            now = time.monotonic()
            if len(self._until) > PAUSES:
                self._until = {held: until for held, until in self._until.items() if until > now}
            self._until[chat] = now + error._retry_after.total_seconds()
            return
        first = self.first_wait / 8 if urgent else self.first_wait  # a reset says nothing of the next connection
        await self._sleep(min(first * 2 ** (min(tries, 20) - 1), self.longest_wait))

    async def _chats_pause(self, chat: int | str | None, urgent: bool) -> None:
        """Wait as long as Telegram asked for this chat; an alert is the first to go on."""
        while chat is not None and chat in self._until and not self._closing.is_set():
            wait = self._until[chat] - time.monotonic()
            if wait <= 0:
                self._until.pop(chat, None)
                return
            await self._sleep(min(wait, self.longest_wait) if urgent else wait + 0.05)
            if urgent and wait > self.longest_wait:
                return  # a pause of many minutes is asked about again: somebody may be in danger

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return
