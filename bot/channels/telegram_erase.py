"""Emptying a chat: the ids of its messages while Telegram lets us remove them, the removal, and doing it by itself.

Ids are held in RAM for 48 hours under an HMAC of the chat's number, with a secret that dies with the process. After a
restart nothing is known, so the numbers just below the newest are tried: Telegram passes over those that aren't in the
chat. (Ids of all private chats of a bot come from one sequence; ids known to stand in another chat are never tried.)
Only a chat that asked to be emptied by itself is held by its number, until that is done.
"""

import asyncio
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram_memory import Memory

HOURS_48 = 48 * 3600.0
BATCH = 100  # ids Telegram takes at once
SWEEP = 1000  # ids tried below the newest when we can't know them all
NEAR = 100  # ids tried in any case: a message whose delivery timed out may have arrived all the same
STUBBORN = 5  # refusals after which older ones aren't tried
AGAIN = 60.0  # seconds until an emptying that found no Telegram is tried again
TRIES = 10


@dataclass(frozen=True)
class Erased:
    """What came of it: how many messages Telegram refused to remove, and whether it could be reached."""

    left: int = 0
    reached: bool = True


class Trail:
    """Which messages stand in which private chat."""

    def __init__(self, most: int = 200_000, clock: Callable[[], float] = time.time) -> None:
        self._secret = secrets.token_bytes(32)
        self._most = most
        self._clock = clock
        self._began = clock()
        self._held: OrderedDict[bytes, dict[int, float]] = OrderedDict()
        self._count = 0
        self._dropped = False

    def add(self, chat: int, message: int, date: float | None = None) -> None:
        """A message came or went; `date` is Telegram's, else now."""
        key = self._key(chat)
        ids = self._held.setdefault(key, {})
        self._held.move_to_end(key)
        while ids and next(iter(ids.values())) <= self._clock() - HOURS_48:
            ids.pop(next(iter(ids)))
            self._count -= 1
        if message not in ids:
            ids[message] = date or self._clock()
            self._count += 1
        self.tidy()

    def newest(self, chat: int) -> int:
        """The highest id known in a chat; 0 if none is."""
        return max(self._held.get(self._key(chat), {0: 0}))

    def take(self, chat: int) -> list[int]:
        """The ids that can still be removed, newest first; from now on they aren't known here."""
        ids = self._held.pop(self._key(chat), {})
        self._count -= len(ids)
        oldest = self._clock() - HOURS_48
        return sorted((id_ for id_, date in ids.items() if date > oldest), reverse=True)

    def elsewhere(self) -> set[int]:
        """All ids that are held, of whichever chat."""
        return {id_ for ids in self._held.values() for id_ in ids}

    @property
    def whole(self) -> bool:
        """Whether all of the last 48 hours is known."""
        return not self._dropped and self._clock() - self._began >= HOURS_48

    def __len__(self) -> int:
        return self._count

    def _key(self, chat: int) -> bytes:
        return hmac.digest(self._secret, str(chat).encode(), "sha256")

    def tidy(self) -> None:
        """Let go of what is over; above the bound, of the chats longest silent."""
        oldest = self._clock() - HOURS_48
        while self._held:
            key, ids = next(iter(self._held.items()))
            while ids and next(iter(ids.values())) <= oldest:
                ids.pop(next(iter(ids)))
                self._count -= 1
            if ids and self._count <= self._most:
                return
            self._dropped = self._dropped or bool(ids)
            self._count -= len(self._held.pop(key))


class Eraser:
    """Removes both sides' messages of a private chat, as far as Telegram allows."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail

    async def erase(self, bot: Bot, chat: int) -> Erased:
        """Remove what is known to be there; says what stayed."""
        known = self.trail.take(chat)
        left = 0
        for at in range(0, len(known), BATCH):
            try:
                left += len(await _remove(bot, chat, known[at : at + BATCH]))
            except (TelegramError, asyncio.CancelledError) as error:
                for id_ in known[at:]:
                    self.trail.add(chat, id_)  # so that a second try finds them
                if not isinstance(error, TelegramError):
                    raise
                return Erased(left, reached=False)
        return Erased(left)

    async def sweep(self, bot: Bot, chat: int, below: int) -> bool:
        """Try the ids below one of which nothing is known; False if Telegram couldn't be reached."""
        others = self.trail.elsewhere()
        lowest = max(0, below - 1 - (NEAR if self.trail.whole else SWEEP))
        guessed = [id_ for id_ in range(below - 1, lowest, -1) if id_ not in others]
        for at in range(0, len(guessed), BATCH):
            try:
                stayed = await _remove(bot, chat, guessed[at : at + BATCH])
            except TelegramError:
                return False
            if len(stayed) >= STUBBORN:
                break  # too old; what is below is older still
        return True


async def _remove(bot: Bot, chat: int, ids: list[int]) -> list[int]:
    """The ids that Telegram refused to remove. It refuses a whole batch for one: then the halves are tried, newest first."""
    waiting, left = [ids], list[int]()
    while waiting and len(left) < STUBBORN:
        part = waiting.pop()
        try:
            await bot.delete_messages(chat, part)
        except BadRequest:
            half = len(part) // 2
            if half:
                waiting += [part[half:], part[:half]]
            elif not await _removed_alone(bot, chat, part[0]):
                left += part
    return left


async def _removed_alone(bot: Bot, chat: int, id_: int) -> bool:
    try:
        await bot.delete_message(chat, id_)
    except BadRequest as refusal:
        return "not found" in refusal.message.casefold()  # nothing of that number is there
    return True


@dataclass
class Wipes:
    """Chats that asked to be emptied after some quiet minutes. Nothing is said then: it would light up the phone."""

    memory: Memory
    wipe: Callable[[int], Awaitable[Erased]]
    minute: float = 60.0
    again: float = AGAIN
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

    def drop(self, chat: int) -> None:
        """Don't."""
        if timer := self._timers.pop(chat, None):
            timer.cancel()

    async def all_now(self) -> None:
        """The process ends: what was promised for later is done now, since nobody will know of it afterwards."""
        chats = tuple(self._timers)
        for chat in chats:
            self.drop(chat)
        await asyncio.gather(*(self.wipe(chat) for chat in chats), return_exceptions=True)

    async def _later(self, chat: int, seconds: float) -> None:
        for wait in (seconds, *[self.again] * TRIES):
            await asyncio.sleep(wait)
            if (await self.wipe(chat)).reached:
                break
        self._timers.pop(chat, None)
