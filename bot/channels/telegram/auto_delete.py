"""Timers that empty a chat after it was silent for as long as its owner chose."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.channels.telegram.chat_memory import Memory
from bot.channels.telegram.deletion import Erased
from bot.channels.telegram.message_ids import HOURS_48

AGAIN = 60.0  # seconds until an emptying that found no Telegram is tried again; each time twice as long, up to an hour
MOST_TIMERS = (
    10_000  # chats that may wait to be emptied by themselves; past that the longest waiting is emptied at once
)


@dataclass
class Wipes:
    """Chats that asked to be emptied after some quiet minutes. Nothing is said then: it would light up the phone."""

    memory: Memory
    wipe: Callable[[int], Awaitable[Erased]]
    minute: float = 60.0
    again: float = AGAIN
    most: int = MOST_TIMERS
    clock: Callable[[], float] = time.monotonic
    _early: set[asyncio.Task[None]] = field(default_factory=set)
    _timers: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def choose(self, chat: int, minutes: int) -> None:
        """From now on, for 48 hours; 0 is never."""
        self.memory.forget(chat, "wipe")
        if minutes:
            self.memory.put("wipe", chat, str(minutes), HOURS_48)
        self.touch(chat)

    def touch(self, chat: int) -> None:
        """Something was said: the minutes begin anew."""
        self.drop(chat)
        if minutes := self.memory.get("wipe", chat):
            self._timers[chat] = asyncio.create_task(self._later(chat, int(minutes) * self.minute))
            if len(self._timers) > self.most:
                self._sooner(next(iter(self._timers)))

    def drop(self, chat: int) -> None:
        """Don't."""
        if timer := self._timers.pop(chat, None):
            timer.cancel()

    async def all_now(self) -> None:
        """The process ends: what was promised for later is done now, since nobody will know of it afterwards."""
        chats = tuple(self._timers)
        early = tuple(self._early)
        for chat in chats:
            self.drop(chat)
        await asyncio.gather(*(self.wipe(chat) for chat in chats), *early, return_exceptions=True)

    def _sooner(self, chat: int) -> None:
        """Too many wait: the one that waits longest is emptied now; early is what was promised, late isn't."""
        self.drop(chat)
        task = asyncio.create_task(self._later(chat, 0))
        self._early.add(task)
        task.add_done_callback(self._early.discard)

    async def _later(self, chat: int, seconds: float) -> None:
        """After so long; while Telegram is away again and again, as long as it lets us remove anything."""
        end, again = self.clock() + seconds + HOURS_48, self.again
        await asyncio.sleep(seconds)
        while not (await self.wipe(chat)).reached and self.clock() < end:
            await asyncio.sleep(again)
            again = min(2 * again, 60 * self.minute)
        if self._timers.get(chat) is asyncio.current_task():
            del self._timers[chat]
