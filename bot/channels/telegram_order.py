"""In which order Telegram's updates are worked on, and at which pace answers are sent.

Order is kept inside a chat; chats don't wait for each other. A chat that Telegram slows down (429) slows no other, and
an alert is tried until it is delivered. Everything has a bound: a flood fills its own line, not the memory.
"""

import asyncio
import contextlib
import inspect
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
)
from telegram.ext import BaseRateLimiter, BaseUpdateProcessor

#: What `rate_limit_args` says of a message that must arrive, and of one that must arrive before all others.
OWED = "owed"
URGENT = "urgent"

#: Updates of one chat that may wait for their turn; more than this are listened to, but answered only if urgent.
PER_CHAT = 20
#: Seconds an urgent update waits for the one in work to end; after that it goes ahead beside it.
PATIENCE = 0.1
#: Updates that may be in work or waiting, of all chats.
AT_ONCE = 4096
#: Requests under way at once, each kind in a lane of its own, so that an alert always finds a connection.
LANES: dict[str | None, int] = {URGENT: 96, OWED: 32, None: 48}
#: Seconds that other requests give way while alerts' numbers are being sent.
GIVE_WAY = 1.0
#: Chats under a 429 that are kept before the past ones are cleared away.
PAUSES = 1000
#: How often an ordinary message is tried again.
TRIES = 5

Answer = bool | dict[str, Any] | list[dict[str, Any]]

#: Answers of Telegram that no second try can change.
_FINAL = (Forbidden, BadRequest, ChatMigrated, Conflict, InvalidToken)


class ChatOrder(BaseUpdateProcessor):
    """One update of a chat at a time, urgent ones first; chats side by side."""

    __slots__ = ("_arrived", "_lines", "_per_chat", "_tasks", "_urgent", "_working", "patience", "pending", "skipped")

    def __init__(
        self,
        urgent: Callable[[Update], bool],
        arrived: Callable[[Update], Awaitable[None]] | None = None,
        per_chat: int = PER_CHAT,
    ) -> None:
        super().__init__(AT_ONCE)
        self._urgent = urgent
        self._arrived = arrived
        self._per_chat = per_chat
        self._lines: dict[int, deque[tuple[bool, asyncio.Future[None]]]] = {}
        self._tasks: set[asyncio.Future[None]] = set()
        self._working: set[asyncio.Task[Any]] = set()
        self.patience = PATIENCE
        self.pending = 0
        self.skipped = 0

    async def initialize(self) -> None:
        """Nothing to allocate."""

    async def shutdown(self) -> None:
        """Let go of what was started on arrival."""
        for task in self._tasks:
            task.cancel()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Work on an update when it is its chat's turn."""
        self.pending += 1
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        try:
            greeted = self._greet(update)
            await self._in_turn(update, coroutine)
            if greeted is not None:
                await greeted
        finally:
            self.pending -= 1
            if inspect.iscoroutine(coroutine):
                coroutine.close()  # nothing, unless its turn never came

    def abandon(self) -> None:
        """Give up what is still in work: the process ends now."""
        for task in self._working:
            task.cancel()

    def _greet(self, update: object) -> asyncio.Future[None] | None:
        """What mustn't wait for a turn: a pressed button is told at once that it was felt."""
        if self._arrived is None or not isinstance(update, Update):
            return None
        task = asyncio.ensure_future(self._arrived(update))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _in_turn(self, update: object, coroutine: Awaitable[Any]) -> None:
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None or not isinstance(update, Update):
            await coroutine
            return
        line = self._lines.get(chat.id)
        if line is None:
            self._lines[chat.id] = deque()
        else:
            urgent = self._urgent(update)
            if len(line) >= (2 * self._per_chat if urgent else self._per_chat):
                self.skipped += 1
                return
            if not await self._turn(chat.id, line, urgent):
                await coroutine  # beside the one that is stuck: an alert doesn't wait for somebody's slow answer
                return
        try:
            await coroutine
        finally:
            self._next(chat.id)

    async def _turn(self, chat: int, line: deque[tuple[bool, asyncio.Future[None]]], urgent: bool) -> bool:
        """Wait in the chat's line; False if something urgent has waited long enough."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ahead = sum(other for other, _ in line) if urgent else len(line)
        line.insert(ahead, (urgent, turn))
        try:
            await asyncio.wait({turn}, timeout=self.patience if urgent else None)
        except asyncio.CancelledError:
            if turn.done():
                self._next(chat)  # it was our turn already: hand it on
            turn.cancel()
            raise
        if turn.done():
            return True
        turn.cancel()
        line.remove((urgent, turn))
        return False

    def _next(self, chat: int) -> None:
        line = self._lines.get(chat)
        while line:
            _, turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._lines.pop(chat, None)


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
