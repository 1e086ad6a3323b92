"""Keeps the updates of one chat in order while chats don't wait for each other."""

import asyncio
import inspect
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

#: Seconds an urgent update waits for the one in work to end; after that it goes ahead beside it.
PATIENCE = 0.1


#: Updates that may be in work or waiting, of all chats.
AT_ONCE = 4096


#: Updates of one chat that may wait for their turn; more than this are listened to, but answered only if urgent.
PER_CHAT = 20


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
