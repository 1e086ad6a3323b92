"""Keeps the updates of one chat in order, while chats don't wait for each other."""

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram.ext import BaseUpdateProcessor

from bot.channels.telegram.clock import Clock
from bot.channels.telegram.incoming import ChatEvent
from bot.dialogue import Incoming, Reply

#: How long an urgent update waits for the one in work to end; after that it goes ahead beside it.
URGENT_WAIT_SECONDS = 0.1
#: Updates of all chats that may be in work or waiting.
MAX_UPDATES = 4096
#: Updates of one chat that may wait for their turn. What comes on top is still classified, but answered only if urgent.
MAX_WAITING_PER_CHAT = 20


@dataclass
class PendingUpdate:
    """An update from its arrival until it is answered: what it says, and the reply, once its words were classified."""

    event: ChatEvent
    asked: Incoming | None = None
    reply: Reply | None = None


class PerChatQueue(BaseUpdateProcessor):
    """Works on one PendingUpdate of a chat at a time, urgent ones first, and on all chats side by side.

    `on_arrival` is started for each at once, outside the queue. `is_urgent` is asked only where others wait.
    """

    __slots__ = (
        "_clock",
        "_is_urgent",
        "_on_arrival",
        "_on_arrival_tasks",
        "_queues",
        "_working",
        "pending",
    )

    def __init__(
        self,
        is_urgent: Callable[[PendingUpdate], bool],
        on_arrival: Callable[[PendingUpdate], Awaitable[None]],
        clock: Clock,
    ) -> None:
        super().__init__(MAX_UPDATES)
        self._is_urgent = is_urgent
        self._on_arrival = on_arrival
        self._clock = clock
        self._queues: dict[int, deque[tuple[bool, asyncio.Future[None]]]] = {}
        self._on_arrival_tasks: set[asyncio.Future[None]] = set()
        self._working: set[asyncio.Task[Any]] = set()
        self.pending = 0  # updates in work or waiting

    @property
    def busy_chats(self) -> int:
        """How many chats have an update in work."""
        return len(self._queues)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Cancel what was started on arrival."""
        for task in self._on_arrival_tasks:
            task.cancel()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Await `coroutine`, which answers `update`, when it is the turn of its chat."""
        self.pending += 1
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        try:
            if isinstance(update, PendingUpdate):
                arrival = self._start_on_arrival(update)
                await self._in_turn(update, coroutine)
                await arrival
            else:
                await coroutine
        finally:
            self.pending -= 1
            if inspect.iscoroutine(coroutine):
                coroutine.close()  # in case its turn never came

    def abandon(self) -> None:
        """Cancel all work: the process ends now."""
        for task in self._working:
            task.cancel()

    def _start_on_arrival(self, update: PendingUpdate) -> asyncio.Future[None]:
        task = asyncio.ensure_future(self._on_arrival(update))
        self._on_arrival_tasks.add(task)
        task.add_done_callback(self._on_arrival_tasks.discard)
        return task

    async def _in_turn(self, update: PendingUpdate, coroutine: Awaitable[Any]) -> None:
        chat = update.event.chat
        if chat is None:
            await coroutine
            return
        queue = self._queues.get(chat)
        if queue is None:
            self._queues[chat] = deque()
        else:
            urgent = self._is_urgent(update)
            if len(queue) >= (2 * MAX_WAITING_PER_CHAT if urgent else MAX_WAITING_PER_CHAT):
                return
            if not await self._wait(chat, queue, urgent):
                await coroutine  # beside the one that is stuck: an alert doesn't wait for somebody's slow answer
                return
        try:
            await coroutine
        finally:
            self._start_next(chat)

    async def _wait(self, chat: int, queue: deque[tuple[bool, asyncio.Future[None]]], urgent: bool) -> bool:
        """Wait for the chat's turn; False if something urgent has waited long enough."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ahead = sum(other for other, _ in queue) if urgent else len(queue)
        queue.insert(ahead, (urgent, turn))
        try:
            if urgent:
                await self._clock.within(URGENT_WAIT_SECONDS, asyncio.wait({turn}))
            else:
                await asyncio.wait({turn})
        except asyncio.CancelledError:
            if turn.done():
                self._start_next(chat)  # it was our turn already: hand it on
            turn.cancel()
            raise
        if turn.done():
            return True
        turn.cancel()
        queue.remove((urgent, turn))
        return False

    def _start_next(self, chat: int) -> None:
        queue = self._queues.get(chat)
        while queue:
            _, turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._queues.pop(chat, None)
