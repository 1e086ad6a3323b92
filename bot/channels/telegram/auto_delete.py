"""Timers that empty a chat after it was quiet for as long as its owner chose."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.forgetful import ForgetfulDict
from bot.channels.telegram.chat_memory import ChatMemory
from bot.channels.telegram.clock import Clock
from bot.channels.telegram.deletion import Deletion
from bot.channels.telegram.message_ids import DELETABLE_SECONDS

RETRY_SECONDS = 60.0  # before an emptying that didn't reach Telegram is tried again; doubled each time
MAX_RETRY_SECONDS = 3600.0
MAX_TIMERS = 10_000


@dataclass(frozen=True)
class _Timer:
    chat: int
    task: asyncio.Task[None]


class AutoDelete:
    """Empties chats that asked for it, some quiet minutes later. Nothing is sent then: it would light up the phone.

    `empty` deletes the messages of one chat. Above `max_timers`, the chat that has waited longest is emptied at once:
    early keeps the promise, late breaks it.
    """

    def __init__(
        self,
        memory: ChatMemory,
        empty: Callable[[int], Awaitable[Deletion]],
        clock: Clock,
        max_timers: int = MAX_TIMERS,
    ) -> None:
        self._memory = memory
        self._empty = empty
        self._clock = clock
        self._timers: ForgetfulDict[_Timer] = ForgetfulDict(math.inf, max_timers, clock.monotonic)
        self._emptying: set[asyncio.Task[None]] = set()

    def choose(self, chat: int, minutes: int) -> None:
        """Empty this chat after so many quiet minutes; 0 turns it off. The choice is kept for 48 hours."""
        self._memory.forget(chat, "auto_delete")
        if minutes:
            self._memory.put("auto_delete", chat, str(minutes), DELETABLE_SECONDS)
        self.restart_timer(chat)

    def restart_timer(self, chat: int) -> None:
        """Count the quiet minutes from now, if the chat has chosen any."""
        self.cancel(chat)
        minutes = self._memory.get("auto_delete", chat)
        if not minutes:
            return
        timer = _Timer(chat, asyncio.create_task(self._empty_after(chat, int(minutes) * 60.0)))
        for longest_waiting in self._timers.put(str(chat), timer):
            self._empty_now(longest_waiting)

    def cancel(self, chat: int) -> None:
        """Cancel the chat's timer, if it has one."""
        if timer := self._timers.pop(str(chat)):
            timer.task.cancel()

    async def empty_all_now(self) -> None:
        """Empty every chat that waits: the process ends, and nobody would know of the promise afterwards."""
        timers, emptying = self._timers.values(), tuple(self._emptying)
        for timer in timers:
            self.cancel(timer.chat)
        await asyncio.gather(*(self._empty(timer.chat) for timer in timers), *emptying, return_exceptions=True)

    def __len__(self) -> int:
        """How many chats wait to be emptied."""
        return len(self._timers)

    def _empty_now(self, timer: _Timer) -> None:
        timer.task.cancel()
        task = asyncio.create_task(self._empty_after(timer.chat, 0))
        self._emptying.add(task)
        task.add_done_callback(self._emptying.discard)

    async def _empty_after(self, chat: int, seconds: float) -> None:
        """Empty the chat; while Telegram can't be reached, again for as long as it would let us delete anything."""
        retry, end = RETRY_SECONDS, self._clock.monotonic() + seconds + DELETABLE_SECONDS
        await self._clock.sleep(seconds)
        while not (await self._empty(chat)).reached and self._clock.monotonic() < end:
            await self._clock.sleep(retry)
            retry = min(2 * retry, MAX_RETRY_SECONDS)
        timer = self._timers.get(str(chat))
        if timer and timer.task is asyncio.current_task():
            self._timers.pop(str(chat))
